"""Carrying out one row of a workflow table on one record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import insert
from translationstring import TranslationString

from .context import Context
from .errors import NotAllowed, NotFound, VersionStale, WrongState
from .events import Event
from .i18n import _
from .prepared import Prepared
from .schema import InputSchema, deserialize
from .scope import covers
from .steps import Step, plain
from .workflow import Row, Workflow

NOTE_FIELDS = ("reason", "question", "opinion", "text", "note")
"""Fields of an input that become the step's note, the first that is given."""


class Stateful(Protocol):
    """What a record that runs under a workflow has."""

    id: int
    number: str
    state: str
    state_before: str | None
    version: int
    workflow_version: int


_STEP = Prepared(insert(Step.__table__), [column.name for column in Step.__table__.c if column.name != "id"])  # type: ignore[arg-type]

Guard = Callable[[Context, Any], TranslationString | None]
"""Says why the row is not open to this record now, or None when it is."""

Effect = Callable[[Context, Any, dict[str, Any], Row], Mapping[str, Any] | None]
"""Changes the record by the input, before its state moves; returns the plain values that the event carries."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What a room adds to its table: schemas, guards and effects, each by the name that the table uses."""

    kind: str
    """Record kind in steps, audit and outbox: ``task``."""
    workflow: str
    """Name of the table: ``tasks``."""
    schemas: Mapping[str, type[InputSchema]] = field(default_factory=dict)
    guards: Mapping[str, Guard] = field(default_factory=dict)
    effects: Mapping[str, Effect] = field(default_factory=dict)
    """By action."""

    def table(self, ctx: Context, record: Stateful) -> Workflow:
        """The version of the table under which the record runs."""
        return ctx.deployment.workflows.get(ctx.session, self.workflow, record.workflow_version)

    def newest(self, ctx: Context) -> Workflow:
        """The version under which a new record begins."""
        return ctx.deployment.workflows.newest(ctx.session, self.workflow)

    def available(self, ctx: Context, record: Any) -> list[Row]:
        """The rows that the actor may take on this record now, at most one an action, in the table's order."""
        rows: dict[str, Row] = {}
        for row in self.table(ctx, record).leaving(record.state):
            if row.action in rows or not covers(record, ctx.actor, row.permission):
                continue
            if row.guard is None or self.guards[row.guard](ctx, record) is None:
                rows[row.action] = row
        return list(rows.values())

    def perform(self, ctx: Context, record: Any, action: str, data: Any = None, *, expected_version: int | None = None) -> Row:
        """Take ``action`` on ``record``, which the caller has loaded for update within the actor's scope.

        Raises NotFound (no such action), NotAllowed, WrongState (with the present ``state``), VersionStale, Invalid; then
        nothing has changed. Writes the step, publishes the row's event, and returns the row.
        """
        row = self._row(ctx, record, action)
        if expected_version is not None and expected_version != record.version:
            raise VersionStale(version=record.version, state=record.state)
        values = deserialize(self.schemas[row.schema] if row.schema else InputSchema, data)
        before = record.state
        after = row.leads_to(before, record.state_before)
        effect = self.effects.get(action)
        event_values = dict((effect(ctx, record, values, row) if effect else None) or {})
        if after != before:
            record.state, record.state_before = after, before
        record.version += 1
        record.updated_at = ctx.now
        ctx.session.flush()
        self._write_step(ctx, record, row, before, values)
        ctx.publish(
            Event(
                row.event,
                self.kind,
                record.id,
                record.number,
                action,
                before,
                after,
                values=event_values,
                personal=_personal(values),
            )
        )
        return row

    def begin(
        self,
        ctx: Context,
        record: Any,
        *,
        event: str,
        values: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the first step of a new record, already added and flushed, and publish ``event``."""
        row = Row("create", (), record.state, "", event, "新建", "Create")
        self._write_step(ctx, record, row, None, dict(data or {}))
        ctx.publish(Event(event, self.kind, record.id, record.number, "create", None, record.state, values=dict(values or {})))

    def _row(self, ctx: Context, record: Any, action: str) -> Row:
        table = self.table(ctx, record)
        if action not in table.actions:
            raise NotFound(_("There is no action ${action}.", mapping={"action": action}))
        held = [row for row in table.rows if row.action == action and covers(record, ctx.actor, row.permission)]
        if not held:
            raise NotAllowed(state=record.state)
        held = [row for row in held if record.state in row.sources]
        if not held:
            raise WrongState(state=record.state, action=action)
        refusal: TranslationString | None = None
        for row in held:
            refusal = self.guards[row.guard](ctx, record) if row.guard else None
            if refusal is None:
                return row
        raise WrongState(refusal, state=record.state, action=action)

    def _write_step(self, ctx: Context, record: Any, row: Row, before: str | None, values: dict[str, Any]) -> None:
        position = values.get("position") or {}
        _STEP.run(
            ctx.session,
            {
                "record_kind": self.kind,
                "record_id": record.id,
                "action": row.action,
                "before": before,
                "after": record.state,
                "workflow_version": record.workflow_version,
                "actor_id": ctx.actor.user_id,
                "actor_kind": ctx.actor.kind,
                "at": ctx.now,
                "captured_at": values.get("captured_at"),
                "clock_skew": ctx.session.info.get("clock_skew"),
                "note": next((values[name] for name in NOTE_FIELDS if values.get(name)), None),
                "longitude": position.get("longitude"),
                "latitude": position.get("latitude"),
                "input": plain(values),
            },
        )


@dataclass(frozen=True, slots=True)
class FixedMachine(Machine):
    """A machine whose table is a file of its room: there is one version of it, which no deployment changes."""

    fixed: Workflow = field(kw_only=True)

    def table(self, ctx: Context, record: Stateful) -> Workflow:
        """The one version there is."""
        return self.fixed

    def newest(self, ctx: Context) -> Workflow:
        """The one version there is."""
        return self.fixed


def _personal(values: Mapping[str, Any]) -> dict[str, Any]:
    note = next((values[name] for name in NOTE_FIELDS if values.get(name)), None)
    return {"note": note} if note else {}
