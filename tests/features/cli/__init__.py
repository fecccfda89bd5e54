"""Tests of features/cli."""
