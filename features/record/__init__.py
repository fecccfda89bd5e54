"""Features and state of a few households without a data-frame engine, from the same declarations."""
