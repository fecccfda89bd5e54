"""Tests of models/policy."""
