"""After release: does the ledger still look as it did, does the model still find, and whose scores are suspended."""
