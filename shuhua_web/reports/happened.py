"""What happened with a customer's things, where a site lies, and what was changed of it: parts that come after a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import or_, select

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.audit.models import AuditEntry
from shuhua_core.followups.machine import FOLLOWUP_TABLE
from shuhua_core.followups.models import Followup
from shuhua_core.kernel.merged import MergedRecord
from shuhua_core.kernel.scope import visible
from shuhua_core.kernel.workflow import Workflow
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.events import SiteEvent
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.schema import SitePatch
from shuhua_core.sites.service import SiteService
from shuhua_core.sites.states import SITE_STATES
from shuhua_core.tasks.models import Task

from .. import formats
from ..api import record_id
from ..archives.pages import record_link
from ..audit.words import EVENTS, word
from ..i18n import _
from ..layout import crumbs
from ..map.views import map_of_all
from ..records import PERSON_KINDS, Related, badge
from .figures import listed

SHOWN = 10
"""Rows of each short list; the whole list is one press away."""
CHANGES_SHOWN = 20
LONGEST = 60
"""Characters of what a row is about."""
AROUND = (0.006, 0.004)
"""Degrees that the small map shows of a site's surroundings, to each side."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record that happens: its short list is number, what it is about, state, day."""

    title: Any
    model: Any
    permission: str
    room: str
    """First part of its routes."""
    about: Any
    """The column that says what it is about."""
    table: Workflow | str
    """Its states, or the name of their table."""


REPAIRS = Kind(_("Repair requests"), RepairRequest, Permission.REPAIRS_VIEW, "repairs", RepairRequest.symptom, "repairs")
TASKS = Kind(_("Tasks"), Task, Permission.TASKS_VIEW, "tasks", Task.symptom, "tasks")
FOLLOWUPS = Kind(_("Follow-ups"), Followup, Permission.FOLLOWUPS_VIEW, "followups", Followup.opinion, FOLLOWUP_TABLE)
PIECES = Kind(_("Equipment"), Equipment, Permission.EQUIPMENT_VIEW, "equipment", Equipment.name, EQUIPMENT_WORKFLOW)


def happened(request: Request, kinds: Sequence[Kind], named: Mapping[str, int]) -> list[Related]:
    """Short lists of what the person may see and that has these values (``customer_id``), the newest first.

    A statement for each, and one for the states of a table that is data.
    """
    return [_short(request, kind, named) for kind in kinds if request.actor.may(kind.permission)]


def _short(request: Request, kind: Kind, named: Mapping[str, int]) -> Related:
    session, model, locale = request.ctx.session, kind.model, request.locale_name
    table = kind.table if isinstance(kind.table, Workflow) else request.deployment.workflows.newest(session, kind.table)
    query = select(model.id, model.number, kind.about.label("about"), model.state, model.created_at).where(
        visible(model, request.actor, kind.permission), *(getattr(model, name) == value for name, value in named.items())
    )
    zone = request.deployment.settings.timezone
    rows = [
        (
            record_link(request, f"{kind.room}.view", each.id, each.number),
            (each.about or "")[:LONGEST],
            badge(table, each.state, locale).label,
            formats.moment(each.created_at, zone),
        )
        for each in session.execute(query.order_by(model.created_at.desc(), model.id.desc()).limit(SHOWN))
    ]
    more = listed(request, f"{kind.room}.list", **named) if rows else None
    return Related(kind.title, (_("Number"), _("About"), _("State"), _("Created at")), rows, more_href=more)


@view_config(
    route_name="reports.site",
    permission=Permission.SITES_VIEW,
    request_method="GET",
    renderer="shuhua_web:reports/templates/happened.pt",
)
def site_history(request: Request) -> dict[str, Any]:
    """Where a site lies, and what was changed of it; what happened on it stands in its life."""
    site = request.service(SiteService).get(record_id(request))
    relations = [_changes(request, site)] if request.actor.may(Permission.SITES_EDIT) else []
    way = crumbs(request, (_("Installation points"), "sites.list"), (site.number, None))
    return {"title": _("Map and changes"), "crumbs": way, "map": _map(request, site), "relations": relations}


def _map(request: Request, site: Site) -> dict[str, Any] | None:
    if site.longitude is None or site.latitude is None:
        return None
    wide, high = AROUND
    bounds = (site.longitude - wide, site.latitude - high, site.longitude + wide, site.latitude + high)
    return map_of_all(request, ",".join(f"{each:.5f}" for each in bounds))


def _changes(request: Request, site: Site) -> Related:
    """What was changed of a site and of those that were merged into it: who, when, which fields; no value of theirs."""
    session, locale, zone = request.ctx.session, request.locale_name, request.deployment.settings.timezone
    went = select(MergedRecord.record_id).where(MergedRecord.record_kind == "site", MergedRecord.merged_into_id == site.id)
    query = (
        select(AuditEntry, User.name)
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .where(AuditEntry.record_kind == "site", or_(AuditEntry.record_id == site.id, AuditEntry.record_id.in_(went)))
        .order_by(AuditEntry.id.desc())
        .limit(CHANGES_SHOWN)
    )
    rows = [
        (
            formats.moment(entry.at, zone),
            word(EVENTS, entry.event, locale),
            _what(request, entry),
            name or request.tr(PERSON_KINDS.get(entry.actor_kind, "–")),
        )
        for entry, name in session.execute(query)
    ]
    return Related(_("Changes"), (_("Time"), _("What happened"), _("Details"), _("Who")), rows)


_TITLES = {node.name: node.title for node in SitePatch().children}


def _what(request: Request, entry: AuditEntry) -> str:
    detail, locale = entry.detail, request.locale_name
    if entry.event == SiteEvent.STATE_CHANGED:
        states = [SITE_STATES.get(str(detail.get(name))) for name in ("before", "after")]
        return " → ".join((each.en if locale == "en" else each.zh) if each else "–" for each in states)
    if entry.event == SiteEvent.MERGED:
        return str(detail.get("values", {}).get("merged_number", ""))
    if entry.event != SiteEvent.EDITED:
        return entry.number or ""
    changed = [*detail.get("changes", {}), *(entry.personal or {})]
    names = dict.fromkeys("position" if each.startswith("raw_") else each for each in changed)
    return ", ".join(request.tr(_TITLES[each]) for each in names if each in _TITLES)
