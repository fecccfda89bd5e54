"""The ledger: read what a sender sends, say what is wrong with it, keep what is right."""
