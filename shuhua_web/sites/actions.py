"""The forms of a piece's actions, and how the API takes them."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import or_, select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import NotAllowed, NotFound, WrongState
from shuhua_core.kernel.schema import InputSchema
from shuhua_core.kernel.scope import covers, prefix_range, visible
from shuhua_core.kernel.workflow import Row
from shuhua_core.sites.effects import MACHINE
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.schema import ACTION_SCHEMAS, EquipmentPatch, media_field

from .. import formats
from ..api import record_id
from ..api.actions import Acting
from ..archives.pages import OFFERED, label_of, record_source
from ..audit.meanwhile import tell_meanwhile, who_was_faster
from ..forms import OfficeForm, Source, form_for, options_fragment
from ..i18n import _
from ..layout import crumbs
from ..media.pictures import PicturesWidget, SentPictures
from ..security import SIGNED_IN
from .ends import end_facts, today_of
from .equipment import PIECE, piece_item
from .listing import EQUIPMENT_LIST

UNSEEN = ("captured_at", "position", "replacement_code")
"""Fields that only a phone fills in, or a person who does not choose from a list."""
_INSTALLABLE = tuple(name for name in EQUIPMENT_WORKFLOW.states if EQUIPMENT_WORKFLOW.matching("install", name))


def _form_schema(schema: type[InputSchema]) -> type[InputSchema]:
    fields = {node.name: node.clone() for node in schema().children}
    if "media_ids" in fields:
        fields["media_ids"] = media_field(help=fields["media_ids"].description)
    return type(f"{schema.__name__}Form", (InputSchema,), {**fields, "__doc__": schema.__doc__})


FORMS = {name: _form_schema(schema) for name, schema in ACTION_SCHEMAS.items()}
"""What a form enters: its pictures may still come with the form itself, and the action's schema asks for them then."""


def _row(request: Request, piece: Equipment) -> Row:
    """The row that the address names. Raises NotFound, NotAllowed, WrongState."""
    action = request.matchdict["action"]
    rows = [row for row in EQUIPMENT_WORKFLOW.rows if row.action == action and row.permission != "system"]
    if not rows:
        raise NotFound
    if not covers(piece, request.actor, rows[0].permission):
        raise NotAllowed(state=piece.state)
    if request.method == "GET" and all(row.action != action for row in request.service(EquipmentService).actions(piece)):
        raise WrongState(who_was_faster(request, MACHINE, piece), state=piece.state)
    return rows[0]


def _form(request: Request, piece: Equipment, row: Row) -> OfficeForm:
    own = FORMS[row.schema] if row.schema else InputSchema
    names = {node.name for node in own().children}
    widgets: dict[str, Any] = {"media_ids": PicturesWidget(request)} if "media_ids" in names else {}
    made = {
        name: make(request, piece, row) for name, make in request.registry.action_widgets["equipment"].items() if name in names
    }
    widgets |= {name: widget for name, widget in made.items() if widget is not None}
    hidden = {*UNSEEN, "open_work"} - widgets.keys()
    initial: dict[str, Any] = {}
    if "installed_on" in names:
        initial["installed_on"] = formats.day(today_of(request))
    if row.action == "install":
        initial |= {"site_id": piece.site_id, "place": piece.place}
    form = form_for(
        own,
        request,
        submit=row.label(request.locale_name),
        tone=row.tone if row.tone != "secondary" else "primary",
        cancel=request.route_path("equipment.view", id=piece.id),
        initial=initial,
        sources={
            "site_id": record_source(request, "sites", Site, Permission.SITES_VIEW),
            "replacement_id": Source(
                href=request.route_path("equipment.replacements", id=piece.id),
                label=lambda value: label_of(request, Equipment, Permission.EQUIPMENT_VIEW, value),
            ),
        },
        widgets=widgets,
        omit=[name for name in hidden if name in names],
        version=piece.version if request.method == "GET" else None,
    )
    form.multipart = "media_ids" in names
    return form


@view_config(
    route_name="equipment.act",
    permission=SIGNED_IN,
    request_method=("GET", "POST"),
    renderer="shuhua_web:templates/form.pt",
)
def act(request: Request) -> Any:
    """The form of an action, and the action."""
    sent = SentPictures.of(request)
    piece = request.service(EquipmentService).get(record_id(request))
    row = _row(request, piece)
    form = _form(request, piece, row)
    title, address = row.label(request.locale_name), request.route_path("equipment.view", id=piece.id)
    number, name = piece.number, piece.name

    def save(data: dict[str, Any]) -> str:
        joined = sent.join(request, data) if form.multipart else data
        request.service(EquipmentService).act(piece.id, row.action, joined, expected_version=form.version)
        return str(address)

    answer = form.answer(save, done=_("Done for ${number}: ${action}", mapping={"number": number, "action": title}))
    if answer is not None:
        return answer
    tell_meanwhile(request, form, MACHINE, piece, EquipmentPatch)
    way = crumbs(request, (EQUIPMENT_LIST.title, "equipment.list"), (number, None), (title, None))
    ends = "; ".join(f"{request.tr(fact.label)} {fact.value}" for fact in end_facts(request, piece)[::2] if fact.value)
    return form.page(title, crumbs=way, intro=f"{number} {name} {ends}".strip())


@view_config(route_name="equipment.replacements", permission=Permission.EQUIPMENT_REPLACE, request_method="GET")
def replacement_options(request: Request) -> Response:
    """Pieces that can take the place of one: in stock, or sent out for the same site; of the same model first."""
    piece = request.service(EquipmentService).get(record_id(request))
    text = request.GET.get("q", "").strip()[:60]
    query = select(Equipment.id, Equipment.number, Equipment.name).where(
        visible(Equipment, request.actor, Permission.EQUIPMENT_VIEW),
        Equipment.state.in_(_INSTALLABLE),
        or_(Equipment.site_id.is_(None), Equipment.site_id == piece.site_id),
        Equipment.id != piece.id,
    )
    if text:
        columns = (Equipment.number, Equipment.name, Equipment.serial, Equipment.code)
        query = query.where(or_(*(prefix_range(column, text) for column in columns)))
    rows = request.ctx.session.execute(query.order_by(Equipment.model_id != piece.model_id, Equipment.number).limit(OFFERED))
    return options_fragment(request, [(found, f"{number} {name}") for found, number, name in rows])


PIECE_ACTING = Acting(
    name="equipment",
    about="a piece",
    service=EquipmentService,
    machine=MACHINE,
    view=Permission.EQUIPMENT_VIEW,
    door=SIGNED_IN,
    answer=PIECE,
    item=piece_item,
)
