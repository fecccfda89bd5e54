"""Who is meant: identity numbers, pseudonyms, duplicates, households, and the encrypted table of identities."""
