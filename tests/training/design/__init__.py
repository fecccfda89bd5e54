"""Tests of the design-based estimates."""
