"""Tests of the intervals and of the stability of lists."""
