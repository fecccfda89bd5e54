"""What a model is worth where nothing was ever recorded of visits: in a newly investigated county."""
