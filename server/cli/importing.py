"""The words of gemba import, imports and import-undo. Imports nothing of the server: `gemba serve` reads them too."""

import argparse
from collections.abc import Callable
from datetime import date
from typing import Any

Add = Callable[..., argparse.ArgumentParser]


def add_to(verbs: Any, add: Add) -> None:
    """Describe these verbs."""
    bring = add(verbs, "import", "imports", "bring_in", "bring in people, places, lines, indicators and values")
    bring.add_argument("paths", nargs="+", metavar="PATH", help="a folder, or files")
    bring.add_argument("--yes", action="store_true", help="apply what the preview shows, without asking")
    bring.add_argument("--plant", help="code of the plant; in an empty database the one to found (plant)")
    bring.add_argument("--name", help="name of a plant that is founded; else the topmost department's")
    bring.add_argument("--time-zone", default="Asia/Shanghai", help="of a plant that is founded")
    bring.add_argument("--since", type=date.fromisoformat, help="from when changes without a date hold (today)")
    bring.add_argument("--complete", action="store_true", help="whoever is not in the list of people has left")
    bring.add_argument(
        "--phones",
        choices=("wait", "hand_over", "park"),
        help="unsent work on people who move: wait for it, take it all the same, or park it",
    )
    bring.add_argument("--leaving", type=int, help="how many leave, where the preview says that more than a fifth do")
    bring.add_argument("--language", choices=("zh-CN", "en"), default="en", help="of what was found")
    listed = add(verbs, "imports", "imports", "list_imports", "list the last imports")
    undo = add(verbs, "import-undo", "imports", "undo", "take an import back: all is as it was before it")
    undo.add_argument("id", help="as gemba imports shows it")
    for verb in (listed, undo):
        verb.add_argument("--plant", help="code of the plant; needed where there are several")
    job = verbs.add_parser("import-job")  # of the server, not of people: it has no line in the help
    job.set_defaults(module="imports", verb="run_job")
    for name in ("tenant_id", "import_id", "token"):
        job.add_argument(name)
