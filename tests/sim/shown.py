"""What a tab shows: the server's rows under own edits. `overlay.ts`, and the bases that `mutations.ts` takes from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sim import names

if TYPE_CHECKING:
    from tests.sim.phone import Phone

Edit = dict[str, Any]
MOST_REFUSED = 2


class Shown:
    """The memory of one tab, as far as it is on the screen."""

    def __init__(self, phone: Phone, person: str) -> None:
        self.phone, self.person = phone, person
        self.entries: dict[int, Edit] = {}
        self.rows: dict[Any, Any] = {}
        self.confirmed: list[Edit] = []
        self.refused: list[Edit] = []
        """Parked, and listed as such; not laid over the rows."""

    def version(self, n: int) -> str:
        return f"{self.phone.device}.{self.person}.{n}"

    def shown(self, edit: Edit) -> str:
        """An own edit with the content that it has on the screen, and what its author has seen should it have another."""
        return names.shown_as(self.version(edit["n"]), edit)

    def own(self) -> list[Edit]:
        """Own edits that lie over the rows, in the order of n."""
        waiting = [one["edit"] for one in self.entries.values() if one["state"] != "set_aside"]
        return sorted([*self.confirmed, *waiting], key=lambda edit: int(edit["n"]))

    # ---- what the person sees ------------------------------------------------------------------

    def state(self, record: str) -> str:
        """Open or not, as the screen has it."""
        row = self.all("evaluation").get(record)
        commands = [one["value"]["name"] for one in self.own() if one["record"] == record and one["op"] == "command"]
        if commands:
            return "submitted" if commands[-1] == "submit" else "open"
        return row["state"] if row else "none"

    def all(self, kind: str) -> dict[str, Any]:
        """Rows of a kind, each once."""
        return {key[2]: row for key, row in self.rows.items() if key[1] == kind}

    def view(self, record: str) -> dict[str, tuple[Any, str | None]]:
        """Fields of an evaluation: the server's row under own edits."""
        return {
            name: (value, version and names.in_shown(version)[0])
            for name, (value, version) in self.view_by_name(record).items()
        }

    def view_by_name(self, record: str) -> dict[str, tuple[Any, str | None]]:
        """The same, each own edit under the name that says which content of it is shown."""
        row = self.all("evaluation").get(record)
        fields = dict(row["fields"]) if row else {}
        for edit in self.own():
            if edit["record"] == record:
                self.lay(fields, edit)
        return fields

    def lay(self, fields: dict[str, tuple[Any, str | None]], edit: Edit) -> None:
        """One own edit over what is shown; it never merges."""
        name, value = edit["field"], edit["value"]
        held = fields.get(name, (None, None))[0]
        match edit["op"]:
            case "set" if not names.is_later(fields.get(name, (None, None))[1], self.version(edit["n"])):
                fields[name] = (value, self.shown(edit))
            case "resolve":
                fields[name] = (value["value"], self.version(edit["n"]))
            case "add":
                fields[name] = ({**(held or {}), value: self.version(edit["n"])}, None)
            case "remove":
                left = [one for one in (held or {}).get(value, "").split(",") if one and one not in edit["base"]]
                others = {tag: version for tag, version in (held or {}).items() if tag != value}
                fields[name] = ({**others, value: ",".join(left)} if left else others, None)

    # ---- what goes on from it --------------------------------------------------------------------

    def base_of(self, record: str, name: str) -> list[str]:
        """What the author of an edit sees of its field, and which own edits of it this tab says were refused."""
        version = self.view_by_name(record).get(name, (None, None))[1]
        refused = [self.version(edit["n"]) for edit in self.refused_at(record, name)][-MOST_REFUSED:]
        return [version or names.NOTHING, *refused] if refused else [version] if version else []

    def refused_at(self, record: str, name: str) -> list[Edit]:
        """Refused edits of a field, but for those that its author has gone on from."""
        shown = self.view(record).get(name, (None, None))[1]
        here = (one for one in self.refused if (one["record"], one["field"], one["op"]) == (record, name, "set"))
        return sorted(
            (one for one in here if not names.is_later(shown, self.version(one["n"]))), key=lambda one: int(one["n"])
        )
