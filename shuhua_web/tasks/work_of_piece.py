"""Open requests and tasks of a piece that is taken away or replaced: what becomes of each, in the form and over the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from pyramid.renderers import render
from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.scope import covers
from shuhua_core.kernel.workflow import Row
from shuhua_core.repairs.machine import MACHINE as REPAIRS
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.models import Equipment
from shuhua_core.sites.schema import LEAVE, MOVE, WORK_CHOICES, WORK_KINDS
from shuhua_core.tasks.machine import MACHINE as TASKS
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.work_of_piece import OpenWork, WorkOfPiece

from ..api import Out, Serializer, api_view, record_id
from ..records import Badge, badge
from ..repairs.facts import record_link
from ..widgets import FieldWidget

_MACHINES = {"repair": REPAIRS, "task": TASKS}
_PAGES = {"repair": "repairs.view", "task": "tasks.view"}


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A request or task as people read it, with what may become of it."""

    name: str
    """Of its control: kind and id."""
    number: Any
    badge: Badge
    symptom: str
    tasks: Sequence[tuple[Any, Badge]]
    options: Sequence[tuple[str, str]]
    chosen: str


class WorkWidget(FieldWidget):
    """A line for each open request and task of a piece, with a choice of what becomes of it; at first it stays as it is."""

    wide = True

    def __init__(self, request: Request, lines: Sequence[WorkLine]) -> None:
        super().__init__()
        self._request, self._lines = request, lines

    @property
    def grouped(self) -> bool:
        """Several controls."""
        return True

    def serialize(self, field: Any, cstruct: Any, **_kw: Any) -> str:
        """The table."""
        values = {"lines": self._lines, "name": field.name}
        return str(render("shuhua_web:tasks/templates/work_of_piece.pt", values, request=self._request))

    def deserialize(self, field: Any, pstruct: Any) -> Any:
        """The decisions; what is left as it is needs none."""
        chosen = pstruct if isinstance(pstruct, Mapping) else {}
        decided = [(line.name, chosen.get(line.name)) for line in self._lines]
        return [_decision(name, what) for name, what in decided if isinstance(what, str) and what != LEAVE] or None


def _decision(name: str, what: str) -> dict[str, Any]:
    kind, _dash, number = name.partition("-")
    return {"kind": kind, "id": int(number), "what": what}


def work_widget(request: Request, piece: Equipment, row: Row) -> WorkWidget | None:
    """The control of an action that takes a piece away; None where no work is open for it."""
    found = WorkOfPiece(request.ctx, piece.id).open()
    return WorkWidget(request, [_line(request, each, replaces=row.action == "replace") for each in found]) if found else None


def _line(request: Request, work: OpenWork, *, replaces: bool) -> WorkLine:
    name, english = f"{work.kind}-{work.record.id}", request.locale_name == "en"
    choices = [each for each in work.choices if replaces or each != MOVE]
    typed = request.POST.get(name) if request.method == "POST" else None
    return WorkLine(
        name=name,
        number=_number(request, work.kind, work.record),
        badge=_badge(request, work.kind, work.record),
        symptom=work.record.symptom,
        tasks=[(_number(request, "task", each), _badge(request, "task", each)) for each in _seen(request, work)],
        options=[(each, WORK_CHOICES[each][english]) for each in choices],
        chosen=typed if typed in choices else LEAVE,
    )


def _seen(request: Request, work: OpenWork) -> list[Task]:
    """The tasks of a request that the person sees, too."""
    return [each for each in work.tasks if covers(each, request.actor, Permission.TASKS_VIEW)]


def _number(request: Request, kind: str, record: Any) -> Markup:
    link: Markup = record_link(request, _PAGES[kind], record.id, record.number)
    return link


def _badge(request: Request, kind: str, record: Any) -> Badge:
    return badge(_MACHINES[kind].table(request.ctx, record), record.state, request.locale_name)


# API ---------------------------------------------------------------------------------------------------------------------

SERVING = Serializer("OpenTaskOfWork", [Out("id", "integer"), Out("number", "string"), Out("state", "string")])
WORK = Serializer(
    "OpenWork",
    [
        Out("kind", {"type": "string", "enum": list(WORK_KINDS)}),
        Out("id", "integer"),
        Out("number", "string"),
        Out("state", "string"),
        Out("state_label", "string", description="In the caller's language."),
        Out("symptom", "string"),
        Out("tasks", [SERVING], description="Open tasks of a request that the caller sees."),
        Out("choices", {"type": "array", "items": {"type": "string", "enum": list(WORK_CHOICES)}}),
    ],
    description="An open request with its tasks, or an open task. `choices` tell what may become of it.",
)
WORK_LIST = Serializer("OpenWorkList", [Out("items", [WORK])])


@api_view(
    route_name="api.equipment.open_work",
    method="GET",
    permission=Permission.EQUIPMENT_VIEW,
    tag="equipment",
    summary="List the open requests and tasks of a piece",
    description="What the actions `remove` and `replace` take decisions about, as `open_work`: a list of `{kind, id, what}`.",
    answer=WORK_LIST,
)
def list_open_work(request: Request) -> dict[str, Any]:
    """Open requests and tasks of a piece, as far as the caller sees them."""
    piece = request.service(EquipmentService).get(record_id(request))
    return {"items": [_item(request, each) for each in WorkOfPiece(request.ctx, piece.id).open()]}


def _item(request: Request, work: OpenWork) -> dict[str, Any]:
    return WORK.one(
        work.record,
        kind=work.kind,
        state_label=str(_badge(request, work.kind, work.record).label),
        tasks=SERVING.many(_seen(request, work)),
        choices=list(work.choices),
    )
