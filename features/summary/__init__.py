"""The county summary of the investigation (Annex 3)."""
