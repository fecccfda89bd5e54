"""The visitor effect: how much of what a visit finds is the habit of whoever made it."""
