"""The form of an action of a workflow table, for requests and tasks alike: made from the row's schema, carried out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pyramid.request import Request
from pyramid.response import Response

from shuhua_core.kernel.errors import NotAllowed, NotFound, WrongState
from shuhua_core.kernel.schema import InputSchema
from shuhua_core.kernel.scope import covers
from shuhua_core.kernel.transition import Machine
from shuhua_core.kernel.workflow import Row

from ..audit.meanwhile import tell_meanwhile, who_was_faster
from ..forms import OfficeForm, form_for
from ..i18n import _
from ..layout import crumbs, own_path
from ..media.pictures import PicturesWidget, SentPictures

UNSEEN = ("captured_at", "position", "before_media_ids", "signature_media_id")
"""Fields that only a phone fills in."""

Convert = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Controls:
    """What an action's form has beyond its schema."""

    initial: Mapping[str, Any] = field(default_factory=dict)
    widgets: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, Any] = field(default_factory=dict)
    schema: type[InputSchema] | None = None
    convert: Convert = dict
    """Turns what such a schema of its own takes into what the action takes."""
    intro: Any = None


@dataclass(frozen=True, slots=True)
class Kind:
    """What tells requests and tasks apart here."""

    name: str
    """First part of their routes."""
    title: Any
    machine: Machine
    view: str
    """Permission to see one."""
    controls: Callable[[Request, Any, Row], Controls]
    panel: Callable[[Request, Any, Row], dict[str, Any]]
    """What the page shows besides the form, so that nobody decides blindly."""


def action_page(
    request: Request, kind: Kind, record: Any, act: Callable[[dict[str, Any]], Any], sent: SentPictures
) -> Response | dict[str, Any]:
    """The answer of an action's view: the form, or the way on when it was carried out. ``act(data)`` gives the record."""
    row = _row(request, kind, record)
    controls = kind.controls(request, record, row)
    form = _form(request, kind, record, row, controls)
    back = _back(request, kind)

    def save(data: dict[str, Any]) -> str:
        after = act(sent.join(request, controls.convert(data)))
        if back:
            return back
        still_mine = covers(after, request.actor, kind.view)
        return str(
            request.route_path(f"{kind.name}.view", id=record.id) if still_mine else request.route_path(f"{kind.name}.list")
        )

    label = row.label(request.locale_name)
    done = _("Done for ${number}: ${action}", mapping={"number": record.number, "action": label})
    answer = form.answer(save, done=done)
    if answer is not None:
        return answer
    tell_meanwhile(request, form, kind.machine, record)
    way = crumbs(request, (kind.title, f"{kind.name}.list"), (record.number, None), (label, None))
    shown = kind.panel(request, record, row)
    return form.page(f"{label} · {record.number}", crumbs=way, intro=controls.intro, **shown)


def _row(request: Request, kind: Kind, record: Any) -> Row:
    """The row that is open to the actor; for a form that was sent, any of the action: the service says what is wrong by now."""
    action, machine, ctx = request.matchdict["action"], kind.machine, request.ctx
    rows = [row for row in machine.table(ctx, record).rows if row.action == action and row.permission != "system"]
    if not rows:
        raise NotFound
    available = next((row for row in machine.available(ctx, record) if row.action == action), None)
    if available is not None:
        return available
    if not any(covers(record, request.actor, row.permission) for row in rows):
        raise NotAllowed(state=record.state)
    if request.method == "POST":
        return rows[0]
    raise WrongState(who_was_faster(request, kind.machine, record), state=record.state)


def _form(request: Request, kind: Kind, record: Any, row: Row, controls: Controls) -> OfficeForm:
    own = kind.machine.schemas[row.schema] if row.schema else InputSchema
    schema = controls.schema or own
    names = [node.name for node in schema().children]
    widgets = dict(controls.widgets)
    if "media_ids" in names:
        widgets["media_ids"] = PicturesWidget(request)
    back = _back(request, kind)
    form = form_for(
        schema,
        request,
        action=request.path_qs if request.method == "POST" else request.current_route_path(_query={"back": back} if back else {}),
        submit=row.label(request.locale_name),
        tone=row.tone if row.tone != "secondary" else "primary",
        cancel=back or request.route_path(f"{kind.name}.view", id=record.id),
        initial=controls.initial,
        widgets=widgets,
        sources=controls.sources,
        omit=[name for name in UNSEEN if name in names],
    )
    form.multipart = "media_ids" in names
    return form


def _back(request: Request, kind: Kind) -> str:
    """The list to return to, with its filters and page: the one that the dialog was opened over."""
    if "back" in request.GET:
        return own_path(request, request.GET["back"], "")
    address = own_path(request, request.headers.get("HX-Current-URL"), "")
    return address if address.partition("?")[0] == request.route_path(f"{kind.name}.list") else ""
