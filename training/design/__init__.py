"""Design-based estimates: what the lists' logged chances say of the children nobody looked at."""
