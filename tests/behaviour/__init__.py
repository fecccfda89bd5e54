"""How the product must behave, whatever the data."""
