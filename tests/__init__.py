"""Tests: a file per module, and properties, behaviour, real data, faults and benchmarks beside them."""
