"""One month of an office, as each of its people lives it."""
