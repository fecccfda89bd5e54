"""The batch kernel: exact Shapley values of a tree model looked up from tables, for many rows at once."""
