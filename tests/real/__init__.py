"""Tests on real visit records, read from where they lie."""
