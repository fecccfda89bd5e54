"""A challenger beside the release: on the same windows, and on the same list of the same day."""
