"""What all checkers share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sim.ledger import Books, Step
    from tests.sim.oracle import Saved
    from tests.sim.world import World

LINED = ("score/", "comment/", "reason/")
EFFECT = ("a", "m", "c")


class Violation(AssertionError):
    """An invariant does not hold. `check` is its number in docs/reliability.md, or the rule's."""

    def __init__(self, check: str, text: str) -> None:
        super().__init__(f"{check}: {text}")
        self.check = check
        self.step = -1
        self.also: tuple[str, ...] = (check,)
        """Every checker that said no at that step."""


def same(left: Any, right: Any) -> bool:
    """Equal, an empty text being no text."""
    return (left if left != "" else None) == (right if right != "" else None)


def asked_of(value: Any, op: str) -> Any:
    """What the log should say of a wish, in the log's form."""
    if op == "command":
        if value["name"] == "recall":
            return {"recall": True}
        signed: dict[str, list[str]] = {}
        for name, versions in value["signs"]:
            signed.setdefault(name, []).extend(versions.split(","))
        return {"submit": [[name, versions] for name, versions in signed.items()]}
    return value if op in ("append", "resolve") else [value]


def plain(version: str | None) -> str | None:
    """The mutation of a version: without the mark of a merged text."""
    if version is None:
        return None
    device, author, n = version.split(".")
    return f"{device.partition('+')[0]}.{author}.{n}"


def stands_for(books: Books, version: str | None) -> str | None:
    """What a version means in the field's history: `same` the one it matched, `parked` what it was built on."""
    for _ in range(1000):
        logged = None if version is None else books.log.get(plain(version) or "")
        if logged is None or version is None:
            return version
        if logged.receipt == "s":
            version = logged.alias
        elif logged.receipt == "p":
            version = logged.base[0] if logged.base else None
        else:
            return version
    return version


def by_field(books: Books) -> dict[tuple[str, str], list[Step]]:
    """The steps of each field, in order."""
    found: dict[tuple[str, str], list[Step]] = {}
    for step in books.history:
        if step.kind != "rule":
            found.setdefault((step.record, step.field), []).append(step)
    return found


def wish_of(world: World, version: str | None) -> Saved | None:
    """The newest wish under the id of a version."""
    wishes = world.oracle.wishes(plain(version) or "")
    return wishes[-1] if wishes else None


def rank(steps: list[Step], version: str | None) -> int:
    """How far along its history a version is: 0 before everything, -1 for one it never had."""
    if version is None:
        return 0
    for place, step in enumerate(steps, start=1):
        if step.moved and step.version == version:
            return place
    return -1


def value_after(step: Step, before: Any) -> Any:
    """The field's value after a step."""
    if not step.moved:
        return before
    value = step.params.get("value")
    return None if value == "" else value


def said(world: World) -> bool:
    """Whether the phones have heard of the epoch that the server is in."""
    return all(
        disk.durable["meta"].get("sync", {}).get("epoch", "") in ("", world.books.epoch)
        for phone in world.phones for disk in phone.disks.values()
    )  # fmt: skip
