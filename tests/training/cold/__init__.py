"""Tests of what a model is worth without any event."""
