"""The review application, on a database of each kind."""
