"""The scoring service: the batch's answers over HTTP, by BentoML."""
