"""Benchmarks: each is ``python -m tests.benchmarks.NAME [--rows N] [--json FILE]``."""
