"""The child process that loads a bundle before anyone else does. Run by ``models.release.integrity``, not by hand."""

from __future__ import annotations

import sys
from pathlib import Path

from models.release.integrity import REFUSED


def main(folder: str) -> int:
    """Load a bundle and reproduce its golden vectors; 0 if sound, else the reason on standard error."""
    # LightGBM imports these at its top if it finds them; without them the check takes a third of the time.
    for unused in ("sklearn", "pandas", "matplotlib"):
        sys.modules.setdefault(unused, None)  # type: ignore[arg-type]  # None is Python's own way to bar an import
    from features.cli.console import UserError
    from models.release.golden import check_golden
    from models.release.manifest import read_contents
    from models.release.parts import read_domains, read_golden, read_model

    try:
        _, contents = read_contents(Path(folder))
        model = read_model(contents, Path(folder))
        domains = read_domains(contents, model.contract, Path(folder))
        check_golden(model, domains, read_golden(contents, Path(folder)), Path(folder))
    except UserError as error:
        sys.stderr.write(error.message + "\n")
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
