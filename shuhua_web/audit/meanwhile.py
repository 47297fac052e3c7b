"""What somebody else did to a record while this person looked at it: for who takes an action a moment too late."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from sqlalchemy import select
from translationstring import TranslationString

from shuhua_core.accounts.models import User
from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.errors import VersionStale, WrongState
from shuhua_core.kernel.schema import InputSchema, instance
from shuhua_core.kernel.steps import last_step_of
from shuhua_core.kernel.transition import Machine
from shuhua_web import formats
from shuhua_web.api.timeline import names_of
from shuhua_web.audit.words import EVENTS, word
from shuhua_web.forms import OfficeForm
from shuhua_web.i18n import _
from shuhua_web.records import PERSON_KINDS, timeline

SHOWN = 10
"""How many changes are told at most."""


def who_was_faster(request: Request, machine: Machine, record: Any) -> TranslationString:
    """Who did what to the record last, and what it is now."""
    session = request.ctx.session
    last = session.scalars(last_step_of(machine.kind, record.id)).first()
    present = session.scalar(select(type(record).state).where(type(record).id == record.id))
    table, locale = machine.table(request.ctx, record), request.locale_name
    state = table.states.get(present)
    named = {"state": state.label(locale) if state else present}
    if last is None:
        return _("This is not possible now: it is ${state}.", mapping=named)
    step = timeline(request, table, [last], names_of(request, [last]))[0]
    named |= {"who": request.tr(step.who), "what": step.what, "at": step.at}
    return _("This is not possible now: ${who} was faster (${what}, ${at}). It is ${state}.", mapping=named)


def tell_meanwhile(
    request: Request, form: OfficeForm, machine: Machine, record: Any, fields: type[InputSchema] = InputSchema
) -> None:
    """Say in the form of an action that was refused what others did; ``fields`` name what may have been changed.

    Where only the version is another one, the form is about the present one from here on: who has read it may send it again.
    """
    if isinstance(form.refusal, WrongState):
        form.message = who_was_faster(request, machine, record)
    elif isinstance(form.refusal, VersionStale):
        present = form.refusal.details["version"]
        done = "; ".join(_changes(request, machine.kind, record.id, present - (form.version or 0), fields))
        form.version = present
        form.message = _(
            "Meanwhile others changed this record: ${done}. If what you want to do still fits, press the button again.",
            mapping={"done": done},
        )


def _changes(request: Request, kind: str, record_id: int, count: int, fields: type[InputSchema]) -> list[str]:
    """The last ``count`` changes of the record, the latest first: what, which fields, who and when."""
    titles = {node.name: node.title for node in instance(fields).children}  # type: ignore[arg-type]
    query = select(AuditEntry, User.name).outerjoin(User, User.id == AuditEntry.actor_id)
    query = query.where(AuditEntry.record_kind == kind, AuditEntry.record_id == record_id)
    zone, locale = request.deployment.settings.timezone, request.locale_name
    found: list[str] = []
    for entry, name in request.ctx.session.execute(query.order_by(AuditEntry.id.desc()).limit(SHOWN * 5)):
        if len(found) == min(count, SHOWN):
            break
        if "version" not in entry.detail and "after" not in entry.detail:
            continue  # what is only told, such as a phone number that was shown, changes no version
        changed = {**entry.detail.get("changes", {}), **(entry.personal or {})}
        named = ", ".join(str(request.tr(titles[each])) for each in changed if each in titles)
        who = request.tr(name or PERSON_KINDS.get(entry.actor_kind, "–"))
        found.append(
            f"{word(EVENTS, entry.event, locale)}{f' ({named})' if named else ''}, {who}, {formats.moment(entry.at, zone)}"
        )
    return found
