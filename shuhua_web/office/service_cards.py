"""Cards about repair requests, tasks and messages, which most people's work is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pyramid.request import Request
from sqlalchemy import func, select

from shuhua_core.accounts.models import Organisation
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.scope import visible
from shuhua_core.kernel.workflow import Workflow
from shuhua_core.kernel.workflow_store import versions_in_force
from shuhua_core.messages.models import Message
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.tasks.models import Task
from shuhua_web import formats
from shuhua_web.i18n import _
from shuhua_web.layout import Layout
from shuhua_web.records import Badge, badge

from .cards import CardLine, Figure, HomeCard

LINES = 8
DAYS = 30
FORWARD = frozenset({"primary", "success"})
"""Tones of the rows by which work goes on; a state from which such a row leaves waits for who may take it."""


def my_tasks(request: Request) -> HomeCard | None:
    """The open tasks of a repairer, the most pressing first."""
    actor = request.actor
    if not actor.may(Permission.TASKS_CARRY_OUT):
        return None
    workflow = request.workflows_in_force["tasks"]
    query = (
        select(Task.id, Task.number, Task.state, Task.address, Task.due_at, Task.appointed_at)
        .where(Task.repairer_id == actor.user_id, Task.state.in_(workflow.open_states))
        .order_by(Task.due_at, Task.id)
        .limit(LINES)
    )
    lines = []
    for row in request.dbsession.execute(query):
        when = row.appointed_at or row.due_at
        text = f"{formats.moment(when, request.deployment.settings.timezone)} {row.address or ''}".strip()
        lines.append(
            CardLine(row.number, _page(request, "tasks.view", row.id), badge(workflow, row.state, request.locale_name), text)
        )
    return HomeCard(_("My tasks"), list_path(request, "tasks.list"), lines=lines, empty=_("You have no open tasks."))


def task_states(request: Request) -> HomeCard | None:
    """How many tasks are in each state, and how many are overdue."""
    counts = counts_by_state(request, Task, Permission.TASKS_VIEW)
    if counts is None:
        return None
    workflow = request.workflows_in_force["tasks"]
    overdue = request.dbsession.scalar(
        select(func.count())
        .select_from(Task)
        .where(
            visible(Task, request.actor, Permission.TASKS_VIEW),
            Task.state.in_(workflow.open_states),
            Task.due_at < request.ctx.now,
        )
    )
    open_count = sum(counts.get(state, 0) for state in workflow.open_states)
    href = list_path(request, "tasks.list")
    figures = waiting_figures(request, workflow, counts, "tasks.list")
    figures += [
        Figure(_("Open tasks"), open_count, href),
        Figure(_("Overdue"), overdue or 0, list_path(request, "tasks.list", overdue="true"), alert=bool(overdue)),
    ]
    states, finished = _states(request, workflow, counts, "tasks.list")
    return HomeCard(_("Tasks by state"), href, figures=figures, states=states, finished=finished)


def repair_states(request: Request) -> HomeCard | None:
    """How many requests are in each state, and how many came today."""
    counts = counts_by_state(request, RepairRequest, Permission.REPAIRS_VIEW)
    if counts is None:
        return None
    workflow = request.workflows_in_force["repairs"]
    midnight = _midnight(request)
    today = request.dbsession.scalar(
        select(func.count())
        .select_from(RepairRequest)
        .where(visible(RepairRequest, request.actor, Permission.REPAIRS_VIEW), RepairRequest.created_at >= midnight)
    )
    figures = [
        Figure(_("Requests today"), today or 0, list_path(request, "repairs.list", created_range="today")),
        *waiting_figures(request, workflow, counts, "repairs.list"),
    ]
    states, finished = _states(request, workflow, counts, "repairs.list")
    return HomeCard(_("Requests by state"), list_path(request, "repairs.list"), figures=figures, states=states, finished=finished)


def newest_repairs(request: Request) -> HomeCard | None:
    """The requests that came in last."""
    actor = request.actor
    if not actor.may(Permission.REPAIRS_VIEW):
        return None
    workflow = request.workflows_in_force["repairs"]
    query = (
        select(RepairRequest.id, RepairRequest.number, RepairRequest.state, RepairRequest.symptom, RepairRequest.created_at)
        .where(visible(RepairRequest, actor, Permission.REPAIRS_VIEW))
        .order_by(RepairRequest.created_at.desc(), RepairRequest.id.desc())
        .limit(LINES)
    )
    zone, now = request.deployment.settings.timezone, request.ctx.now
    lines = [
        CardLine(
            row.number,
            _page(request, "repairs.view", row.id),
            badge(workflow, row.state, request.locale_name),
            f"{formats.short_moment(row.created_at, zone, now)} {row.symptom[:40]}",
        )
        for row in request.dbsession.execute(query)
    ]
    return HomeCard(
        _("Newest requests"), list_path(request, "repairs.list"), lines=lines, empty=_("No requests have come in yet.")
    )


def trend(request: Request) -> HomeCard | None:
    """Requests that came in and tasks that were completed, day by day, for who reads figures."""
    if not request.actor.may(Permission.REPORTS_VIEW):
        return None
    series = [
        (_("Requests"), RepairRequest.created_at, Permission.REPAIRS_VIEW),
        (_("Completed tasks"), Task.completed_at, Permission.TASKS_VIEW),
    ]
    today = request.ctx.now.astimezone(request.deployment.settings.timezone).date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    shown = [
        {"type": "line", "name": request.tr(name), "showSymbol": False, "data": _by_day(request, column, permission, days)}
        for name, column, permission in series
        if request.actor.may(permission)
    ]
    if not shown:
        return None
    option = {
        "legend": {"show": True},
        "xAxis": {"type": "category", "data": [each.strftime("%m-%d") for each in days]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": shown,
    }
    return HomeCard(_("The last 30 days"), chart=option)


def ranking(request: Request) -> HomeCard | None:
    """Units with the most overdue tasks, for who reads figures."""
    actor = request.actor
    if not actor.may(Permission.REPORTS_VIEW) or not actor.may(Permission.TASKS_VIEW):
        return None
    workflow = request.workflows_in_force["tasks"]
    count = func.count().label("count")
    query = (
        select(Organisation.name, count)
        .join(Task, Task.unit_id == Organisation.id)
        .where(visible(Task, actor, Permission.TASKS_VIEW), Task.state.in_(workflow.open_states), Task.due_at < request.ctx.now)
        .group_by(Organisation.id, Organisation.name)
        .order_by(count.desc(), Organisation.id)
        .limit(LINES)
    )
    rows = request.dbsession.execute(query).all()
    if not rows:
        return None
    option = {
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {"type": "category", "inverse": True, "data": [row.name for row in rows]},
        "series": [{"type": "bar", "name": request.tr(_("Overdue")), "data": [row.count for row in rows]}],
    }
    return HomeCard(_("Most overdue tasks by unit"), chart=option)


def unread_messages(request: Request) -> HomeCard | None:
    """How many messages wait."""
    if not request.actor.may(Permission.MESSAGES_VIEW):
        return None
    href = list_path(request, "messages.list")
    unread = request.dbsession.scalar(
        select(func.count()).select_from(Message).where(Message.user_id == request.actor.user_id, Message.read_at.is_(None))
    )
    return HomeCard(_("Messages"), href, figures=[Figure(_("Unread messages"), unread or 0, href)]) if href else None


def workflows_in_force(request: Request) -> Mapping[str, Workflow]:
    """The newest version of each table, by its name; a property of the request, since most cards ask for one."""
    known, session = request.deployment.workflows, request.dbsession
    return {name: known.get(session, name, version) for name, version in versions_in_force(session).items()}


def _midnight(request: Request) -> datetime:
    """Beginning of the deployment's day, in UTC."""
    zone = request.deployment.settings.timezone
    return datetime.combine(request.ctx.now.astimezone(zone).date(), time(), zone).astimezone(UTC)


