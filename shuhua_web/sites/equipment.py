"""Pieces of equipment: their page and their answer in the API."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import Customer, ProductModel, Project
from shuhua_core.kernel.scope import covers
from shuhua_core.media.service import MediaService
from shuhua_core.sites.effects import MACHINE
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.lifetimes.reckon import BY_PIECE, ENDS
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.schema import ACTION_SCHEMAS, EquipmentCreate, EquipmentPatch
from shuhua_web import formats
from shuhua_web.api import Out, Serializer, api_view
from shuhua_web.api.actions import ACTION, actions_of
from shuhua_web.archives.pages import Archive, label_of, record_source
from shuhua_web.i18n import _
from shuhua_web.media.items import MEDIA, media_item
from shuhua_web.media.pictures import captioned
from shuhua_web.records import Action, Fact, actions, badge
from shuhua_web.sites.ends import end_facts, in_warranty, today_of, why_text
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
        Out("in_warranty", "boolean", nullable=True, description="Today; null where nobody knows."),
        Out("warranty_why", "string", description="Which rule gave that end, in the caller's language."),
        Out("safe_life_to", "date", nullable=True),
        Out("safe_life_why", "string", description="Which rule gave that end, in the caller's language."),
        Out("replaces_id", "integer", nullable=True, description="The piece whose place it took."),
        Out("replaced_by_id", "integer", nullable=True, description="The piece that took its place."),
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
        in_warranty=in_warranty(piece, today_of(request)),
        warranty_why=why_text(request, piece, "warranty"),
        safe_life_why=why_text(request, piece, "safe_life"),
        state_label=EQUIPMENT_WORKFLOW.states[piece.state].label(request.locale_name),
        media=[media_item(request, each) for each in media],
        actions=actions_of(request, MACHINE.available(request.ctx, piece), ACTION_SCHEMAS),
        links={
            "self": request.route_path("api.equipment.view", id=piece.id),
            "timeline": request.route_path("api.equipment.timeline", id=piece.id),
            "life": request.route_path("api.equipment.life", id=piece.id),
        },
    )


def piece_page(request: Request, piece: Equipment) -> dict[str, Any]:
    """A piece; the room of reports adds its whole life (R77)."""
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
        *end_facts(request, piece),
        *_neighbours(request, piece),
        Fact(_("Code on the label"), piece.code),
        Fact(_("State since"), formats.moment(piece.state_at, zone)),
        Fact(_("State by"), sources.get(piece.state_source, piece.state_source)),
        Fact(_("Note"), piece.note, wide=True),
    ]
    service = request.service(EquipmentService)
    pictures = MediaService(request.ctx).of_records({"equipment": [piece.id]})
    return {
        "groups": [("", facts)],
        "badge": badge(EQUIPMENT_WORKFLOW, piece.state, locale),
        "papers": notices(request, piece),
        "actions": [*actions(request, service.actions(piece), "equipment.act", piece.id), *_print_label(request, piece)],
        "pictures": captioned(request, pictures["equipment", piece.id], piece.number),
    }


def _neighbours(request: Request, piece: Equipment) -> list[Fact]:
    """The piece whose place this one took, and the one that took its own."""
    found = []
    for title, other in ((_("Took the place of"), piece.replaces_id), (_("Replaced by"), piece.replaced_by_id)):
        if other is not None:
            shown = label_of(request, Equipment, Permission.EQUIPMENT_VIEW, other)
            found.append(Fact(title, shown, request.route_path("equipment.view", id=other)))
    return found


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
    # An end that a rule gave is left empty: it stays reckoned unless somebody enters one.
    entered = [f"{which}_to" for which in ENDS if getattr(piece, f"{which}_by") == BY_PIECE]
    values = {name: getattr(piece, name) for name in names}
    return values | {name: formats.day(getattr(piece, name)) or None for name in ("produced_on", "installed_on", *entered)}


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
    bulk_fields=("batch", "project_id", "customer_id", "warranty_to", "safe_life_to"),
    summary="piece of equipment",
    plural="equipment",
)


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
