"""A pilot in a county: visits drawn at random, and what they say of the model's chances there."""
