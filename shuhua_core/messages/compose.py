"""From an event to messages, and from a message to its text."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..accounts.absences import stand_ins
from ..kernel.context import Context
from ..kernel.events import Event
from ..kernel.i18n import _, translator
from ..repairs.schema import SEVERITIES
from .audience import AUDIENCES, Addressee, Happening
from .models import Message
from .notices import NOTICES, SUBJECTS, URGENT


@dataclass(frozen=True, slots=True)
class Told:
    """One event to tell of."""

    source_id: str
    event: str
    kind: str
    record_id: int
    number: str
    values: Mapping[str, Any]
    actor_id: int | None
    at: datetime


def compose(session: Session, told: Told, *, read: bool = False) -> list[Message]:
    """Write the messages of one event, at most one a person, and return them; those that exist already are left alone.

    ``read`` is for replayed history, which nobody needs to be told of any more.
    """
    if told.event not in NOTICES:
        return []
    rows = message_rows(Happening(session, told.kind, told.record_id, told.number, told.values), told, read=read)
    if not rows:
        return []
    known = set(session.scalars(select(Message.user_id).where(Message.source_id == told.source_id)))
    messages = [Message(**row) for row in rows if row["user_id"] not in known]
    session.add_all(messages)
    session.flush()
    return messages


def message_rows(happening: Happening, told: Told, *, read: bool = False) -> list[dict[str, Any]]:
    """The messages that an event makes, as rows of the table: one a person, and none for the one who did it."""
    chosen: dict[int, tuple[str, Addressee]] = {}
    for notice in NOTICES.get(told.event, ()):
        for addressee in AUDIENCES[notice.audience](happening):
            if addressee.user_id != told.actor_id:
                chosen.setdefault(addressee.user_id, (notice.name, addressee))
    away_now = {} if read else stand_ins(happening.session, list(chosen), told.at)
    for away, stand_in in away_now.items():
        if stand_in != told.actor_id:
            name, addressee = chosen[away]
            chosen.setdefault(stand_in, (name, replace(addressee, user_id=stand_in)))
    facts = _facts(happening) if chosen else {}
    return [
        {
            "source_id": told.source_id,
            "user_id": user_id,
            "notice": name,
            "record_kind": addressee.record_kind,
            "record_id": addressee.record_id,
            "number": addressee.number,
            "facts": facts,
            "urgent": name in URGENT or facts.get("severity") == "urgent",
            "created_at": told.at,
            "read_at": told.at if read else None,
        }
        for user_id, (name, addressee) in chosen.items()
    ]


def compose_read(ctx: Context, event: Event) -> None:
    """A reaction for replays of history: the messages arrive read, at once."""
    compose(
        ctx.session,
        Told(
            str(uuid.uuid4()),
            event.name,
            event.record_kind,
            event.record_id,
            event.number or "",
            event.values,
            ctx.actor.user_id,
            ctx.now,
        ),
        read=True,
    )


def _facts(happening: Happening) -> dict[str, Any]:
    """What the text names besides the number; the records know different things of it."""
    record, values = happening.record, happening.values
    if happening.kind == "article":
        english = {"title_en": record.title_en} if record.title_en else {}
        return {"title": record.title_zh, **english}
    due = getattr(record, "due_at", None)
    site_ids, site = values.get("site_ids") or (), happening.site_name
    facts = {
        "site": site,
        "place": site or getattr(record, "address", None) or getattr(record, "name", None),
        "equipment": happening.equipment_name,
        "symptom": getattr(record, "symptom", "")[:80] or None,
        "severity": getattr(record, "severity", None),
        "due_at": due.isoformat() if due else None,
        "appointed_at": values.get("appointed_at"),
        "abnormal": getattr(record, "abnormal", None),
        "sites": len(site_ids) if len(site_ids) > 1 else None,
        "due_on": values.get("due_on"),
        "total": values.get("total") if happening.kind == "quotation" else None,
        "valid_until": _day(getattr(record, "valid_until", None)),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def subject(message: Message, locale: str) -> str:
    """The message's first line in the language."""
    return subject_of(message.notice, message.number, locale)


def subject_of(notice: str, number: str | None, locale: str) -> str:
    """The first line of a message with this notice about the record of this number."""
    return translator(locale)(SUBJECTS[notice] % {"number": number or ""})


def body(message: Message, locale: str, zone: ZoneInfo) -> str:
    """What is known of place, equipment, fault, deadline: a line each, in the language and the deployment's zone."""
    tr = translator(locale)
    facts = message.facts
    lines = []
    for name, label in (
        ("title", _("Title")),
        ("place", _("Place")),
        ("equipment", _("Equipment")),
        ("symptom", _("Symptom")),
        ("severity", _("Severity")),
        ("due_at", _("Deadline")),
        ("appointed_at", _("Appointment")),
        ("abnormal", _("Abnormal answers")),
        ("sites", _("Installation points")),
        ("due_on", _("Due on")),
        ("total", _("Total (yuan)")),
        ("valid_until", _("Valid until")),
    ):
        value = facts.get(name)
        if name == "title" and locale == "en":
            value = facts.get("title_en", value)
        if value is None or value == message.number:  # the first line has said it
            continue
        if name == "severity":
            value = SEVERITIES[value][1 if locale == "en" else 0]
        elif name.endswith("_at"):
            value = datetime.fromisoformat(value).astimezone(zone).strftime("%Y-%m-%d %H:%M")
        lines.append(f"{tr(label)}: {value}" if locale == "en" else f"{tr(label)}：{value}")
    return "\n".join(lines)
