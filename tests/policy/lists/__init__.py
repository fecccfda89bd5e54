"""Tests of models/policy/lists."""
