"""The screens of tasks: list, page, actions, deadline, dispatch sheet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import and_, func, or_, select

from shuhua_core.accounts.models import Organisation, User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import NotAllowed, WrongState
from shuhua_core.kernel.scope import covers, visible
from shuhua_core.tasks.machine import MACHINE
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.schema import MoveDeadline
from shuhua_core.tasks.service import TaskService

from .. import formats
from ..api import record_id
from ..forms import form_for, options_fragment
from ..i18n import _
from ..layout import crumbs
from ..listing.filters import clean_text, contains
from ..listing.page import Tab
from ..media.pictures import SentPictures
from ..repairs.acting import action_page
from .actions import TASK
from .facts import TITLE, task_page
from .listing import TASKS, is_overdue


@view_config(
    route_name="tasks.list", permission=Permission.TASKS_VIEW, request_method="GET", renderer="shuhua_web:templates/list.pt"
)
def list_tasks(request: Request) -> dict[str, Any]:
    """All tasks within reach."""
    page = TASKS.page(request)
    grid = page["grid"]
    quick = _quick_tabs(request, grid)
    states = [replace(tab, current=tab.current and not any(each.current for each in quick)) for tab in grid.tabs]
    grid.tabs = [*states, *quick]
    return page


def _quick_tabs(request: Request, grid: Any) -> list[Tab]:
    """What is looked at most besides the states: past its deadline, and one's own open work."""
    ctx = request.ctx
    states = MACHINE.newest(ctx).open_states
    mine = and_(Task.repairer_id == ctx.actor.user_id, Task.state.in_(states))
    reach = visible(Task, ctx.actor, Permission.TASKS_VIEW)
    late = is_overdue(ctx)
    # Only what counts is looked at: both conditions have an index, all tasks together have none.
    query = select(func.count().filter(late), func.count().filter(mine)).where(reach, or_(late, mine))
    overdue, own = ctx.session.execute(query).one()
    passed, todo = [("overdue", "true")], [("mine", "true"), *(("state", state) for state in states)]
    tabs = [Tab(_("Overdue"), f"{grid.path}?{urlencode(passed)}", overdue, "overdue" in grid.values)]
    if ctx.actor.may(Permission.TASKS_CARRY_OUT):
        tabs.append(Tab(_("My open tasks"), f"{grid.path}?{urlencode(todo)}", own, "mine" in grid.values))
    return tabs


@view_config(route_name="tasks.units", permission=Permission.TASKS_VIEW, request_method="GET")
def unit_options(request: Request) -> Response:
    """Units that have tasks within reach, for the filter."""
    return options_fragment(request, _holders(request, Organisation, Task.unit_id))


@view_config(route_name="tasks.repairers", permission=Permission.TASKS_VIEW, request_method="GET")
def repairer_options(request: Request) -> Response:
    """People who have tasks within reach, for the filter."""
    return options_fragment(request, _holders(request, User, Task.repairer_id))


def _holders(request: Request, model: Any, column: Any) -> list[tuple[int, str]]:
    text = clean_text("q", request.GET.get("q", "")[:100])
    theirs = select(column).where(column.is_not(None), visible(Task, request.actor, Permission.TASKS_VIEW))
    query = select(model.id, model.name).where(model.id.in_(theirs))
    if text:
        query = query.where(contains(model.name, text))
    return [(row.id, row.name) for row in request.ctx.session.execute(query.order_by(model.name, model.id).limit(20))]


@view_config(
    route_name="tasks.view",
    permission=Permission.TASKS_VIEW,
    request_method="GET",
    renderer="shuhua_web:tasks/templates/view.pt",
)
def view(request: Request) -> dict[str, Any]:
    """One task with everything that the repair needs, its history, and what may be done with it."""
    return task_page(request, request.service(TaskService).get(record_id(request)))


@view_config(route_name="tasks.act", permission=Permission.TASKS_VIEW, renderer="shuhua_web:repairs/templates/act.pt")
def act(request: Request) -> Any:
    """An action of the table of tasks."""
    sent = SentPictures.of(request)
    service, number, action = request.service(TaskService), record_id(request), request.matchdict["action"]
    return action_page(request, TASK, service.get(number), lambda data: service.act(number, action, data), sent)


@view_config(route_name="tasks.deadline", permission=Permission.TASKS_DEADLINE, renderer="shuhua_web:repairs/templates/act.pt")
def move_deadline(request: Request) -> Any:
    """A new deadline, with its reason."""
    number = record_id(request)
    task = request.service(TaskService).get(number)
    if not covers(task, request.actor, Permission.TASKS_DEADLINE):
        raise NotAllowed(state=task.state)
    if request.method == "GET" and MACHINE.table(request.ctx, task).states[task.state].phase != "open":
        raise WrongState(state=task.state)
    address = str(request.route_path("tasks.view", id=number))
    form = form_for(MoveDeadline, request, initial={"due_at": task.due_at.isoformat()}, version=task.version, cancel=address)

    def save(data: dict[str, Any]) -> str:
        request.service(TaskService).move_deadline(number, data, expected_version=form.version or 0)
        return address

    title = _("Change the deadline")
    way = crumbs(request, (TITLE, "tasks.list"), (task.number, None), (title, None))
    return form.answer(save, done=_("Saved.")) or form.page(title, crumbs=way)


@view_config(route_name="tasks.phone", permission=Permission.PHONES_REVEAL, request_method="POST")
def reveal_phone(request: Request) -> Response:
    """The whole phone number in place of the masked one, to be dialled; the log has it before it is shown."""
    number = request.service(TaskService).reveal_phone(record_id(request), record_id(request, "repair_id"))
    return Response(dialled(number))


def dialled(number: str | None) -> str:
    """A number as a link that a phone dials."""
    return str(Markup('<a class="phone" href="tel:{}">{}</a>').format(number, formats.phone(number))) if number else ""
