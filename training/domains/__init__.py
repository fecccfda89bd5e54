"""Need by support domain: one small model for each domain with labels enough, and what it is worth."""
