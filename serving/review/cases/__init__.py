"""The families behind a list: where their facts come from, who they are, and what a page says of them."""
