"""Jobs of the worker with their last run, and the settings of the deployment, to read."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import select
from sqlalchemy.engine import make_url

from shuhua_core.accounts.permissions import Permission
from shuhua_core.audit.models import JobRun
from shuhua_core.kernel.errors import NotFound
from shuhua_core.kernel.settings import Settings
from shuhua_core.timetable import JOBS

from .. import formats
from ..i18n import _
from ..layout import crumbs, flash
from ..records import PostButton, Table

MANAGE = Permission.SYSTEM_MANAGE
TABLES = "shuhua_web:templates/tables.pt"
HIDDEN = "••••••"
SECRET_WORDS = ("secret", "password", "token", "key", "webhook")
"""A plugin's setting whose name holds one of these is never shown."""


@view_config(route_name="system.jobs", request_method="GET", permission=MANAGE, renderer=TABLES)
def jobs(request: Request) -> dict[str, Any]:
    """The timetable: when each job ran last, how that ended, and when it is due."""
    zone = request.deployment.settings.timezone
    runs = {run.name: run for run in request.dbsession.scalars(select(JobRun))}
    rows = []
    for job in JOBS:
        run = runs.get(job.name)
        cells = (
            job.name,
            formats.duration(job.every, request.locale_name),
            formats.moment(run.started_at, zone) if run else "–",
            request.tr(_result(run)),
            formats.number(run.runs) if run else 0,
            formats.number(run.failures) if run else 0,
        )
        rows.append((cells, (PostButton(_("Run now"), request.route_path("system.jobs.run", name=job.name)),)))
    heads = (_("Job"), _("Every"), _("Last run"), _("Result"), _("Runs"), _("Failures"))
    newest = max((run.ended_at for run in runs.values()), default=None)
    return {
        "title": _("Jobs"),
        "crumbs": crumbs(request, (_("Plugins and deliveries"), "system.plugins"), (_("Jobs"), None)),
        "figures": [(_("A worker last did a job"), formats.moment(newest, zone) if newest else _("never"))],
        "tables": [Table(_("Timetable"), heads, rows)],
    }


@view_config(route_name="system.jobs.run", request_method="POST", permission=MANAGE)
def run_job(request: Request) -> Any:
    """Have a worker run a job at once. One that has never run is due anyway."""
    run = request.dbsession.get(JobRun, request.matchdict["name"], with_for_update=True)
    if run is None:
        raise NotFound
    run.asked_at = request.ctx.now
    flash(request, _("A worker will run the job in a moment."))
    return HTTPSeeOther(request.route_path("system.jobs"))


@view_config(route_name="system.settings", request_method="GET", permission=MANAGE, renderer=TABLES)
def settings(request: Request) -> dict[str, Any]:
    """What the deployment is set to; secrets are hidden. They are changed in the ini file or the environment."""
    found = request.deployment.settings
    plain = [each.name for each in fields(Settings) if each.name != "plugins"]
    rows = [((f"shuhua.{name}", shown_setting(name, getattr(found, name))), ()) for name in plain]
    theirs = [
        ((f"plugin.{plugin}.{name}", shown_setting(name, value)), ())
        for plugin, values in sorted(found.plugins.items())
        for name, value in sorted(values.items())
    ]
    heads = (_("Setting"), _("Value"))
    return {
        "title": _("Settings"),
        "intro": _("Settings are changed in the deployment's ini file or environment, and are in force after a restart."),
        "crumbs": crumbs(request, (_("Plugins and deliveries"), "system.plugins"), (_("Settings"), None)),
        "tables": [Table(_("Deployment"), heads, rows), Table(_("Plugins"), heads, theirs)],
    }


def shown_setting(name: str, value: Any) -> str:
    """A setting as it may be shown."""
    if not value and value != 0:
        return "–"
    if any(word in name.lower() for word in SECRET_WORDS):
        return HIDDEN
    if name.endswith("_url"):
        return make_url(str(value)).render_as_string(hide_password=True)
    return str(value)


def _result(run: JobRun | None) -> Any:
    if run is None:
        return _("Not run yet")
    if run.asked_at is not None:
        return _("Asked for")
    return run.error or _("Done")
