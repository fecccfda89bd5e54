"""The gate before a release: criteria as data, signed approvals, and the one function that promotes by rule."""
