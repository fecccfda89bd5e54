"""Which visits law and policy demand, and the order of all visits; rules are dated data per region."""
