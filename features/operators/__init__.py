"""Generic feature operators: what a definition declares features with. No column of a definition is named here."""
