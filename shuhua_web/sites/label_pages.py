"""Labels in the office: the list with what should be looked at, one label with its history, binding and unbinding."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import NotFound
from shuhua_core.sites.labels.models import STATES, Label, LabelBatch, LabelBinding, LabelScan
from shuhua_core.sites.labels.scans import bound_twice, never_scanned, scanned_far
from shuhua_core.sites.labels.service import ACTIONS, LabelService
from shuhua_core.sites.models import Equipment, Site
from shuhua_web import formats
from shuhua_web.api import record_id
from shuhua_web.archives.pages import record_link, record_source
from shuhua_web.forms import form_for
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs
from shuhua_web.listing import ChoiceFilter, Column, FlagFilter, Listing, Tool
from shuhua_web.records import Action, Badge, Fact, Related

PIECE = aliased(Equipment)
PLACE = aliased(Site)
BATCH = aliased(LabelBatch)
BINDER = aliased(User)
SCANS_SHOWN = 20
TONES = {"blank": "waiting", "bound": "done", "retired": "ended"}
WORDS = {"bind": _("Bind"), "unbind": _("Unbind"), "retire": _("Retire")}
OFFERED = {"blank": ("bind", "retire"), "bound": ("unbind", "retire"), "retired": ()}


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.outerjoin(PIECE, PIECE.id == Label.equipment_id)
        .outerjoin(PLACE, PLACE.id == PIECE.site_id)
        .outerjoin(BATCH, BATCH.id == Label.batch_id)
        .outerjoin(BINDER, BINDER.id == Label.bound_by_id)
    )


LABELS = Listing(
    name="labels",
    model=Label,
    permission=Permission.LABELS_EDIT,
    title=_("QR labels"),
    columns=(
        Column("code", _("Code"), Label.code, sort=True, nullable=False),
        Column("state", _("State"), Label.state, kind="choice", labels=STATES, nullable=False),
        Column("equipment", _("Equipment"), PIECE.number),
        Column("name", _("Name", context="thing"), PIECE.name),
        Column("site", _("Installation point"), PLACE.name),
        Column("batch", _("Batch of labels"), BATCH.number),
        Column("bound_at", _("Bound at"), Label.bound_at, kind="moment", sort=True),
        Column("bound_by", _("Bound by"), BINDER.name),
        Column("scans", _("Scans"), Label.scans, kind="integer", sort=True, nullable=False),
        Column("last_scan_at", _("Last scan"), Label.last_scan_at, kind="moment", sort=True),
        Column("farthest", _("Farthest scan, m"), Label.farthest, kind="integer", sort=True),
        Column("created_at", _("Created at"), Label.created_at, kind="moment", sort=True, nullable=False),
    ),
    source=_joined,
    filters=(
        ChoiceFilter("state", _("State"), Label.state, STATES),
        FlagFilter("twice", _("Bound twice"), bound_twice()),
        FlagFilter("far", _("Scanned far from its site"), scanned_far),
        FlagFilter("never", _("Never scanned"), never_scanned()),
    ),
    search=(Label.code, PIECE.number, PIECE.name, PLACE.name, BATCH.number),
    search_hint=_("Code, equipment, place, batch"),
    default_sort="-created_at",
    record_route="labels.view",
    empty=_("No labels yet. Make a batch of blank ones, or print labels for equipment."),
)


@view_config(
    route_name="labels.list",
    permission=Permission.LABELS_EDIT,
    request_method="GET",
    renderer="shuhua_web:templates/list.pt",
)
def list_labels(request: Request) -> dict[str, Any]:
    """All labels, with filters for what should be looked at."""
    tools = (
        Tool(_("Blank labels"), "labels.batches", "plus", Permission.LABELS_EDIT, primary=True),
        Tool(_("Print for equipment"), "labels.print", "printer", Permission.LABELS_EDIT),
        Tool(_("Labels to look at"), "labels.check", "search", Permission.LABELS_EDIT),
    )
    return LABELS.page(request, toolbar=tools)


@view_config(
    route_name="labels.view",
    permission=Permission.LABELS_EDIT,
    request_method="GET",
    renderer="shuhua_web:templates/record.pt",
)
def view_label(request: Request) -> dict[str, Any]:
    """A label with all pieces that it was on and its latest scans."""
    label = request.service(LabelService).get(record_id(request))
    zone = request.deployment.settings.timezone
    piece = request.dbsession.get(Equipment, label.equipment_id) if label.equipment_id else None
    facts = [
        Fact(_("Code"), label.code),
        Fact(_("Equipment"), f"{piece.number} {piece.name}", href=request.route_path("equipment.view", id=piece.id))
        if piece
        else Fact(_("Equipment"), None),
        Fact(_("Bound at"), formats.moment(label.bound_at, zone)),
        Fact(_("Scans"), label.scans),
        Fact(_("Last scan"), formats.moment(label.last_scan_at, zone)),
        Fact(_("Farthest scan, m"), label.farthest),
    ]
    word = STATES[label.state][request.locale_name == "en"]
    return {
        "title": label.code,
        "crumbs": crumbs(request, (LABELS.title, "labels.list"), (label.code, None)),
        "badge": Badge(word, TONES[label.state]),
        "actions": [
            Action(WORDS[each], request.route_path("labels.act", id=label.id, action=each)) for each in OFFERED[label.state]
        ],
        "groups": [("", facts)],
        "relations": [_history(request, label), _scans(request, label)],
    }


def _history(request: Request, label: Label) -> Related:
    zone = request.deployment.settings.timezone
    rows = request.dbsession.execute(
        select(LabelBinding, Equipment.number, User.name)
        .join(Equipment, Equipment.id == LabelBinding.equipment_id)
        .outerjoin(User, User.id == LabelBinding.bound_by_id)
        .where(LabelBinding.label_id == label.id)
        .order_by(LabelBinding.id.desc())
    )
    shown = [
        (
            record_link(request, "equipment.view", binding.equipment_id, number),
            formats.moment(binding.bound_at, zone),
            name or "",
            formats.moment(binding.unbound_at, zone),
            binding.unbound_reason or binding.reason or "",
        )
        for binding, number, name in rows
    ]
    heads = (_("Equipment"), _("Bound at"), _("Bound by"), _("Taken off at"), _("Reason"))
    return Related(_("On which pieces it was"), heads, shown)


def _scans(request: Request, label: Label) -> Related:
    zone = request.deployment.settings.timezone
    query = select(LabelScan).where(LabelScan.label_id == label.id).order_by(LabelScan.id.desc()).limit(SCANS_SHOWN)
    shown = [
        (formats.moment(each.at, zone), "" if each.distance is None else str(each.distance))
        for each in request.dbsession.scalars(query)
    ]
    return Related(_("Latest scans"), (_("Time"), _("Metres from its site")), shown)


@view_config(
    route_name="labels.act",
    permission=Permission.LABELS_EDIT,
    request_method=("GET", "POST"),
    renderer="shuhua_web:templates/form.pt",
)
def act(request: Request) -> Any:
    """Bind, unbind or retire by hand."""
    label, action = request.service(LabelService).get(record_id(request)), request.matchdict["action"]
    if action not in ACTIONS:
        raise NotFound
    address = request.route_path("labels.view", id=label.id)
    sources = {"equipment_id": record_source(request, "equipment", Equipment, Permission.EQUIPMENT_VIEW)}
    form = form_for(ACTIONS[action], request, submit=WORDS[action], cancel=address, sources=sources, omit=("position",))

    def save(data: dict[str, Any]) -> str:
        request.service(LabelService).act(label.code, action, data)
        return address

    title = f"{label.code} · {request.tr(WORDS[action])}"
    way = crumbs(request, (LABELS.title, "labels.list"), (title, None))
    return form.answer(save, done=_("Done.")) or form.page(title, crumbs=way)


def batch_counts(request: Request, batch_ids: list[int]) -> dict[int, int]:
    """How many labels of each batch are on nothing yet."""
    query = select(Label.batch_id, func.count().label("blank")).where(Label.batch_id.in_(batch_ids), Label.state == "blank")
    return {row.batch_id: row.blank for row in request.dbsession.execute(query.group_by(Label.batch_id))}
