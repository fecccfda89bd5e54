"""Tests of the auditor's folder."""
