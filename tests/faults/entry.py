"""The server of the test build: the product as it is, with named points to fail at.

`python -m tests.faults.entry serve --demo --port 8123` is `gemba serve ...` with `points` installed, and with one
planted bug where GEMBA_TEST_BUG names one. Nothing of the product imports this.
"""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import sys  # noqa: E402

from server.cli import main  # noqa: E402
from tests.faults import bugs, points  # noqa: E402


def run() -> int:
    # The product refuses variables that it does not know; these two are taken away before it looks.
    folder = os.environ.pop("GEMBA_TEST_FOLDER", "")
    bug = os.environ.pop("GEMBA_TEST_BUG", "")
    points.install(folder)
    if bug:
        bugs.plant(bug)
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(run())
