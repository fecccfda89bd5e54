"""Single records against frames."""
