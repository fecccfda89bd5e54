"""Tests of features/identity."""
