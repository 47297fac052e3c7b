"""How the machinery behind the screens is doing."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import func, select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.audit.models import SecurityEntry
from shuhua_core.kernel.errors import NotFound
from shuhua_core.kernel.outbox import OutboxEntry, backlog, retry_given_up
from shuhua_core.kernel.workflow_store import WorkflowVersion

from .. import formats
from ..api import record_id
from ..i18n import _
from ..layout import flash
from ..records import Related
from .deliveries import failed_links, failed_messages, wrong_clocks

SHOWN = 20
FAULT = "plugin.fault"
ORIGINS = {"builtin": _("Built in"), "given": _("Given by the deployment"), "installed": _("Installed")}


@view_config(
    route_name="system.plugins", request_method="GET", permission=Permission.SYSTEM_MANAGE, renderer="templates/system.pt"
)
def plugins(request: Request) -> dict[str, Any]:
    """Plugins with what they offer, their latest faults, what could not be delivered, and the tables in force."""
    waiting, given_up, oldest = backlog(request.dbsession, request.ctx.now)
    zone = request.deployment.settings.timezone
    return {
        "title": _("Plugins and deliveries"),
        "figures": [
            (_("Events waiting for delivery"), waiting),
            (_("Oldest of them"), formats.moment(oldest, zone) if oldest else "–"),
            (_("Deliveries given up"), given_up),
        ],
        "relations": [_plugins(request), _faults(request), _workflows(request)],
        "given_up": _given_up(request),
        "failed": [failed_messages(request), failed_links(request), wrong_clocks(request)],
        "links": pages(request),
    }


def _plugins(request: Request) -> Related:
    found = request.registry.plugins
    offers: dict[str, list[str]] = {name: [] for name in found.records}
    for offered in (*found.channels.values(), *found.map_providers.values(), *found.report_types.values()):
        offers[found.owner_of(offered)].append(offered.label.text(request.locale_name))
    rows = [
        (record.name, request.tr(ORIGINS[record.origin]), record.version or "–", ", ".join(offers[record.name]) or "–")
        for record in found.records.values()
    ]
    return Related(_("Plugins"), (_("Name"), _("Origin"), _("Version"), _("Offers")), rows)


def _faults(request: Request) -> Related:
    query = select(SecurityEntry).where(SecurityEntry.kind == FAULT).order_by(SecurityEntry.id.desc()).limit(SHOWN)
    zone = request.deployment.settings.timezone
    rows = [
        (
            formats.moment(entry.at, zone),
            entry.detail.get("plugin"),
            entry.detail.get("operation"),
            entry.detail.get("fault"),
            entry.detail.get("subject") or "–",
            request.tr(_("Yes")) if entry.detail.get("resting") else request.tr(_("No")),
        )
        for entry in request.dbsession.scalars(query)
    ]
    heads = (_("At"), _("Plugin"), _("Work"), _("Fault"), _("About"), _("Resting"))
    return Related(_("Latest faults of plugins"), heads, rows, empty=_("No plugin has failed."))


def _workflows(request: Request) -> Related:
    newest = select(WorkflowVersion.name, func.max(WorkflowVersion.version)).group_by(WorkflowVersion.name)
    rows = [(name, version) for name, version in request.dbsession.execute(newest.order_by(WorkflowVersion.name))]
    return Related(_("Workflow tables in force"), (_("Name"), _("Version")), rows)


def _given_up(request: Request) -> list[OutboxEntry]:
    query = select(OutboxEntry).where(OutboxEntry.gave_up.is_(True)).order_by(OutboxEntry.id.desc()).limit(SHOWN)
    return list(request.dbsession.scalars(query))


def pages(request: Request) -> list[tuple[Any, str]]:
    """The other pages of the system."""
    return [(_("Jobs"), request.route_path("system.jobs")), (_("Settings"), request.route_path("system.settings"))]


@view_config(route_name="system.retry", request_method="POST", permission=Permission.SYSTEM_MANAGE)
def retry(request: Request) -> Response:
    """Give a delivery that was given up another round."""
    if not retry_given_up(request.dbsession, record_id(request), request.ctx.now):
        raise NotFound
    flash(request, _("The delivery will be tried again."))
    return HTTPSeeOther(request.route_path("system.plugins"))
