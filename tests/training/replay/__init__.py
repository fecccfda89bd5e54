"""Tests of ``training.replay``."""
