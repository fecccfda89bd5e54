"""The ``mopai`` command line: a root that knows no command, and helpers every command shares."""
