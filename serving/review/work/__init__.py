"""What people do with lists and families, below the web: every function takes the viewer it works for."""