def list_path(request: Request, route: str, **query: str) -> str | None:
    """Address of a list, None where the room is not there."""
    return str(request.route_path(route, _query=query)) if Layout(request).has_route(route) else None


def _page(request: Request, route: str, record_id: int) -> str | None:
    return str(request.route_path(route, id=record_id)) if Layout(request).has_route(route) else None


def counts_by_state(request: Request, model: Any, permission: str) -> dict[str, int] | None:
    """State -> how many of the records in sight; None for who may see none."""
    if not request.actor.may(permission):
        return None
    query = select(model.state, func.count()).where(visible(model, request.actor, permission)).group_by(model.state)
    return {row[0]: row[1] for row in request.dbsession.execute(query)}


_Bars = list[tuple[Badge, int, str]]


def _states(request: Request, workflow: Workflow, counts: dict[str, int], route: str) -> tuple[_Bars, _Bars]:
    """The states that have records: those in which something is still to be done, and those that are final."""
    found: tuple[_Bars, _Bars] = ([], [])
    for name, state in workflow.states.items():
        if counts.get(name):
            bar = (badge(workflow, name, request.locale_name), counts[name], list_path(request, route, state=name) or "")
            found[state.phase == "final"].append(bar)
    return found


def waiting_figures(request: Request, workflow: Workflow, counts: dict[str, int], route: str) -> list[Figure]:
    """What waits for this person: the states from which they may take a row that moves the work on.

    Who carries tasks out has them as a list of their own.
    """
    mine = {
        source
        for row in workflow.rows
        if row.tone in FORWARD and row.permission != Permission.TASKS_CARRY_OUT and request.actor.may(row.permission)
        for source in row.sources
    }
    return [
        Figure(
            state.label(request.locale_name), counts[name], list_path(request, route, state=name), alert=state.tone == "danger"
        )
        for name, state in workflow.states.items()
        if name in mine and counts.get(name)
    ]


def _by_day(request: Request, column: Any, permission: str, days: Sequence[date]) -> list[int]:
    """Counts by day of the deployment, grouped by hour of UTC in SQL, which both databases can cut off alike."""
    sqlite = request.dbsession.get_bind().dialect.name == "sqlite"
    bucket = func.strftime("%Y-%m-%d %H", column) if sqlite else func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24")
    zone = request.deployment.settings.timezone
    start = datetime.combine(days[0], time(), zone).astimezone(UTC)
    seen = visible(column.class_, request.actor, permission)
    query = select(bucket, func.count()).where(seen, column >= start).group_by(bucket)
    found = dict.fromkeys(days, 0)
    for text, count in request.dbsession.execute(query):
        moment = datetime.strptime(text, "%Y-%m-%d %H").replace(tzinfo=UTC)
        local = moment.astimezone(zone).date()
        if local in found:
            found[local] += count
    return list(found.values())
