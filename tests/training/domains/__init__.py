"""Tests of need by support domain."""
