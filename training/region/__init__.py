"""Is the released model fit for a region? Looked at before any list, and kept as a verdict."""
