"""What people thought of the lists, and what visits then found: evaluated beside the model, never learned from."""
