"""What passes between the review database and the files around it: lists in, facts of the ledger out."""
