"""What the demo's people said about what they are measured by: every state that a screen can show is there."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from server.agreements import queries, service
from server.agreements.models import Agreement, Every, RuleKind
from server.agreements.windows import open_at
from server.demo import plant
from server.demo.shifts import Handset, Story
from server.foundation.ids import PersonId
from sync.model import Receipt

FIRST_DAY: Final = 1
LAST_DAY: Final = 10
OPENED: Final = timedelta(hours=48)
SHUT: Final = timedelta(hours=30)
"""Before now: HR had a window open in the meantime."""
MINUTES: Final = timedelta(minutes=7)


def plan(now: datetime) -> None:
    """The windows of each quarter's first ten days, and one that HR opened by hand the day before yesterday."""
    service.set_plan(Every.QUARTER, FIRST_DAY, LAST_DAY, by=None, now=now - timedelta(days=60))
    service.set_rule(RuleKind.OPEN, now - OPENED, now - SHUT, None, now - OPENED)


def tell(story: Story, now: datetime) -> None:
    """Let most people confirm, and in each shift somebody be in every other state."""
    words = plant.read("agreed")
    teams: dict[PersonId, list[Agreement]] = {}
    numbers = story.numbers
    for one in queries.standing().values():
        teams.setdefault(one.supervisor_id, []).append(one)
    for place, (supervisor, team) in enumerate(sorted(teams.items(), key=lambda item: numbers[item[0]])):
        team.sort(key=lambda one: numbers[one.person_id])
        Team(story, supervisor, words, now - OPENED + place * MINUTES).tell(team, now)


class Team:
    """One supervisor with the people that are hers."""

    def __init__(self, story: Story, supervisor: PersonId, words: Any, first: datetime) -> None:
        self._story = story
        self._lead = supervisor
        self._words = words
        self._at = first

    def _next(self) -> datetime:
        self._at += MINUTES
        return self._at

    def _say(self, one: Agreement, kind: str, about: Sequence[Any] = ()) -> None:
        value = [kind] if kind == "confirm" else [kind, self._words[kind]]
        phone = self._story.phone(one.person_id)
        writers = [about[0]] if about else []
        phone.edit(one.id, "voi", value, f"0.{about[1]}" if about else 0)
        phone.deliver(self._next(), writers)

    def tell(self, team: Sequence[Agreement], now: datetime) -> None:
        """The first of the team says nothing; the next ones stand for a state each; whoever is left confirms."""
        states: tuple[Callable[[Agreement], None], ...] = (
            lambda one: None,
            lambda one: self._say(one, "object"),
            self._answered,
            lambda one: self._say(one, "disagree"),
            self._asked_again,
            self._changed_and_confirmed,
        )
        lead = self._story.phone(self._lead)
        for place, one in enumerate(team):
            if place < len(states) and len(team) > len(states):
                states[place](one)
            else:
                self._say(one, "confirm")
        if len(team) > len(states) + 1:
            self._late(lead, team[len(states)], now)
            self._kept(lead, team[len(states) + 1], now)

    def _answered(self, one: Agreement) -> None:
        self._say(one, "object")
        lead = self._story.phone(self._lead)
        lead.edit(one.id, "voi", ["reply", self._words["reply"]])
        lead.deliver(self._next())

    def _change(self, lead: Handset, one: Agreement) -> int:
        return lead.edit(one.id, "!terms", [changed(one.terms), self._words["change"]])

    def _asked_again(self, one: Agreement) -> None:
        self._say(one, "confirm")
        lead = self._story.phone(self._lead)
        self._change(lead, one)
        lead.deliver(self._next())

    def _changed_and_confirmed(self, one: Agreement) -> None:
        lead = self._story.phone(self._lead)
        n = self._change(lead, one)
        lead.deliver(self._next())
        self._say(one, "confirm", (lead.writer, n))

    def _late(self, lead: Handset, one: Agreement, now: datetime) -> None:
        """Changed in a dead spot while the window was open, delivered when it had shut."""
        self._change(lead, one)
        lead.deliver(now - SHUT + MINUTES, made=now - SHUT - MINUTES)

    def _kept(self, lead: Handset, one: Agreement, now: datetime) -> None:
        """Changed outside the window: it waits for the next one."""
        at = now - SHUT + 2 * MINUTES
        if open_at(queries.windows(at), at) is None:  # else the quarter is young, and nothing has to wait
            self._change(lead, one)
            lead.deliver(at, expected=Receipt.PARKED)


def changed(terms: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Five points of weight from the first line to the second."""
    first, second, *rest = [list(line) for line in terms]
    first[2] -= 5
    second[2] += 5
    return [first, second, *rest]
