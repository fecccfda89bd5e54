"""The same work on a Spark cluster of two worker processes."""
