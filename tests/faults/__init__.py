"""Faults of the world outside: killed processes, damaged files, wrong folders."""
