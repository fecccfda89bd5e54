"""What people decided, in the ledger and in the audit."""
