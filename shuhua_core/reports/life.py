"""The whole life of one piece (R77): what several rooms know of it, merged in order of time, within the reader's scope.

A constant number of statements, whatever has happened. What the reader may not see is left out, as if it had not been: an
agent does not learn of another's tasks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from ..accounts.models import User
from ..accounts.permissions import Permission
from ..inspections.models import ChecklistVersion, Finding, Inspection
from ..kernel.context import Context
from ..kernel.scope import visible
from ..kernel.steps import steps_of
from ..parts.models import ReturnedPart
from ..repairs.models import RepairRequest
from ..sites.labels.models import Label, LabelBinding
from ..sites.lifetimes.reckon import ENDS
from ..sites.machine import THERE
from ..sites.models import Equipment
from ..tasks.models import Task

AT_MOST = 500
"""Entries of each kind, the newest."""


@dataclass(frozen=True, slots=True)
class About:
    """The request, task, inspection or other piece that an entry is about."""

    kind: str
    id: int
    number: str


@dataclass(frozen=True, slots=True)
class LifeEntry:
    """Something that happened to a piece, or will."""

    kind: str
    """produced, installed, step, label_bound, label_taken_off, repair, task, inspection, warranty_end, safe_life_end."""
    at: datetime | date
    """A day where no more is known."""
    who_id: int | None = None
    who_kind: str | None = None
    note: str | None = None
    record: About | None = None
    """None for the piece itself."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What else is known, as plain values: states, results, parts, answers."""
    ahead: bool = False
    """Whether it is still to come."""


@dataclass(frozen=True, slots=True)
class Life:
    """All of it, oldest first, with the names of those who acted."""

    entries: list[LifeEntry]
    people: Mapping[int, str]


def life_of(ctx: Context, piece: Equipment) -> Life:
    """The life of a piece that the actor may see."""
    today = ctx.now.astimezone(ctx.deployment.settings.timezone).date()
    entries = [
        *_days(piece, today),
        *_steps(ctx, piece),
        *_labels(ctx, piece),
        *repair_entries(ctx, RepairRequest.equipment_id == piece.id),
        *task_entries(ctx, Task.equipment_id == piece.id),
        *_inspections(ctx, piece),
    ]
    return in_order(ctx, entries)


def in_order(ctx: Context, entries: Sequence[LifeEntry]) -> Life:
    """The entries in order of time, with the names of those who acted."""
    zone = ctx.deployment.settings.timezone
    ids = {entry.who_id for entry in entries if entry.who_id is not None}
    people = dict(ctx.session.execute(select(User.id, User.name).where(User.id.in_(ids))).all()) if ids else {}
    return Life(sorted(entries, key=lambda entry: _moment(entry.at, zone)), people)


def _moment(at: datetime | date, zone: ZoneInfo) -> datetime:
    return at if isinstance(at, datetime) else datetime.combine(at, time.min, zone)


def _days(piece: Equipment, today: date) -> Iterator[LifeEntry]:
    if piece.produced_on is not None:
        yield LifeEntry("produced", piece.produced_on, values={"batch": piece.batch, "serial": piece.serial})
    if piece.installed_on is not None:
        yield LifeEntry("installed", piece.installed_on, values={"place": piece.place})
    for which in ENDS:
        end: date | None = getattr(piece, f"{which}_to")
        # What is gone has no future; that its warranty ended while it stood is part of its story.
        if end is not None and (end < today or piece.state in THERE):
            yield LifeEntry(f"{which}_end", end, values={"which": which}, ahead=end >= today)


def _steps(ctx: Context, piece: Equipment) -> Iterator[LifeEntry]:
    """Steps of its own table. What a step refers to may not be the reader's to see, so that is left out."""
    steps = steps_of(ctx.session, "equipment", piece.id)
    others = {step.input.get("replacement_id") for step in steps} | {piece.replaces_id}
    numbers = _numbers(ctx, {each for each in others if each is not None})
    for step in steps:
        other = step.input.get("replacement_id") if step.action == "replace" else None
        if step.action == "install" and piece.replaces_id is not None:
            other = piece.replaces_id
        yield LifeEntry(
            "step",
            step.at,
            step.actor_id,
            step.actor_kind,
            step.note,
            record=About("equipment", other, numbers[other]) if other in numbers else None,
            values={
                "action": step.action,
                "before": step.before,
                "after": step.after,
                "media_ids": step.input.get("media_ids") or [],
            },
        )


