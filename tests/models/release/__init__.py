"""Tests of bundles and releases."""
