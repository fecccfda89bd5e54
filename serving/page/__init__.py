"""A self-contained page of a scored region: no script, no address, readable on a phone and on paper."""
