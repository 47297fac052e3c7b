"""Labels over the API: what a code stands for, and putting labels on pieces."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from sqlalchemy.exc import SQLAlchemyError

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import NotAllowed, NotFound, ServiceError, TooMany, WrongState
from shuhua_core.kernel.schema import Text
from shuhua_core.sites import codes
from shuhua_core.sites.labels.models import STATES
from shuhua_core.sites.labels.scans import note_scan
from shuhua_core.sites.labels.service import ACTIONS, FoundLabel, LabelService
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_web.api import Out, Parameter, Serializer, Variant, api_view
from shuhua_web.limits import limit_wrong_codes, too_many_scans
from shuhua_web.security import PUBLIC

LABELLED_PIECE = Serializer(
    "LabelledPiece",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("name", "string"),
        Out("model_id", "integer"),
        Out("place", "string", nullable=True),
        Out("state", "string"),
        Out("state_label", "string"),
    ],
)
LABELLED_SITE = Serializer(
    "LabelledSite",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("name", "string"),
        Out("address", "string", nullable=True),
        Out("longitude", "number", nullable=True),
        Out("latitude", "number", nullable=True),
    ],
)
LABEL = Serializer(
    "Label",
    [
        Out("code", "string"),
        Out("state", "string", description="`blank`, `bound` or `retired`."),
        Out("state_label", "string"),
        Out("equipment", LABELLED_PIECE, nullable=True, description="The piece that it is on, for those who may see it."),
        Out("site", LABELLED_SITE, nullable=True),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
    description="A QR label.",
)
AT = Parameter(
    "near",
    Text(40, pattern=r"-?[0-9]{1,3}(\.[0-9]{1,10})?,-?[0-9]{1,2}(\.[0-9]{1,10})?"),
    "Where it was scanned: longitude and latitude in WGS-84. Counted, with nobody's name.",
)


def label_item(request: Request, found: FoundLabel) -> dict[str, Any]:
    """A label as the API gives it."""
    english = request.locale_name == "en"
    piece = found.equipment
    links = {"page": request.route_path("public.piece", code=found.code)}
    shown = None
    if piece is not None:
        links["equipment"] = request.route_path("api.equipment.view", id=piece.id)
        shown = LABELLED_PIECE.one(piece, state_label=EQUIPMENT_WORKFLOW.states[piece.state].label(request.locale_name))
    site = LABELLED_SITE.one(found.site) if found.site is not None else None
    return LABEL.one(found, state_label=STATES[found.state][english], equipment=shown, site=site, links=links)


def count_scan(request: Request, code: str, longitude: float | None = None, latitude: float | None = None) -> None:
    """Note a scan when the request is over, in a short transaction of its own; not worth failing for."""
    deployment = request.deployment

    def write(request: Request) -> None:
        try:
            with deployment.database.write() as session:
                if too_many_scans(request, session):
                    return
                note_scan(deployment.context(session, request.actor), code, longitude, latitude)
        except (ServiceError, SQLAlchemyError):
            request.note_security("labels.scan_not_counted")

    request.add_finished_callback(write)


@api_view(
    route_name="api.labels.view",
    method="GET",
    permission=PUBLIC,
    tag="labels",
    summary="What a label stands for",
    description="The code as it stands on the label or as people type it, with dashes or in small letters. Counts as a scan.",
    parameters=[AT],
    answer=LABEL,
    errors=(TooMany,),
)
def view(request: Request) -> dict[str, Any]:
    """State, piece and site of a label."""
    try:
        found = request.service(LabelService).look(request.matchdict["code"])
    except NotFound:
        limit_wrong_codes(request)
        raise
    near = request.arguments["near"]
    longitude, latitude = (float(each) for each in near.split(",")) if near else (None, None)
    count_scan(request, found.code, longitude, latitude)
    return label_item(request, found)


def _variants(_request: Request) -> dict[str, Variant]:
    summaries = {"bind": "Put a label on a piece", "unbind": "Take a label off", "retire": "Never use a label again"}
    return {name: Variant(schema, summaries[name]) for name, schema in ACTIONS.items()}


@api_view(
    route_name="api.labels.act",
    method="POST",
    permission=Permission.LABELS_EDIT,
    tag="labels",
    summary="Act on a label",
    variants=_variants,
    answer=LABEL,
    idempotent=True,
    errors=(NotAllowed, WrongState),
)
def act(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Bind, unbind or retire."""
    service = request.service(LabelService)
    service.act(codes.normalise(request.matchdict["code"]), request.matchdict["action"], body)
    return label_item(request, service.look(request.matchdict["code"]))
