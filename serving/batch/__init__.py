"""Batch scoring: a region's ledger in, a folder of ranked and explained children out."""
