"""Tests of checks of a region."""
