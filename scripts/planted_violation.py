"""Proves that the import rules still bite: plants one forbidden import per contract and expects lint-imports to object.

A contract that names a module that was renamed passes in silence; this is what notices.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLANTS = {
    "A room imports only from rooms below it": ("server/people/models.py", "import server.evaluations.models"),
    "Inside a room": ("server/cycles/models.py", "import server.cycles.service"),
    "The merge core": ("sync/merge.py", "import random"),
    "What happens and what is read": ("server/cycles/service.py", "import flask"),
    "Reading files": ("server/imports/reading/files.py", "import server.foundation.db"),
}


def main() -> int:
    """Returns 0 when every plant was reported under its own contract."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("server", "sync"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        for path, line in PLANTS.values():
            file = copy / path
            file.write_text(f"{file.read_text()}\n{line}\n")
        run = subprocess.run(
            ["lint-imports", "--no-cache"],
            cwd=copy,
            capture_output=True,
            text=True,
            env=_environment(copy),
            check=False,
        )
    missed = [name for name in PLANTS if not any(name in line and "BROKEN" in line for line in run.stdout.splitlines())]
    for name in missed:
        print(f"planted violation not caught: {name}\n{run.stdout[-2000:]}{run.stderr[-2000:]}", file=sys.stderr)
    if not missed:
        print(f"{len(PLANTS)} planted imports, {len(PLANTS)} caught")
    return 1 if missed else 0


def _environment(copy: Path) -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(copy)}


if __name__ == "__main__":
    sys.exit(main())
