"""What became of the fields of evaluations, gathered and written: one statement for each table."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.evaluations.models import Answer, Case, CaseCandidate, ChipTag, Comment, Evaluation, Score
from server.evaluations.states import from_ms, tags_of
from server.foundation.db import current_tenant, session
from server.foundation.ids import unshort
from server.foundation.prepared import insert_rows, update_rows, upsert
from server.sync_api.stored import boxed, text_of
from sync import model as core


@dataclass(slots=True)
class OwnRow:
    """What a push may change in an evaluation's own row."""

    state: str
    status_version: str | None
    status_device_time: int
    status_at: datetime | None
    submitted_at: datetime | None
    started_at: datetime | None
    chip_versions: dict[str, str]

    @classmethod
    def of(cls, one: "Evaluation | sa.Row[Any] | OwnRow") -> "OwnRow":
        """As it stands in an evaluation."""
        return cls(*(getattr(one, name) for name in OWN_ROW))


OWN_ROW: Final = tuple(OwnRow.__slots__)


class Writer:
    """Gathers what changed in many evaluations and writes it, one statement for each table."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._tenant = current_tenant()
        self._scores: list[dict[str, Any]] = []
        self._comments: list[dict[str, Any]] = []
        self._tags: list[dict[str, Any]] = []
        self._chipped: list[tuple[UUID, int]] = []
        self._answers: list[dict[str, Any]] = []
        self._cases: list[dict[str, Any]] = []
        self._candidates: list[dict[str, Any]] = []
        self._own: list[dict[str, Any]] = []

    def own(self, evaluation_id: UUID, row: OwnRow) -> None:
        """Take an evaluation's own row as it is to be."""
        self._own.append(
            {"tenant_id": self._tenant, "id": evaluation_id} | {name: getattr(row, name) for name in OWN_ROW}
        )

    def field(self, evaluation_id: UUID, own: OwnRow, name: str, held: core.Held) -> None:
        """Take what one field holds now. Chips and status also live on the evaluation's own row."""
        head, _, key = name.partition("/")
        if head == "status":
            own.status_version = text_of(held.version)
            own.status_device_time = held.device_time
            own.status_at = from_ms(held.received_at)
        elif head == "chips":
            self._chips(evaluation_id, own, name, held)
        elif head == "answer":
            self._answer(evaluation_id, own, held)
        elif held.version is not None:
            row = {
                "tenant_id": self._tenant,
                "evaluation_id": evaluation_id,
                "line": int(key),
                "version": str(held.version),
                "device_time": held.device_time,
            }
            at = from_ms(held.received_at)
            if head == "score":
                self._scores.append(row | {"value": held.value, "scored_at": at})
            else:
                self._comments.append(row | {"kind": head, "text": held.value, "written_at": at})

    def _chips(self, evaluation_id: UUID, own: OwnRow, name: str, held: core.Held) -> None:
        line = int(name.partition("/")[2])
        if held.version is not None:
            own.chip_versions = {**own.chip_versions, name: str(held.version)}
        self._chipped.append((evaluation_id, line))
        self._tags += [
            {
                "tenant_id": self._tenant,
                "evaluation_id": evaluation_id,
                "line": line,
                "version": str(version),
                "tag": tag,
                "position": position,
            }
            for position, (tag, version) in enumerate(tags_of(held))
        ]

    def _answer(self, evaluation_id: UUID, own: OwnRow, held: core.Held) -> None:
        answers: core.Answers = held.value if isinstance(held.value, tuple) else ()  # type: ignore[assignment]
        for position, (version, said) in enumerate(answers):
            self._answers.append(
                {
                    "tenant_id": self._tenant,
                    "evaluation_id": evaluation_id,
                    "version": str(version),
                    "position": position,
                    "result_version": own.status_version,
                    "kind": said.kind,
                    "note": said.note,
                    "device_time": held.device_time,
                    "answered_at": self._now,
                }
            )

    def case(self, evaluation_id: UUID, case: core.Case, number: int) -> None:
        """Take a case as it stands now."""
        case_id = unshort(case.id)
        self._cases.append(
            {
                "tenant_id": self._tenant,
                "id": case_id,
                "evaluation_id": evaluation_id,
                "number": number,
                "field": case.field,
                "state": case.state.value,
                "base_version": text_of(case.base),
                "base_value": boxed(case.base_value),
                "chosen": text_of(case.chosen),
                "resolution": text_of(case.resolution),
                "reason": case.reason,
                "opened_at": self._now,
                "decided_at": None if case.decided_at is None else from_ms(case.decided_at),
            }
        )
        self._candidates += [
            {
                "tenant_id": self._tenant,
                "case_id": case_id,
                "version": str(one.version),
                "position": position,
                "value": boxed(one.value),
                "base": [str(version) for version in one.base],
                "device_time": one.device_time,
                "received_at": from_ms(one.received_at),
                "superseded": one.superseded,
            }
            for position, one in enumerate(case.candidates)
        ]

    def write(self) -> None:
        """Put all of it into the tables."""
        update_rows(Evaluation, self._own, ("tenant_id", "id"), OWN_ROW)
        upsert(
            Score,
            self._scores,
            ("tenant_id", "evaluation_id", "line"),
            ("value", "version", "device_time", "scored_at"),
        )
        upsert(
            Comment,
            self._comments,
            ("tenant_id", "evaluation_id", "line", "kind"),
            ("text", "version", "device_time", "written_at"),
        )
        if self._chipped:
            place = sa.tuple_(ChipTag.evaluation_id, ChipTag.line)
            session().execute(
                sa.delete(ChipTag).where(place.in_(self._chipped)).execution_options(synchronize_session=False)
            )
        insert_rows(ChipTag, self._tags)
        # What was said stays as it was said: an answer that is there already is left alone.
        upsert(Answer, self._answers, ("tenant_id", "evaluation_id", "version"), ("position",))
        upsert(
            Case,
            self._cases,
            ("tenant_id", "id"),
            ("state", "chosen", "resolution", "reason", "decided_at"),
        )
        upsert(
            CaseCandidate,
            self._candidates,
            ("tenant_id", "case_id", "version"),
            ("position", "superseded"),
        )