def _numbers(ctx: Context, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    seen = visible(Equipment, ctx.actor, Permission.EQUIPMENT_VIEW)
    return dict(ctx.session.execute(select(Equipment.id, Equipment.number).where(Equipment.id.in_(ids), seen)).all())


def _labels(ctx: Context, piece: Equipment) -> Iterator[LifeEntry]:
    query = (
        select(LabelBinding, Label.code)
        .join(Label, Label.id == LabelBinding.label_id)
        .where(LabelBinding.equipment_id == piece.id)
        .order_by(LabelBinding.id.desc())
        .limit(AT_MOST)
    )
    for binding, code in ctx.session.execute(query):
        values = {"code": code}
        yield LifeEntry("label_bound", binding.bound_at, binding.bound_by_id, note=binding.reason, values=values)
        if binding.unbound_at is not None:
            who, why = binding.unbound_by_id, binding.unbound_reason
            yield LifeEntry("label_taken_off", binding.unbound_at, who, note=why, values=values)


def repair_entries(ctx: Context, which: ColumnElement[bool]) -> Iterator[LifeEntry]:
    """The requests of a piece or a site that the actor may see."""
    query = (
        select(RepairRequest)
        .where(which, visible(RepairRequest, ctx.actor, Permission.REPAIRS_VIEW))
        .order_by(RepairRequest.id.desc())
        .limit(AT_MOST)
    )
    for repair in ctx.session.scalars(query):
        yield LifeEntry(
            "repair",
            repair.created_at,
            note=repair.symptom,
            record=About("repair", repair.id, repair.number),
            values={"state": repair.state, "severity": repair.severity, "in_warranty": repair.in_warranty},
        )


def task_entries(ctx: Context, which: ColumnElement[bool]) -> Iterator[LifeEntry]:
    """The tasks of a piece or a site that the actor may see, with their results and the parts replaced."""
    query = select(Task).where(which, visible(Task, ctx.actor, Permission.TASKS_VIEW)).order_by(Task.id.desc()).limit(AT_MOST)
    tasks = ctx.session.scalars(query).all()
    parts: dict[int, list[dict[str, Any]]] = {}
    if tasks:
        seen = visible(ReturnedPart, ctx.actor, Permission.PARTS_VIEW)
        wanted = ReturnedPart.task_id.in_([task.id for task in tasks])
        for part in ctx.session.scalars(select(ReturnedPart).where(wanted, seen).order_by(ReturnedPart.id)):
            told = {"name": part.name, "old_number": part.old_number, "new_number": part.new_number}
            parts.setdefault(part.task_id, []).append({**told, "in_warranty": part.in_warranty})
    for task in tasks:
        yield LifeEntry(
            "task",
            task.completed_at or task.created_at,
            task.repairer_id,
            note=task.symptom,
            record=About("task", task.id, task.number),
            values={
                "state": task.state,
                "result": task.result,
                "cause": task.cause,
                "remedy": task.remedy,
                "completed": task.completed_at is not None,
                "parts": parts.get(task.id, []),
            },
        )


def _inspections(ctx: Context, piece: Equipment) -> Iterator[LifeEntry]:
    query = (
        select(Finding, Inspection)
        .join(Inspection, Inspection.id == Finding.inspection_id)
        .where(Finding.equipment_id == piece.id, visible(Inspection, ctx.actor, Permission.INSPECTIONS_VIEW))
        .order_by(Finding.id.desc())
        .limit(AT_MOST)
    )
    by_visit: dict[int, tuple[Inspection, list[Finding]]] = {}
    for finding, inspection in ctx.session.execute(query):
        by_visit.setdefault(inspection.id, (inspection, []))[1].append(finding)
    names = _items(ctx, {(each.checklist_id, each.checklist_version) for each, _found in by_visit.values()})
    for inspection, findings in by_visit.values():
        told = names.get((inspection.checklist_id, inspection.checklist_version), {})
        yield LifeEntry(
            "inspection",
            inspection.captured_at,
            inspection.inspector_id,
            record=About("inspection", inspection.id, inspection.number),
            values={
                "answers": len(findings),
                "abnormal": [
                    {"item": told.get(each.item, (each.item, each.item)), "note": each.note}
                    for each in reversed(findings)
                    if each.result == "abnormal"
                ],
                "stopped": any(each.stopped for each in findings),
            },
        )


def _items(ctx: Context, versions: set[tuple[int, int]]) -> dict[tuple[int, int], dict[str, tuple[str, str]]]:
    """(zh, en) of each item, by the version of the checklist that asked it."""
    if not versions:
        return {}
    query = select(ChecklistVersion).where(ChecklistVersion.checklist_id.in_({checklist for checklist, _version in versions}))
    return {
        (each.checklist_id, each.version): {item["code"]: (item["zh"], item["en"]) for item in each.items}
        for each in ctx.session.scalars(query)
    }
