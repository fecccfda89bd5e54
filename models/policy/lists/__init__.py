"""Visit lists: a township's pool and a director's list, from duties, scores and the lot, as pure functions."""
