"""Tests of the simulator, one file per module."""
