"""The auditor's folder: everything to check what is claimed of a model, and nothing personal."""
