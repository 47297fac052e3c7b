"""Whom to call about what a message tells of, for those who go there; looked up when it is sent, never stored with it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..archives.models import Contact
from ..archives.phones import mask
from ..repairs.models import RepairRequest
from ..tasks.models import RepairTask
from .models import Message

FOR_STAFF = frozenset({"repair_waiting", "task_waiting", "allocated", "assigned", "reworked", "urged"})
"""Notices to people whose work it is to get in touch; nobody else is told of a number, not even masked."""


def contacts_of(session: Session, messages: Iterable[Message]) -> dict[int, str]:
    """Message id → the masked telephone number of who reported it. Two statements at most."""
    wanted = [each for each in messages if each.notice in FOR_STAFF]
    phone = func.coalesce(RepairRequest.caller_phone, Contact.phone)
    asked = select(phone).select_from(RepairRequest).outerjoin(Contact, Contact.id == RepairRequest.contact_id)
    found: dict[tuple[str, int], str] = {}
    repairs = {each.record_id for each in wanted if each.record_kind == "repair"}
    if repairs:
        rows = session.execute(asked.add_columns(RepairRequest.id).where(RepairRequest.id.in_(repairs)))
        found |= {("repair", record_id): number for number, record_id in rows if number}
    tasks = {each.record_id for each in wanted if each.record_kind == "task"}
    if tasks:
        # The first request of a task that has a number: later ones are of the same fault.
        served = asked.add_columns(RepairTask.task_id).join(RepairTask, RepairTask.repair_id == RepairRequest.id)
        rows = session.execute(served.where(RepairTask.task_id.in_(tasks)).order_by(RepairRequest.id.desc()))
        found |= {("task", record_id): number for number, record_id in rows if number}
    numbers = {each.id: found.get((each.record_kind, each.record_id)) for each in wanted}
    return {message_id: mask(number) for message_id, number in numbers.items() if number}
