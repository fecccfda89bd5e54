"""How much worse a model is where it has learned from nobody of the county, the prefecture or the household."""
