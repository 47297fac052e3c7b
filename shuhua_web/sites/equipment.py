"""Pieces of equipment: their page with the whole life, their answer in the API, and their actions."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import Customer, ProductModel, Project
from shuhua_core.kernel.errors import NotAllowed, NotFound, WrongState
from shuhua_core.kernel.schema import InputSchema, Text, field
from shuhua_core.kernel.scope import covers
from shuhua_core.media.service import MediaService
from shuhua_core.sites.effects import MACHINE
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.schema import ACTION_SCHEMAS, EquipmentCreate, EquipmentPatch, media_field
from shuhua_web import formats
from shuhua_web.api import Out, Serializer, Variant, api_view, record_id
from shuhua_web.api.actions import ACTION, actions_of, variants_of
from shuhua_web.api.timeline import TIMELINE, names_of, timeline
from shuhua_web.archives.pages import Archive, record_source
from shuhua_web.forms import form_for
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs
from shuhua_web.media.items import MEDIA, media_item
from shuhua_web.media.pictures import PicturesWidget, SentPictures, captioned
from shuhua_web.records import Action, Fact, actions, badge
from shuhua_web.records import timeline as shown_timeline
from shuhua_web.security import SIGNED_IN
from shuhua_web.sites.listing import EQUIPMENT_LIST
from shuhua_web.sites.sites import hidden_references, linked, unit_name
from shuhua_web.sites.stop_notice import notices

PIECE = Serializer(
    "Equipment",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("name", "string"),
        Out("serial", "string", nullable=True),
        Out("batch", "string", nullable=True),
        Out("model_id", "integer"),
        Out("model_name", "string", description="In the caller's language, as far as there is one."),
        Out("usage", "string", nullable=True, description="How to use it."),
        Out("produced_on", "date", nullable=True),
        Out("site_id", "integer", nullable=True),
        Out("place", "string", nullable=True, description="Where on its site it stands."),
        Out("installed_on", "date", nullable=True),
        Out("customer_id", "integer", nullable=True),
        Out("project_id", "integer", nullable=True),
        Out("host_unit_id", "integer", nullable=True),
        Out("division_code", "string", nullable=True),
        Out("state", "string"),
        Out("state_label", "string", description="In the caller's language."),
        Out("state_at", "moment"),
        Out("state_source", "string", description="The action that brought it into its state."),
        Out("warranty_to", "date", nullable=True),
        Out("safe_life_to", "date", nullable=True),
        Out("code", "string", nullable=True, description="Code of the label that is stuck on it."),
        Out("note", "string", nullable=True),
        Out("media", [MEDIA]),
        Out("version", "integer"),
        Out("created_at", "moment"),
        Out("updated_at", "moment"),
        Out("actions", [ACTION]),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
    description="One piece of equipment.",
)


def piece_item(request: Request, piece: Equipment) -> dict[str, Any]:
    """A piece as the API gives it (R76), with what the caller may do now."""
    media = MediaService(request.ctx).of_records({"equipment": [piece.id]})["equipment", piece.id]
    # Its owner may see what it is, though not the catalogue.
    model = request.dbsession.get_one(ProductModel, piece.model_id)
    return PIECE.one(
        piece,
        model_name=model.name_en if request.locale_name == "en" and model.name_en else model.name,
        usage=model.usage,
        state_label=EQUIPMENT_WORKFLOW.states[piece.state].label(request.locale_name),
        media=[media_item(request, each) for each in media],
        actions=actions_of(request, MACHINE.available(request.ctx, piece), ACTION_SCHEMAS),
        links={
            "self": request.route_path("api.equipment.view", id=piece.id),
            "timeline": request.route_path("api.equipment.timeline", id=piece.id),
        },
    )


def piece_page(request: Request, piece: Equipment) -> dict[str, Any]:
    """A piece with its life (R77)."""
    zone, locale = request.deployment.settings.timezone, request.locale_name
    sources = {row.action: row.label(locale) for row in EQUIPMENT_WORKFLOW.rows} | {"create": _("Created")}
    facts = [
        Fact(_("Number"), piece.number),
        Fact(_("Name", context="thing"), piece.name),
        linked(request, "models", piece.model_id),
        Fact(_("Serial number"), piece.serial),
        Fact(_("Batch"), piece.batch),
        Fact(_("Produced on"), formats.day(piece.produced_on)),
        linked(request, "sites", piece.site_id),
        Fact(_("Place on the site"), piece.place),
        Fact(_("Installed on"), formats.day(piece.installed_on)),
        linked(request, "customers", piece.customer_id),
        linked(request, "projects", piece.project_id),
        Fact(_("Host unit"), unit_name(request, piece.host_unit_id)),
        Fact(_("Warranty to"), formats.day(piece.warranty_to)),
        Fact(_("Safe service life to"), formats.day(piece.safe_life_to)),
        Fact(_("Code on the label"), piece.code),
        Fact(_("State since"), formats.moment(piece.state_at, zone)),
        Fact(_("State by"), sources.get(piece.state_source, piece.state_source)),
        Fact(_("Note"), piece.note, wide=True),
    ]
    service = request.service(EquipmentService)
    steps = service.timeline(piece)
    pictures = MediaService(request.ctx).of_records({"equipment": [piece.id]})
    return {
        "groups": [("", facts)],
        "badge": badge(EQUIPMENT_WORKFLOW, piece.state, locale),
        "papers": notices(request, piece),
        "actions": [*actions(request, service.actions(piece), "equipment.act", piece.id), *_print_label(request, piece)],
        "pictures": captioned(request, pictures["equipment", piece.id], piece.number),
        "steps": shown_timeline(request, EQUIPMENT_WORKFLOW, steps, names_of(request, steps)),
    }


def _print_label(request: Request, piece: Equipment) -> list[Action]:
    if not covers(piece, request.actor, Permission.LABELS_EDIT):
        return []
    return [Action(_("Print the label"), request.route_path("labels.print", _query={"number": piece.number}))]


def piece_controls(request: Request) -> dict[str, Any]:
    """The controls of a piece's form."""
    return {
        "sources": {
            "model_id": record_source(request, "models", ProductModel, Permission.MODELS_VIEW),
            "site_id": record_source(request, "sites", Site, Permission.SITES_VIEW),
            "customer_id": record_source(request, "customers", Customer, Permission.CUSTOMERS_VIEW),
            "project_id": record_source(request, "projects", Project, Permission.PROJECTS_VIEW),
        },
        "omit": hidden_references(request),
    }


