"""The invariants of docs/sync.md, each with a checker that knows nothing of the code it judges.

A checker reads the oracle (what people were promised), the disks of the phones, what they show, and the
server's tables (`ledger.Books`); it raises Violation with the invariant's number and what it saw.
"""

from __future__ import annotations

from tests.sim.checks.base import Violation
from tests.sim.checks.kept import promised_edits_are_somewhere, the_server_holds_what_was_saved

CHECKS = [promised_edits_are_somewhere, the_server_holds_what_was_saved]
FINAL_CHECKS: list = []

__all__ = ["CHECKS", "FINAL_CHECKS", "Violation"]
