"""Tests of serving/lists."""
