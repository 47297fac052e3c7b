"""Product models: their page and their answer in the API."""

from __future__ import annotations

from functools import partial
from typing import Any

from markupsafe import Markup
from pyramid.request import Request
from sqlalchemy import func, select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.kinds import EQUIPMENT_TYPES
from shuhua_core.archives.models import ProductModel
from shuhua_core.archives.schema import ModelCreate, ModelPatch
from shuhua_core.archives.service import ModelService
from shuhua_core.kernel.scope import visible
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.sites.models import Equipment
from shuhua_web import formats
from shuhua_web.api import Out, Serializer
from shuhua_web.archives.listing import MODEL_LIST
from shuhua_web.archives.pages import Archive, label
from shuhua_web.i18n import _
from shuhua_web.records import Fact, Related

MODEL = Serializer(
    "Model",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("name", "string"),
        Out("name_en", "string", nullable=True),
        Out("type", "string"),
        Out("type_label", "string", description="In the caller's language."),
        Out("warranty_months", "integer", nullable=True),
        Out("safe_life_years", "integer", nullable=True),
        Out("parts", "string", nullable=True, description="Parts that wear, one a line."),
        Out("usage", "string", nullable=True, description="How to use it, for the public page of a piece."),
        Out("version", "integer"),
        Out("created_at", "moment"),
        Out("updated_at", "moment"),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
    description="What a piece of equipment is one of.",
)
FIELDS = ("number", "name", "name_en", "type", "warranty_months", "safe_life_years", "parts", "usage")


def model_item(request: Request, model: ProductModel) -> dict[str, Any]:
    """A model as the API gives it."""
    return MODEL.one(
        model,
        type_label=label(EQUIPMENT_TYPES, model.type, request.locale_name),
        links={
            "self": request.route_path("api.models.view", id=model.id),
            "equipment": request.route_path("api.equipment.list", _query={"model_id": model.id}),
        },
    )


def model_page(request: Request, model: ProductModel) -> dict[str, Any]:
    """A model."""
    facts = [
        Fact(_("Number"), model.number),
        Fact(_("Name", context="thing"), model.name),
        Fact(_("English name"), model.name_en),
        Fact(_("Type"), label(EQUIPMENT_TYPES, model.type, request.locale_name)),
        Fact(_("Warranty (months)"), formats.number(model.warranty_months)),
        Fact(_("Safe service life (years)"), formats.number(model.safe_life_years)),
        Fact(_("Parts that wear"), model.parts, wide=True),
        Fact(_("How to use it"), model.usage, wide=True),
    ]
    relations = [_pieces(request, model)] if request.actor.may(Permission.EQUIPMENT_VIEW) else []
    return {"groups": [("", facts)], "relations": relations}


def _pieces(request: Request, model: ProductModel) -> Related:
    """How many pieces there are of it, by state, each with the way to them. One statement."""
    seen = visible(Equipment, request.actor, Permission.EQUIPMENT_VIEW)
    query = select(Equipment.state, func.count()).where(Equipment.model_id == model.id, seen).group_by(Equipment.state)
    counts = dict(request.ctx.session.execute(query).all())
    address, of_model = partial(request.route_path, "equipment.list"), {"view": "0", "model_id": model.id}
    rows = []
    for name, state in EQUIPMENT_WORKFLOW.states.items():
        if name in counts:
            link = _linked(address(_query={**of_model, "state": name}), counts[name])
            rows.append((state.label(request.locale_name), link))
    more = address(_query=of_model) if rows else None
    return Related(_("Equipment"), (_("State"), _("Pieces")), rows, more_href=more)


def _linked(href: str, count: int) -> Markup:
    return Markup('<a href="{}">{}</a>').format(href, formats.number(count))


MODELS = Archive(
    name="models",
    kind="model",
    model=ProductModel,
    service=ModelService,
    listing=MODEL_LIST,
    view=Permission.MODELS_VIEW,
    edit=Permission.MODELS_EDIT,
    create_schema=ModelCreate,
    patch_schema=ModelPatch,
    serializer=MODEL,
    item=model_item,
    page=model_page,
    initial=lambda model: {name: getattr(model, name) for name in FIELDS},
    controls=lambda _request: {},
    new_title=_("New product model"),
    bulk_fields=("type", "warranty_months", "safe_life_years"),
    summary="model",
    plural="models",
)
