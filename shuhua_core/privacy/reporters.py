"""Erasing who reported a request: by rule some months after its end, or on their request.

What stays is what happened to which piece where and when: states, times, steps, figures. The audit keeps its hashed part,
which holds nothing personal, so the chain still holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update

from ..audit.models import AuditEntry
from ..kernel.actor import SYSTEM
from ..kernel.context import Context
from ..kernel.deployment import Deployment
from ..kernel.events import Event
from ..kernel.steps import Step
from ..messages.models import Message
from ..quotations.models import Quotation
from ..repairs.follower_models import Follower
from ..repairs.models import RepairRequest
from .events import PrivacyEvent

BATCH = 100
"""Requests of one transaction: a job must not hold up those who work."""
PERSONAL_INPUT = frozenset({"address", "answered_by", "caller_name", "caller_phone", "contact", "name", "phone", "position"})
"""Fields of a reporter's input that tell who they are or where they live."""
FREE_TEXTS = ("symptom", "question", "answer")
"""Texts of a request that stay, but for the reporter's name, phone and address in them."""


def months_before(now: datetime, months: int) -> datetime:
    """The same day ``months`` earlier, or the last of that month."""
    month = now.year * 12 + now.month - 1 - months
    year, month = divmod(month, 12)
    for day in (now.day, 30, 29, 28):
        try:
            return now.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def erase_due(deployment: Deployment) -> int:
    """Erase the reporters of requests that ended longer ago than the deployment keeps them; returns of how many."""
    months = deployment.settings.retention_months
    if months <= 0:
        return 0
    cutoff, done = months_before(deployment.clock.now(), months), 0
    while True:
        with deployment.database.write() as session:
            ctx = deployment.context(session, SYSTEM)
            query = select(RepairRequest).where(RepairRequest.ended_at < cutoff, _known()).order_by(RepairRequest.id).limit(BATCH)
            found = session.scalars(query.with_for_update()).all()
            for repair in found:
                erase_reporter(ctx, repair, "retention")
        done += len(found)
        if len(found) < BATCH:
            return done


def erase_reporter(ctx: Context, repair: RepairRequest, why: str) -> None:
    """Take from a request, its steps, messages and log entries what tells who reported it."""
    if repair.site_id is None:
        _forget_place(ctx, repair.id)
    words = _words(ctx, repair)
    for name in FREE_TEXTS:
        setattr(repair, name, without_words(getattr(repair, name), words))
    repair.caller_name = repair.caller_phone = repair.token_hash = repair.address = repair.contact_id = None
    ctx.session.flush()
    followers = update(Follower).where(Follower.repair_id == repair.id)
    ctx.session.execute(followers.values(name=None, phone=None))
    _forget_steps(ctx, "repair", repair.id, words)
    _forget_answers(ctx, repair.id, words)
    about = (AuditEntry.record_kind == "repair", AuditEntry.record_id == repair.id, AuditEntry.personal.is_not(None))
    ctx.session.execute(update(AuditEntry).where(*about).values(personal=None))
    ctx.publish(
        Event(PrivacyEvent.REPORTER_ERASED, "repair", repair.id, repair.number, action="erase_reporter", values={"why": why})
    )


def _known() -> ColumnElement[bool]:
    """Requests that still tell who reported them; a follower's phone counts too."""
    columns = (RepairRequest.caller_name, RepairRequest.caller_phone, RepairRequest.token_hash, RepairRequest.address)
    follower = select(Follower.repair_id).where(or_(Follower.phone.is_not(None), Follower.name.is_not(None)))
    return or_(*(column.is_not(None) for column in columns), RepairRequest.id.in_(follower))


def _words(ctx: Context, repair: RepairRequest) -> list[str]:
    """What the reporter and followers are called, which staff may have written into a reason."""
    followers = ctx.session.execute(select(Follower.name, Follower.phone).where(Follower.repair_id == repair.id)).all()
    known = [repair.caller_name, repair.caller_phone, repair.address, *(value for row in followers for value in row)]
    return sorted({each for each in known if each and len(each) > 1}, key=len, reverse=True)


def _forget_answers(ctx: Context, repair_id: int, words: Sequence[str]) -> None:
    """Who answered the quotations of a request, and their words."""
    for quotation in ctx.session.scalars(select(Quotation).where(Quotation.repair_id == repair_id)).all():
        told = sorted({*words, quotation.answered_by or ""} - {""}, key=len, reverse=True)
        quotation.answered_by, quotation.reason = None, without_words(quotation.reason, told)
        ctx.session.flush()
        _forget_steps(ctx, "quotation", quotation.id, told)
        about = (AuditEntry.record_kind == "quotation", AuditEntry.record_id == quotation.id, AuditEntry.personal.is_not(None))
        ctx.session.execute(update(AuditEntry).where(*about).values(personal=None))


def _forget_steps(ctx: Context, kind: str, record_id: int, words: Sequence[str]) -> None:
    """Steps are never changed by anybody who works; here they lose what is personal, and nothing else."""
    steps = select(Step.id, Step.input, Step.note, Step.actor_kind)
    for step in ctx.session.execute(steps.where(Step.record_kind == kind, Step.record_id == record_id)).all():
        values: dict[str, Any] = {}
        kept, note = without_person(step.input, words), without_words(step.note, words)
        if kept != step.input:
            values["input"] = kept
        if note != step.note:
            values["note"] = note
        if step.actor_kind == "public":
            values |= {"longitude": None, "latitude": None}
        if values:
            ctx.session.execute(update(Step).where(Step.id == step.id).values(**values))


def without_person(given: Mapping[str, Any], words: Sequence[str]) -> dict[str, Any]:
    """Input without what tells who somebody is, nor ``words`` in its texts."""
    return {name: without_words(value, words) for name, value in given.items() if name not in PERSONAL_INPUT}


def without_words(value: Any, words: Sequence[str]) -> Any:
    """A text with ``***`` for each of the words; anything else as it is."""
    if not isinstance(value, str):
        return value
    for word in words:
        value = value.replace(word, "***")
    return value


def _forget_place(ctx: Context, repair_id: int) -> None:
    """Messages about a request without a site name its address, which may be the reporter's home."""
    messages = select(Message).where(Message.record_kind == "repair", Message.record_id == repair_id)
    for message in ctx.session.scalars(messages):
        message.facts = {name: value for name, value in message.facts.items() if name != "place"}
