"""Batch scoring of regions, the explanation of one case, and the demonstration."""