def piece_initial(piece: Equipment) -> dict[str, Any]:
    """What a piece's form begins with."""
    names = ("number", "name", "model_id", "serial", "batch", "site_id", "place", "customer_id", "project_id", "code", "note")
    days = ("produced_on", "installed_on", "warranty_to", "safe_life_to")
    values = {name: getattr(piece, name) for name in names}
    return values | {name: formats.day(getattr(piece, name)) or None for name in days}


def _from_address(request: Request) -> dict[str, Any]:
    """A new piece begins on the site whose page the person comes from."""
    text = request.GET.get("site_id", "")
    return {"site_id": int(text)} if text.isascii() and text.isdigit() and len(text) < 19 else {}


EQUIPMENT = Archive(
    name="equipment",
    kind="equipment",
    model=Equipment,
    service=EquipmentService,
    listing=EQUIPMENT_LIST,
    view=Permission.EQUIPMENT_VIEW,
    edit=Permission.EQUIPMENT_EDIT,
    create_schema=EquipmentCreate,
    patch_schema=EquipmentPatch,
    serializer=PIECE,
    item=piece_item,
    page=piece_page,
    initial=piece_initial,
    controls=piece_controls,
    new_title=_("New piece of equipment"),
    new_initial=_from_address,
    kept_when_blank=frozenset({"number", "name"}),
    pictures=True,
    searched=("number", "name", "serial", "code"),
    bulk_fields=("batch", "project_id", "customer_id", "warranty_to", "safe_life_to"),
    summary="piece of equipment",
    plural="equipment",
)


class Reasoned(InputSchema):
    """What a person enters for any action: its own schema then says whether a picture is needed, once all have come."""

    reason = field(Text(500, 2, multiline=True), _("Reason"), required=True)
    media_ids = media_field()


@view_config(
    route_name="equipment.act",
    permission=SIGNED_IN,
    request_method=("GET", "POST"),
    renderer="shuhua_web:templates/form.pt",
)
def act(request: Request) -> Any:
    """The form of an action, and the action."""
    sent = SentPictures.of(request)
    number, action = record_id(request), request.matchdict["action"]
    row = next((row for row in EQUIPMENT_WORKFLOW.rows if row.action == action and row.permission != "system"), None)
    if row is None:
        raise NotFound
    title, version = row.label(request.locale_name), None
    piece = request.service(EquipmentService).get(number)
    if not covers(piece, request.actor, row.permission):
        raise NotAllowed(state=piece.state)
    if request.method == "GET":
        version = piece.version
        if all(row.action != action for row in request.service(EquipmentService).actions(piece)):
            raise WrongState(state=piece.state)
    address = request.route_path("equipment.view", id=number)
    form = form_for(
        Reasoned,
        request,
        submit=title,
        tone=row.tone,
        cancel=address,
        widgets={"media_ids": PicturesWidget(request)},
        version=version,
    )
    form.multipart = True

    def save(data: dict[str, Any]) -> str:
        request.service(EquipmentService).act(number, action, sent.join(request, data), expected_version=form.version)
        return address

    way = crumbs(request, (EQUIPMENT_LIST.title, "equipment.list"), (title, None))
    return form.answer(save, done=_("Done.")) or form.page(title, crumbs=way)


def _variants(_request: Request) -> dict[str, Variant]:
    return variants_of(EQUIPMENT_WORKFLOW.rows, ACTION_SCHEMAS)


@api_view(
    route_name="api.equipment.act",
    method="POST",
    permission=SIGNED_IN,
    tag="equipment",
    summary="Take an action on a piece",
    variants=_variants,
    answer=PIECE,
    idempotent=True,
    versioned="optional",
    errors=(WrongState,),
)
def act_api(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Put a piece out of use or back into use."""
    piece = request.service(EquipmentService).act(
        record_id(request), request.matchdict["action"], body, expected_version=request.seen_version
    )
    return piece_item(request, piece)


@api_view(
    route_name="api.equipment.timeline",
    method="GET",
    permission=Permission.EQUIPMENT_VIEW,
    tag="equipment",
    summary="Read the life of a piece",
    answer=TIMELINE,
)
def read_timeline(request: Request) -> dict[str, Any]:
    """All steps of a piece."""
    piece = request.service(EquipmentService).get(record_id(request))
    return timeline(request, "equipment", piece.id, EQUIPMENT_WORKFLOW)


@api_view(
    route_name="api.equipment.code",
    method="GET",
    permission=Permission.EQUIPMENT_VIEW,
    tag="equipment",
    summary="Find a piece by its label",
    description="The code as it stands on the label or as people type it, with dashes or in small letters.",
    answer=PIECE,
)
def read_by_code(request: Request) -> dict[str, Any]:
    """The piece that carries the label."""
    return piece_item(request, request.service(EquipmentService).by_code(request.matchdict["code"]))
