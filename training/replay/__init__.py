"""Replay of a window: how many days sooner an order would have found the needs that its visits found."""
