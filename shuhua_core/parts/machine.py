"""The way of a part, carried out by the same engine as requests and tasks. Its table is fixed, unlike theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..kernel.context import Context
from ..kernel.transition import FixedMachine
from ..kernel.workflow import Row, of_room
from .models import ReturnedPart
from .schema import ACTION_SCHEMAS

Values = dict[str, Any]


PART_TABLE = of_room("shuhua_core.parts")


def named(part: ReturnedPart, **more: Any) -> Mapping[str, Any]:
    """What events of parts carry."""
    return {"task_id": part.task_id, "equipment_id": part.equipment_id, **more}


def _send(ctx: Context, part: ReturnedPart, values: Values, _row: Row) -> Mapping[str, Any]:
    part.carrier, part.tracking, part.sent_at = values["carrier"], values["tracking"], ctx.now
    return named(part)


def _receive(ctx: Context, part: ReturnedPart, _values: Values, _row: Row) -> Mapping[str, Any]:
    part.received_at = ctx.now
    return named(part)


def _find(ctx: Context, part: ReturnedPart, values: Values, _row: Row) -> Mapping[str, Any]:
    part.finding, part.finding_note, part.found_at = values["finding"], values["text"], ctx.now
    return named(part, finding=part.finding)


def _waive(_ctx: Context, part: ReturnedPart, _values: Values, _row: Row) -> Mapping[str, Any]:
    return named(part)


def _ask_for(_ctx: Context, part: ReturnedPart, _values: Values, _row: Row) -> Mapping[str, Any]:
    """It begins its way anew: what is known of an earlier journey stands in the steps."""
    part.carrier = part.tracking = part.sent_at = None
    return named(part)


MACHINE = FixedMachine(
    kind="part",
    workflow=PART_TABLE.name,
    fixed=PART_TABLE,
    schemas=ACTION_SCHEMAS,
    effects={"send": _send, "receive": _receive, "find": _find, "waive": _waive, "ask_for": _ask_for},
)
