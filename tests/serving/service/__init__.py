"""The scoring service, mostly as a running server."""
