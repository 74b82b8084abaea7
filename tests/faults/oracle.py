"""What phones were promised. Written to a file, and flushed, before anybody relies on it."""

import json
import os
import threading
from pathlib import Path
from typing import Any


class Oracle:
    """Every edit for which "saved" was shown, and every receipt that a phone believed."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="ascii")
        self._changed = threading.Condition()
        self.saved: dict[str, dict[str, Any]] = {}
        self.receipts: dict[str, str] = {}

    def save(self, version: str, record: str, code: str, value: Any) -> None:
        """Note an edit that its phone shows as saved."""
        with self._changed:
            self._write({"saved": version, "record": record, "code": code, "value": value})
            self.saved[version] = {"record": record, "code": code, "value": value}

    def acknowledge(self, version: str, letter: str) -> None:
        """Note a terminal receipt that came with our content type, protocol and nonce."""
        with self._changed:
            self._write({"acknowledged": version, "receipt": letter})
            self.receipts[version] = letter
            self._changed.notify_all()

    def wait(self, count: int, timeout_s: float = 90) -> bool:
        """Wait until so many edits are acknowledged; False when that does not come."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.receipts) >= count, timeout_s)

    def close(self) -> None:
        self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
