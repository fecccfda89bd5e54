"""Tests of the estimates for new counties and new households."""
