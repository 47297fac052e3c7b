"""Reading the logs, one entry, and checking the chain."""

from __future__ import annotations

import json
import time
from typing import Any

from markupsafe import Markup
from pyramid.request import Request
from pyramid.view import view_config

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.audit.chain import state, verify
from shuhua_core.audit.models import AuditChain, AuditEntry
from shuhua_core.kernel.scope import get_visible
from shuhua_web import formats
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs
from shuhua_web.listing import Listing, Tool
from shuhua_web.records import Fact, Related

from .listing import CHANGES, RUNNING, SECURITY, around, kind_label
from .words import EVENTS, word

VIEW = Permission.AUDIT_VIEW
LIST = "shuhua_web:templates/list.pt"
TOOLS = (
    Tool(_("Operation log"), "audit.list", "history"),
    Tool(_("Security log"), "audit.security", "shield-check"),
    Tool(_("Running log"), "audit.running", "timeline"),
    Tool(_("Check the chain"), "audit.chain", "link"),
)


@view_config(route_name="audit.list", permission=VIEW, request_method="GET", renderer=LIST)
def changes(request: Request) -> Any:
    """Who did what to which record when."""
    return _list(request, CHANGES)


@view_config(route_name="audit.security", permission=VIEW, request_method="GET", renderer=LIST)
def security(request: Request) -> Any:
    """What was refused or disclosed."""
    return _list(request, SECURITY)


@view_config(route_name="audit.running", permission=VIEW, request_method="GET", renderer=LIST)
def running(request: Request) -> Any:
    """What the processes noted as unusual."""
    return _list(request, RUNNING)


@view_config(route_name="audit.view", permission=VIEW, request_method="GET", renderer="shuhua_web:templates/record.pt")
def view_entry(request: Request) -> Any:
    """One entry, its link in the chain, and what else happened to the same record."""
    session, zone = request.dbsession, request.deployment.settings.timezone
    entry = get_visible(session, AuditEntry, request.actor, VIEW, int(request.matchdict["id"]))
    who = session.get(User, entry.actor_id) if entry.actor_id else None
    link = session.query(AuditChain).filter(AuditChain.audit_id == entry.id).one_or_none()
    facts = [
        Fact(_("At"), formats.moment(entry.at, zone)),
        Fact(_("Who"), f"{who.name} · {who.login}" if who else entry.actor_kind),
        Fact(_("Event"), word(EVENTS, entry.event, request.locale_name)),
        Fact(_("Code of the event"), entry.event),
        Fact(_("Object"), f"{kind_label(entry, request.locale_name)} {entry.number or entry.record_id}"),
        Fact(_("Id of the request"), entry.request_id),
        Fact(_("Details"), _json(entry.detail), wide=True),
        Fact(_("Personal data, outside of the chain"), _json(entry.personal), wide=True),
        Fact(_("Link of the chain"), f"{link.position}: {link.hash}" if link else _("Not laid yet"), wide=True),
    ]
    rows = [
        (
            Markup('<a href="{}">{}</a>').format(request.route_path("audit.view", id=each.id), formats.moment(each.at, zone)),
            word(EVENTS, each.event, request.locale_name),
        )
        for each in around(request.ctx, entry)
    ]
    return {
        "title": f"{word(EVENTS, entry.event, request.locale_name)} · {entry.number or entry.record_id}",
        "crumbs": crumbs(request, (_("Operation log"), "audit.list"), (str(entry.id), None)),
        "groups": [(None, facts)],
        "relations": [Related(_("Of the same object"), (_("At"), _("Event")), rows)],
    }


@view_config(route_name="audit.chain", permission=VIEW, request_method="GET", renderer="templates/chain.pt")
def chain(request: Request) -> Any:
    """How far the chain reaches, and with ``?check=1`` whether every link holds."""
    now = state(request.dbsession)
    checked, broken, seconds = request.GET.get("check") == "1", None, 0.0
    if checked:
        started = time.perf_counter()
        broken = verify(request.dbsession)
        seconds = time.perf_counter() - started
    return {
        "title": _("The chain over the operation log"),
        "crumbs": crumbs(request, (_("Operation log"), "audit.list"), (_("Chain"), None)),
        "figures": [
            (_("Links"), formats.number(now.links)),
            (_("Entries that wait for their link"), formats.number(now.waiting)),
            (_("Head"), now.head),
        ],
        "checked": checked,
        "broken": broken,
        "seconds": f"{seconds:.1f}",
    }


def _list(request: Request, listing: Listing) -> Any:
    return listing.page(request, toolbar=TOOLS)


def _json(value: Any) -> str | None:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) if value else None
