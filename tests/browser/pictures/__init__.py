"""The pictures of the README, made by a command from a demonstration: ``python -m tests.browser.pictures``."""
