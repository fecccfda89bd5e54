"""Tests of the batch kernel."""
