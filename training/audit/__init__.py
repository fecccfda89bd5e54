"""The audit of a model: sections of findings, tables and pictures that a person reads before promoting it."""
