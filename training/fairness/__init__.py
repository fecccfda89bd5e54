"""Who is listed and who is found: groups at the list's length, equal recall, and what inputs say of protected facts."""
