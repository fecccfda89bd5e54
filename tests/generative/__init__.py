"""Random ledgers, and what must hold for all of them."""
