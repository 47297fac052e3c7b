"""The screens of follow-ups: the clerk's queue, and what customers said."""

from __future__ import annotations

from functools import partial
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.followups.machine import FOLLOWUP_TABLE
from shuhua_core.followups.models import STATES, Followup
from shuhua_core.followups.service import FollowupService
from shuhua_core.kernel.scope import covers, visible
from shuhua_core.sites.models import Site
from shuhua_core.tasks.machine import MACHINE
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.schema import WAYS

from .. import formats
from ..api import record_id
from ..api.timeline import names_of
from ..i18n import _
from ..layout import crumbs
from ..listing import RowAction, counting
from ..listing.counting import shown
from ..listing.page import Tab
from ..media.pictures import pictures_of
from ..records import Action, Badge, Fact, actions, timeline
from ..repairs.facts import word
from ..repairs.surroundings import link, piece_facts, place_facts, surroundings
from ..tasks.facts import result_facts
from .listing import FOLLOWUPS

TITLE = _("Follow-ups")
TONES = {"open": "waiting", "done": "done", "dropped": "ended"}
CLERK_ACTIONS = ("follow_up", "followup_attempt", "rework", "close_unreached", "close")


@view_config(
    route_name="followups.list",
    permission=Permission.FOLLOWUPS_VIEW,
    request_method="GET",
    renderer="shuhua_web:templates/list.pt",
)
def list_followups(request: Request) -> dict[str, Any]:
    """The clerk's queue: what is open comes first, under a tab of its own."""
    may_follow = request.actor.may(Permission.TASKS_FOLLOW_UP)

    def row_actions(row: Any) -> list[RowAction]:
        if row.state != "open" or not may_follow:
            return []
        return [
            RowAction(_("Follow up"), request.route_path("tasks.act", id=row.task_id, action="follow_up")),
            RowAction(_("Not reached"), request.route_path("tasks.act", id=row.task_id, action="followup_attempt")),
        ]

    page = FOLLOWUPS.page(request, row_actions=row_actions)
    page["grid"].tabs = _tabs(request, page["grid"])
    return page


def _tabs(request: Request, grid: Any) -> list[Tab]:
    reach = visible(Followup, request.actor, Permission.FOLLOWUPS_VIEW)
    counts = counting.apart(FOLLOWUPS, request.ctx, {state: [reach, Followup.state == state] for state in STATES})
    chosen = [each for each in grid.values.get("state", ()) if each]
    tabs = [
        Tab(word(STATES, state, request.locale_name), grid.href(state=state), shown(counts.get(state, 0)), chosen == [state])
        for state in STATES
    ]
    everything = shown(counting.together([*counts.values()]))
    return [Tab(_("All"), grid.href(state=None), everything, not chosen), *tabs]


@view_config(
    route_name="followups.view",
    permission=Permission.FOLLOWUPS_VIEW,
    request_method="GET",
    renderer="shuhua_web:templates/record.pt",
)
def view(request: Request) -> dict[str, Any]:
    """One follow-up with the task that it is about, or the visit that it was."""
    service = request.service(FollowupService)
    followup = service.get(record_id(request))
    task = request.ctx.session.get_one(Task, followup.task_id) if followup.task_id is not None else None
    groups: list[tuple[Any, list[Fact]]] = [(_("Follow-up"), _facts(request, followup, task))]
    if task is not None:
        around = surroundings(request, task)
        groups += [
            (_("Result of the repair"), [Fact(_("Symptom"), task.symptom, wide=True), *result_facts(request, task)]),
            (_("Place"), place_facts(request, task, around)),
            (_("Equipment and customer"), piece_facts(request, around)),
        ]
    names = {("followup", followup.id): followup.number} | ({("task", task.id): task.number} if task is not None else {})
    steps = service.timeline(followup)
    return {
        "title": followup.number,
        "crumbs": crumbs(request, (TITLE, "followups.list"), (followup.number, None)),
        "papers": [(_("Follow-up sheet"), request.route_path("followups.sheet", id=followup.id))],
        "badge": Badge(word(STATES, followup.state, request.locale_name), TONES[followup.state]),
        "actions": _actions(request, followup, task),
        "groups": [(heading, facts) for heading, facts in groups if facts],
        "pictures": [each for shown in pictures_of(request, names).values() for each in shown],
        "steps": timeline(request, FOLLOWUP_TABLE, steps, names_of(request, steps), map_href=partial(_on_map, request)),
    }


def _on_map(request: Request, longitude: float, latitude: float) -> str:
    return str(request.route_path("map", _query={"at": f"{longitude},{latitude}"}))


def _actions(request: Request, followup: Followup, task: Task | None) -> list[Action]:
    if task is None or followup.state != "open" or not covers(task, request.actor, Permission.TASKS_VIEW):
        return []
    rows = [row for row in MACHINE.available(request.ctx, task) if row.action in CLERK_ACTIONS]
    return actions(request, sorted(rows, key=lambda row: CLERK_ACTIONS.index(row.action)), "tasks.act", task.id)


def _place_facts(request: Request, followup: Followup) -> list[Fact]:
    """Where and when a follow-up on site was made."""
    site = request.ctx.session.get(Site, followup.site_id) if followup.site_id is not None else None
    found = [Fact(_("Installation point"), site.name if site else None, link(request, "sites.view", site, Permission.SITES_VIEW))]
    if followup.longitude is not None and followup.latitude is not None:
        where = f"{followup.longitude:.6f}, {followup.latitude:.6f}"
        found.append(Fact("WGS-84", where, _on_map(request, followup.longitude, followup.latitude)))
        found.append(Fact(_("Distance in metres"), formats.number(followup.distance)))
    if followup.captured_at is not None:
        found.append(Fact(_("Captured at"), formats.moment(followup.captured_at, request.deployment.settings.timezone)))
    if followup.skewed:
        found.append(Fact(_("Clock in doubt"), _("The phone's clock cannot be right.")))
    return found


def _facts(request: Request, followup: Followup, task: Task | None) -> list[Fact]:
    zone = request.deployment.settings.timezone
    clerk = request.ctx.session.get(User, followup.clerk_id) if followup.clerk_id else None
    repaired = None if followup.repaired is None else (_("Yes") if followup.repaired else _("No"))
    found = [
        Fact(_("Task"), task.number, link(request, "tasks.view", task, Permission.TASKS_VIEW)) if task else Fact(_("Task"), None),
        *_place_facts(request, followup),
        Fact(_("Who was asked"), followup.person),
        Fact(_("Way"), word(WAYS, followup.way, request.locale_name)),
        Fact(_("Repaired"), repaired),
        Fact(_("Response"), followup.response_score),
        Fact(_("Manner"), followup.manner_score),
        Fact(_("Quality"), followup.quality_score),
        Fact(_("Follow-up clerk"), clerk.name if clerk else None),
        Fact(_("Followed up"), formats.moment(followup.done_at, zone)),
        Fact(_("Customer's opinion"), followup.opinion, wide=True),
    ]
    return [fact for fact in found if fact.value]
