"""Tests of features/definition."""
