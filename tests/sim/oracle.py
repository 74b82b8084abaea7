"""What people were promised: each edit for which "saved" was shown, and what its author had before their eyes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.sim.names import in_shown

if TYPE_CHECKING:
    from tests.sim.phone import Tab

POISON = "☠"
"""An edit with this in it makes the server's merge raise."""


@dataclass(slots=True)
class Saved:
    """One edit. `shown` at the end: the phone said "saved"."""

    id: str
    phone: str
    person: str
    app: str
    record: str
    field: str
    op: str
    value: Any
    base: list[str]
    seen: tuple[Any, str | None]
    """Value and version on the screen when the person typed."""
    values: frozenset[Any]
    """Every value of the field that stood on the screen, under it, or among what it listed as refused."""
    known: frozenset[str]
    """Every version of the field that this person's app ever showed."""
    step: int
    tabs: int
    """How many were open on that phone: two of them learn of each other a moment later."""
    shown: bool = False
    replaced: bool = False
    """Its author gave a newer value before it was sent."""
    blind: bool = False
    """It took the place of one that was shown as saved, and its author had not seen that one."""
    screen: dict[str, Any] = field(default_factory=dict)
    """For a submit: every field's value as it stood before its author's eyes."""
    evicted: bool = False
    """The browser threw it away; no program could keep it."""

    @property
    def n(self) -> int:
        return int(self.id.rpartition(".")[2])

    @property
    def poison(self) -> bool:
        return POISON in str(self.value)


@dataclass(frozen=True, slots=True)
class Look:
    """A field as it stood before somebody's eyes; see `Saved`."""

    seen: tuple[Any, str | None]
    values: frozenset[Any]
    known: frozenset[str]


def key_of(value: Any) -> Any:
    """A value that can stand in a set; an empty text is no text."""
    return value if isinstance(value, int | str) and value != "" else None


@dataclass
class Oracle:
    """Knows nothing of the implementation: told by the world what was typed, shown and thrown away."""

    edits: dict[str, list[Saved]] = field(default_factory=dict)
    known: dict[tuple[str, str, str, str], set[str]] = field(default_factory=dict)
    """(phone, person, record, field) -> versions shown there."""
    words: int = 0
    step: int = 0

    def looks(self, tab: Tab, record: str, name: str) -> Look:
        """What stands before a person's eyes at the moment of a tap."""
        layers = layers_of(tab, record, name)
        shown = tab.view(record).get(name, (None, None))
        key = (tab.phone.name + tab.phone.device, tab.person, record, name)
        known = self.known.setdefault(key, set())
        known.update(version for _, version in layers if version)
        refused = tab.refused_at(record, name)
        known.update(tab.version(edit["n"]) for edit in refused)
        seen = shown if isinstance(shown[0], int | str | None) else (None, None)
        values = [*(value for value, _ in layers), *(edit["value"] for edit in refused)]
        return Look(seen, frozenset(key_of(value) for value in values), frozenset(known))

    def saving(self, tab: Tab, edit: dict[str, Any], replaces: bool, look: Look) -> None:
        """A person tapped "save"; nothing is promised yet."""
        made = Saved(
            id=tab.version(edit["n"]),
            phone=tab.phone.name,
            person=tab.person,
            app=tab.phone.app,
            record=edit["record"],
            field=edit["field"],
            op=edit["op"],
            value=edit["value"],
            base=list(edit["base"]),
            seen=look.seen,
            values=look.values,
            known=look.known,
            step=self.step,
            tabs=len(tab.phone.tabs),
        )
        if made.op == "command":
            made.screen = {name: value for name, (value, _) in tab.view(made.record).items()}
        before = self.edits.setdefault(made.id, [])
        if replaces and before:
            # What the first wish of this number had before its eyes is what its base stands for.
            first = before[-1]
            made.blind = first.shown and key_of(first.value) not in look.values
            made.seen, made.values, made.tabs = first.seen, made.values | first.values, max(made.tabs, first.tabs)
        before.append(made)

    def saved(self, one: str) -> None:
        """The phone showed "saved" for the newest wish under this id."""
        *older, newest = self.edits[one]
        newest.shown = True
        for wish in older:
            wish.replaced = True

    def refused(self, one: str) -> None:
        """The phone said that it could not save; whether it reached the disk is open after a crash only."""
        if self.edits.get(one) and not self.edits[one][-1].shown:
            self.edits[one].pop()

    def evicted(self, ids: set[str]) -> None:
        """The browser threw these away before anybody had them."""
        for one in ids:
            for wish in self.edits.get(one, ()):
                wish.evicted = True

    def promised(self) -> list[Saved]:
        """Edits that must be somewhere."""
        return [
            wish for wishes in self.edits.values() for wish in wishes
            if wish.shown and not wish.replaced and not wish.evicted
        ]  # fmt: skip

    def wishes(self, one: str) -> list[Saved]:
        return self.edits.get(one, [])


def layers_of(tab: Tab, record: str, name: str) -> list[tuple[Any, str | None]]:
    """The row's field, then the same under each own edit more."""
    row = tab.all("evaluation").get(record)
    fields = dict(row["fields"]) if row else {}
    found = [fields.get(name, (None, None))]
    for edit in tab.own():
        if edit["record"] == record and edit["field"] == name:
            tab.lay(fields, edit)
            found.append(fields.get(name, (None, None)))
    return [(value, version and in_shown(version)[0]) for value, version in found]
