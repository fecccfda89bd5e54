"""Batch scoring on an existing Spark cluster: the same counties, operators, bundle and files as on one machine."""
