"""gemba openapi, settings: what is made from the code."""

import argparse
from pathlib import Path

import orjson

from server.app import create_app
from server.foundation import client
from server.foundation.routes import description
from server.foundation.settings import Settings, settings_document
from server.indicators.arithmetic.values import COUNTED
from server.sync_api import columns
from sync import rules

GENERATED = Path(__file__).resolve().parents[2] / "pwa" / "src" / "generated"
_NOWHERE = Settings(database_url="sqlite:///never-opened.db", log_level="ERROR")


def openapi(asked: argparse.Namespace) -> int:
    """Print the description of the API, or write what the client is built from."""
    app = create_app(_NOWHERE)
    if asked.client:
        files = {
            "wire-columns.ts": client.constants(client.constants_of(columns)),
            "rules.ts": client.constants(client.constants_of(rules)),
            "problems.ts": client.problems(),
            "counted.ts": client.constants({"COUNTED": sorted(COUNTED)}),
        }
        client.write(GENERATED, files)
        return 0
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    print(orjson.dumps(description(app), option=options).decode())
    return 0


def settings(_asked: argparse.Namespace) -> int:
    """Print docs/settings.md."""
    print(settings_document(), end="")
    return 0
