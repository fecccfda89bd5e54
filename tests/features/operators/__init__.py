"""Tests of the feature operators."""
