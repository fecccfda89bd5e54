"""Tests of features/summary."""
