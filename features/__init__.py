"""From ledger rows to a feature table: definition, checks, store, known-when filter, operators, simulator."""
