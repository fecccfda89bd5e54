"""What the model's owner sees: the release and its rivals in figures, who signed, what monitoring saw. No child."""
