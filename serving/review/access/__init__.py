"""Who may do what: accounts, passwords, sign-in, sessions, and the viewer every query needs."""
