"""Releases: bundles named by their content, their checks, and the one pointer to the bundle in use."""
