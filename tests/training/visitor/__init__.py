"""Tests of ``training.visitor``."""
