"""Where several server processes count together. Imports nothing that counts: the library chooses how
it counts when it is imported, so the directory must be named before that."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def together() -> Iterator[None]:
    """Name a directory for the counters of this process and of those it forks, and take it away at the end."""
    owner = os.getpid()
    directory = tempfile.mkdtemp(prefix="gemba-metrics-")
    os.environ[MULTIPROCESS] = directory  # noqa: TID251 (the library's own variable)
    try:
        yield
    finally:
        # A worker that ends comes through here as well: what it counted stays for the others.
        if os.getpid() == owner:
            os.environ.pop(MULTIPROCESS, None)  # noqa: TID251
            shutil.rmtree(directory, ignore_errors=True)
