"""The `gemba` command: a door like a route. Each verb lives in a module of this package.

Exit codes: 0 done, 1 something is wrong (said in one sentence), 2 wrong use or not built yet.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

LATER = {
    "audit": "Verifying the audit chain",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["serve"]:
        # Before anything else is imported: locks and sockets made earlier would block a worker.
        import_module("gevent.monkey").patch_all()
    if words and words[0] in LATER:
        print(f"{LATER[words[0]]} is not built yet.", file=sys.stderr)
        return 2
    asked = _parser().parse_args(words)
    if words[:1] != ["serve"]:
        return _run(asked)
    from server.foundation import counting  # before the counters are imported

    with counting.together():
        return _run(asked)


def _run(asked: argparse.Namespace) -> int:
    from server.cli import failures

    verb: Callable[[argparse.Namespace], int] = getattr(import_module(f"server.cli.{asked.module}"), asked.verb)
    return failures.told(lambda: verb(asked))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gemba",
        description="Runs and looks after Gemba.",
        epilog=f"Not built yet: {', '.join(LATER)}.",
    )
    verbs = parser.add_subparsers(required=True, metavar="verb")

    def add(to: Any, name: str, module: str, verb: str, meaning: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = to.add_parser(name, help=meaning, description=meaning)
        made.set_defaults(module=module, verb=verb)
        return made

    serve = add(verbs, "serve", "serving", "serve", "serve the app and its API on one port")
    serve.add_argument("--demo", action="store_true", help="with the demo plant, on loopback")
    serve.add_argument("--port", type=int, help="port to listen on (GEMBA_PORT, PORT, 8080)")
    add(verbs, "migrate", "data", "migrate", "bring the database to this release's schema")
    add(verbs, "demo", "data", "demo", "load the demo plant into an empty database")
    database = verbs.add_parser("db", help="look at the database").add_subparsers(required=True)
    add(database, "check", "data", "check", "prove that models, migrations and data agree")
    kept = add(verbs, "backup", "backups", "backup", "copy the SQLite database into a new file, while it is in use")
    kept.add_argument("file", help="the new file")
    back = add(verbs, "restore", "backups", "restore", "put a backup in place of the database; the server is stopped")
    back.add_argument("file", nargs="?", help="the backup's file (SQLite)")
    back.add_argument("--by-hand", action="store_true", help="the data are back already: only tell the phones")
    user = verbs.add_parser("user", help="accounts").add_subparsers(required=True)
    listed = add(user, "list", "users", "list_users", "list accounts")
    create = add(user, "create", "users", "create", "create an account and print its code")
    reset = add(user, "reset", "users", "reset", "print a new code; sessions end")
    granted = add(user, "grant", "users", "grant", "give somebody who is there a role for the plant")
    for verb in (listed, create, reset, granted):
        verb.add_argument("--plant", help="code of the plant; needed where there are several")
    for verb in (create, reset, granted):
        verb.add_argument("employee_no", help="personnel number")
    create.add_argument("--name-zh", help="name in Chinese characters")
    create.add_argument("--name-en", help="name in Latin letters")
    granted.add_argument("--role", choices=("manager", "hrbp", "hr", "admin"), required=True, help="role for the plant")
    create.add_argument("--role", choices=("manager", "hrbp", "hr", "admin"), help="role for the plant")
    import_module("server.cli.importing").add_to(verbs, add)
    openapi = add(verbs, "openapi", "papers", "openapi", "print the description of the API")
    openapi.add_argument("--client", action="store_true", help="write pwa/src/generated instead")
    add(verbs, "settings", "papers", "settings", "print every setting with its meaning")
    add(verbs, "doctor", "doctor", "doctor", "look for what would keep the server from serving")
    mutation = verbs.add_parser("mutation", help="edits").add_subparsers(required=True)
    show = add(mutation, "show", "mutations", "show", "print one edit as the server holds it")
    show.add_argument("id", help="device.author.n")
    show.add_argument("--content", action="store_true", help="also what was written")
    return parser
