"""The database of the review application: its tables, its migrations, and how to reach it."""
