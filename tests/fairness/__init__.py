"""Tests of the audit by groups."""
