"""Tests of the comparison of a challenger with the release."""
