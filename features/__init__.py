"""From ledger rows to a feature table: definition, contracts, store, import, known-when filter, operators, simulator."""
