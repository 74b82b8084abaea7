"""Taking values in, however many: the one way by which files, other systems and hands write them.

A row is new, the same as what stands, goes on with a running period (`periods.goes_on`), or corrects value or last
day; a correction gives its reason. What is wrong with one row keeps that row out and no other.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from server.foundation.db import current_tenant
from server.foundation.events import publish
from server.foundation.ids import new_id
from server.foundation.prepared import insert_rows
from server.foundation.problems import Problem
from server.indicators.events import ValuesReceived
from server.people.queries import day_of
from server.values import looking, queries, sources, stage
from server.values.copies import copied
from server.values.doubts import HISTORY, Usual
from server.values.flagging import Doubts
from server.values.models import REASON_MAX, FlagKind, LateRule, ValueChange, ValueSource
from server.values.periods import LONGEST, goes_on, is_ahead
from server.values.problems import SOURCE_LOCKED
from server.values.rows import VALUE_LIMIT, By, Fate, Given, Receipt, Refusal, Taken, label_of

Known = queries.Known
AT_ONCE: Final = 10_000
"""Rows that are held and staged together: a million of them need no more memory than these."""
EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2099, 12, 31)
_SAME: Final = 0.00005


def take_in(
    rows: Iterable[Given],
    source: str,
    at: datetime,
    *,
    by: By | None = None,
    only: Collection[str] = (),
    dry: bool = False,
    people: Mapping[str, UUID] | None = None,
) -> Taken:
    """Take rows in for a source, by its code; inside a unit of work. `only`: codes of the indicators that the giver may
    write, when not all of the source. `dry`: say what would become of them, and write nothing. `people`: personnel
    number -> person, where the giver has looked them up.

    Whoever writes for the same source at the same time waits for this one to be committed. Raises Problem
    `source_locked`, `not_found`.
    """
    held = sources.locked(source)
    if held.locked_reason is not None:
        raise Problem(SOURCE_LOCKED, source=held.code, reason=held.locked_reason)
    return _Taking(held, at, by or By(), frozenset(only), dry, people=people).through(rows)


def foresee(rows: Iterable[Given], source: str, at: datetime, known: Known) -> Taken:
    """What `take_in` would make of rows in a plant as it is `known`, with people and indicators that are still to come.
    Writes nothing and makes nobody wait; `copied` is told too. Raises Problem `source_locked`."""
    held = queries.source_by_code(source) or sources.unset(source)
    if held.locked_reason is not None:
        raise Problem(SOURCE_LOCKED, source=held.code, reason=held.locked_reason)
    return _Taking(held, at, By(), frozenset(), True, known=known).through(rows)


class _Taking:
    """One call: what is known for all its rows, and what came of them."""

    def __init__(
        self,
        source: ValueSource,
        at: datetime,
        by: By,
        only: frozenset[str],
        dry: bool,
        *,
        people: Mapping[str, UUID] | None = None,
        known: Known | None = None,
    ) -> None:
        self.taken = Taken()
        self._source, self._at, self._by, self._only, self._dry = source, at, by, only, dry
        given = people if known is None else known.people
        self._people = queries.numbers() if given is None else given
        self._indicators = queries.measured() if known is None else known.indicators
        self._foreseen: dict[tuple[UUID, UUID, date], int] | None = None if known is None else {}
        self._late = queries.LateFor()
        self._today = day_of(at)
        self._frequency = {one.id: one.version.frequency for one in self._indicators.values()}
        self._usual: dict[UUID, Usual] = {}
        self._doubts = Doubts(at)
        self._touched: set[UUID] = set()
        self._begins, self._first, self._last = date.max, date.max, date.min
        self._begun = False
        self._count = 0

    def through(self, rows: Iterable[Given]) -> Taken:
        """Go through all of them; returns what became of each."""
        waiting = iter(rows)
        while some := list(islice(waiting, AT_ONCE)):
            self.chunk(some)
        self.end()
        return self.taken

    def chunk(self, rows: Sequence[Given]) -> None:
        """Take in so many as are held together."""
        staged, given = self._judged(rows)
        if not staged:
            return
        if not self._begun:
            stage.begin()
            self._begun = True
            if self._foreseen is not None:
                stage.begin_ahead()
        stage.put(staged)
        standing = {row.place: row for row in stage.standing()}
        changes: list[dict[str, Any]] = []
        if standing:
            fresh = [row for row in staged if row[0] not in standing]
            changed = [
                row for row in staged if row[0] in standing and self._is_change(row, given, standing[row[0]], changes)
            ]
            self._write_changes(changed, changes)
            self._foresee(changed)
            stage.put(fresh)
        else:
            fresh = staged
        if fresh and not self._dry:
            stage.insert(self._source.code, self._at)
        self._foresee(fresh)
        self._note_new(fresh)

    def _foresee(self, rows: Sequence[stage.Staged]) -> None:
        """Lay rows aside that would stand, so that copies are looked for among them."""
        if self._foreseen is None or not rows:
            return
        stage.put(rows)
        stage.lay_ahead()
        self._foreseen.update({(person, indicator, first): place for place, person, indicator, first, *_ in rows})

    def _judged(self, rows: Sequence[Given]) -> tuple[list[stage.Staged], Mapping[int, Given]]:
        """What of these rows can be staged. One pass, and little in it: it runs a million times."""
        people, indicators, labels = self._people, self._indicators, label_of
        self._look_at(rows)
        staged: list[stage.Staged] = []
        given: dict[int, Given] = {}
        seen: set[tuple[UUID, UUID, date]] = set()
        for row in rows:
            place, number, code, first, last, value, reason, label = row
            person, indicator = people.get(number), indicators.get(code)
            if person is None or indicator is None:
                self._refuse(place, Refusal.PERSON_UNKNOWN if person is None else Refusal.INDICATOR_UNKNOWN)
                continue
            kept = round(float(value), 4)  # judged as it is kept: what is a hair below the limit becomes it
            refusal = self._refusal(code, indicator, first, last, kept)
            if refusal is not None:
                self._refuse(place, refusal)
                continue
            key = (person, indicator.id, first)
            if key in seen:
                self._refuse(place, Refusal.TWICE)
                continue
            seen.add(key)
            staged.append((place, person, indicator.id, first, last, label or labels(first, last), kept))
            if reason:
                given[place] = row
        return staged, given

    def _look_at(self, rows: Sequence[Given]) -> None:
        """Learn what is usual of each indicator before any of these rows stands in the table. Where there is hardly
        any history, as in a plant's first import, the rows themselves are one."""
        some: dict[str, list[float]] = {}
        for row in rows:
            seen = some.get(row.indicator)
            if seen is None:
                some[row.indicator] = [float(row.value)]
            elif len(seen) < HISTORY:
                seen.append(float(row.value))
        for code, values in some.items():
            indicator = self._indicators.get(code)
            if indicator is not None and indicator.id not in self._usual:
                self._usual[indicator.id] = queries.usual_of(indicator, values)

    def _refusal(self, code: str, indicator: queries.Measured, first: date, last: date, value: float) -> Refusal | None:
        if indicator.source != self._source.code:
            return Refusal.INDICATOR_FOREIGN
        if self._only and code not in self._only:
            return Refusal.KEY_SCOPE
        if last < first or first < EARLIEST or last > LATEST or last - first > LONGEST:
            return Refusal.PERIOD
        if last > self._today and is_ahead(indicator.version.frequency, first, last, self._today):
            return Refusal.PERIOD
        if not -VALUE_LIMIT < value < VALUE_LIMIT:  # also what is no number
            return Refusal.VALUE_LIMIT
        if self._source.late_rule == LateRule.REFUSE and self._late(last) is not None:
            return Refusal.LATE
        return None

    def _refuse(self, place: int, code: Refusal) -> None:
        self.taken.note(Receipt(place, Fate.REFUSED, code.value))

    def _is_change(
        self, row: stage.Staged, given: Mapping[int, Given], stands: Any, changes: list[dict[str, Any]]
    ) -> bool:
        place, person, indicator, first, last, _, value = row
        before, end = float(stands.value), stands.period_to
        reason = given[place].reason.strip()[:REASON_MAX] if place in given else ""
        is_other = abs(before - value) >= _SAME
        if last == end and not is_other:
            self.taken.note(Receipt(place, Fate.SAME))
            return False
        late = self._late(last) or self._late(end)  # whoever judged by the old days judged by this value
        if late is not None and self._source.late_rule == LateRule.REFUSE:
            self._refuse(place, Refusal.LATE)
            return False
        goes = last > end and (not is_other or goes_on(self._frequency[indicator], first, end, last, self._today))
        if not goes and not reason:
            self._refuse(place, Refusal.PERIOD_SHORTER if last < end else Refusal.REASON_MISSING)
            return False
        changes.append(
            {
                "tenant_id": current_tenant(),
                "id": new_id(),
                "person_id": person,
                "indicator_id": indicator,
                "period_from": first,
                "version": stands.version + 1,
                "before": before,
                "before_to": end,
                "after": value,
                "reason": reason,
                "by_id": self._by.person_id,
                "key_id": self._by.key_id,
                "late": late,
                "changed_at": self._at,
            }
        )
        fate = Fate.CONTINUED if goes else Fate.CORRECTED
        self.taken.note(Receipt(place, fate, None, late, self._flags(row)))
        self._note(row)
        self._first, self._last = min(self._first, end), max(self._last, end)
        return True

    def _write_changes(self, changed: Sequence[stage.Staged], changes: Sequence[Mapping[str, Any]]) -> None:
        if not changed or self._dry:
            return
        stage.put(changed)
        stage.change(self._source.code, self._at)
        insert_rows(ValueChange, changes)
        stage.settle(self._at)

    def _note_new(self, fresh: Sequence[stage.Staged]) -> None:
        plain = 0
        for row in fresh:
            late, flags = self._late(row[4]), self._flags(row)
            if late is None and not flags:
                plain += 1
            else:
                self.taken.note(Receipt(row[0], Fate.NEW, None, late, flags))
            self._note(row)
        self.taken.counts[Fate.NEW] += plain

    def _note(self, row: stage.Staged) -> None:
        self._touched.add(row[1])
        self._begins = min(self._begins, row[3])
        self._count += 1
        self._first, self._last = min(self._first, row[4]), max(self._last, row[4])

    def _flags(self, row: stage.Staged) -> tuple[str, ...]:
        _, person, indicator, first, _, _, value = row
        usual = self._usual[indicator]
        if usual.low <= value <= usual.high and usual.floor <= value <= usual.ceiling:
            return ()
        return self._doubts.of(person, indicator, first, value, usual)

    def end(self) -> None:
        """Doubts that need the whole, then the rooms above."""
        if self._foreseen:
            self._tell_copies(self._foreseen)
        if self._dry or not self._touched:
            return
        self._source.last_value_at = self._at
        self._doubts.write()
        looking.note(self._source, self._usual, self._begins, self._last, self._count, self._at)
        publish(ValuesReceived(frozenset(self._touched), self._first, self._last, self._at, self._source.code))

    def _tell_copies(self, foreseen: Mapping[tuple[UUID, UUID, date], int]) -> None:
        receipts = {one.place: one for one in self.taken.receipts}
        for indicator in self._usual:
            for run, _ in copied(indicator, self._begins, self._last, ahead=True):
                place = foreseen.get((run.person_id, indicator, run.period_from))
                if place is not None:  # one that is plainly new was only counted until now
                    plain = receipts.get(place) or Receipt(place, Fate.NEW)
                    receipts[place] = replace(plain, flags=(*plain.flags, FlagKind.COPIED.value))
        self.taken.receipts = list(receipts.values())
