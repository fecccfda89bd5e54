"""Tests of features/ledger."""
