"""Making and printing labels: blank batches, and labels for chosen equipment."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import Invalid, NotFound
from shuhua_core.kernel.schema import InputSchema, RecordId, Text, field
from shuhua_core.kernel.scope import is_record, visible
from shuhua_core.sites.labels.models import LabelBatch
from shuhua_core.sites.labels.schema import MOST, NewBatch
from shuhua_core.sites.labels.service import LabelService
from shuhua_core.sites.labels.sheet import LabelWords, PrintedLabel, label_sheet
from shuhua_core.sites.labels.sizes import label_sizes
from shuhua_core.sites.machine import GONE
from shuhua_core.sites.models import Equipment, Site
from shuhua_web import formats
from shuhua_web.archives.pages import record_source
from shuhua_web.forms import form_for
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs

from .label_pages import LABELS, batch_counts

BATCHES_SHOWN = 50


class Chosen(InputSchema):
    """Which pieces to print labels for: all of a site, or those whose numbers are written down."""

    site_id = field(RecordId("site"), _("Installation point"), help=_("All equipment that stands there."))
    numbers = field(Text(20_000, multiline=True), _("Numbers of equipment"), help=_("One a line, instead of a place."))


@view_config(
    route_name="labels.batches",
    permission=Permission.LABELS_EDIT,
    request_method=("GET", "POST"),
    renderer="templates/label_batches.pt",
)
def batches(request: Request) -> Any:
    """Batches of blank labels, each to be printed in any size, and a form for another one."""
    form = form_for(NewBatch, request, submit=_("Make the labels"))

    def save(data: dict[str, Any]) -> str:
        request.service(LabelService).make_batch(data)
        return request.route_path("labels.batches")

    answer = form.answer(save, done=_("The labels were made. Print them now or later."))
    if answer is not None:
        return answer
    query = select(LabelBatch).where(visible(LabelBatch, request.actor, Permission.LABELS_EDIT))
    found = request.dbsession.scalars(query.order_by(LabelBatch.id.desc()).limit(BATCHES_SHOWN)).all()
    blank = batch_counts(request, [batch.id for batch in found])
    zone = request.deployment.settings.timezone
    return {
        "title": _("Blank labels"),
        "crumbs": crumbs(request, (LABELS.title, "labels.list"), (_("Blank labels"), None)),
        "form": form,
        "batches": [
            {
                "number": batch.number,
                "count": batch.count,
                "blank": blank.get(batch.id, 0),
                "note": batch.note,
                "at": formats.moment(batch.created_at, zone),
                "sheets": _sheets(request, batch=batch.id),
            }
            for batch in found
        ],
    }


@view_config(
    route_name="labels.print",
    permission=Permission.LABELS_EDIT,
    request_method=("GET", "POST"),
    renderer="templates/label_print.pt",
)
def choose(request: Request) -> Any:
    """Choose equipment; pieces without a label get one. Then the sheets are offered in all sizes."""
    ready = _chosen_ids(request)
    sources = {"site_id": record_source(request, "sites", Site, Permission.SITES_VIEW)}
    form = form_for(Chosen, request, submit=_("Prepare the labels"), sources=sources, initial=_from_address(request))

    def save(data: dict[str, Any]) -> str:
        pieces = request.service(LabelService).give_codes(_wanted(request, data))
        return request.route_path("labels.print", _query=[("equipment", piece.id) for piece in pieces])

    answer = form.answer(save)
    if answer is not None:
        return answer
    return {
        "title": _("Print labels for equipment"),
        "crumbs": crumbs(request, (LABELS.title, "labels.list"), (_("Print labels for equipment"), None)),
        "form": form,
        "count": len(ready),
        "sheets": _sheets(request, equipment=ready) if ready else [],
    }


@view_config(route_name="labels.sheet", permission=Permission.LABELS_EDIT, request_method="GET")
def sheet(request: Request) -> Response:
    """The sheet as a PDF: ``batch`` or ``equipment`` (several times), and ``size``."""
    settings = request.deployment.settings
    sizes = {str(each): each for each in label_sizes(settings.label_sizes)}
    size = sizes.get(request.GET.get("size", ""))
    if size is None:
        raise NotFound
    batch = request.GET.get("batch", "")
    if batch.isascii() and batch.isdigit() and len(batch) < 19:
        found, labels = request.service(LabelService).batch(int(batch))
        printed = [PrintedLabel(each.code) for each in labels if each.state == "blank"]
        name = found.number
    else:
        query = select(Equipment.code, Equipment.name).where(
            Equipment.id.in_(_chosen_ids(request)),
            Equipment.code.is_not(None),
            visible(Equipment, request.actor, Permission.LABELS_EDIT),
        )
        rows = request.dbsession.execute(query.order_by(Equipment.site_id, Equipment.number))
        printed, name = [PrintedLabel(row.code, row.name) for row in rows], "labels"
    if not printed:
        raise NotFound(_("There is nothing to print: these labels are on pieces already."))
    words = LabelWords(
        settings.origin, settings.maker, request.tr(_("Scan to look it up or to report a fault")), _hotline(request)
    )
    response = Response(body=label_sheet(printed, size, words), content_type="application/pdf", charset=None)
    response.headers["Content-Disposition"] = f'inline; filename="{name}-{size}.pdf"'
    return response


def _hotline(request: Request) -> str:
    number = request.deployment.settings.hotline
    return str(request.tr(_("Service hotline: ${number}", mapping={"number": number}))) if number else ""


def _sheets(request: Request, **chosen: Any) -> list[tuple[str, str]]:
    """(size, address) of each sheet."""
    sizes = label_sizes(request.deployment.settings.label_sizes)
    query = [(name, each) for name, value in chosen.items() for each in (value if isinstance(value, list) else [value])]
    return [
        (f"{size.width} × {size.height}", request.route_path("labels.sheet", _query=[*query, ("size", size)])) for size in sizes
    ]


def _chosen_ids(request: Request) -> list[int]:
    texts = request.GET.getall("equipment")[:MOST]
    return [int(each) for each in texts if each.isascii() and each.isdigit() and len(each) < 19]


def _from_address(request: Request) -> dict[str, Any]:
    text = request.GET.get("site_id", "")
    values: dict[str, Any] = {"numbers": request.GET["number"][:40]} if "number" in request.GET else {}
    return values | ({"site_id": int(text)} if text.isascii() and text.isdigit() and len(text) < 19 else {})


def _wanted(request: Request, data: dict[str, Any]) -> list[int]:
    """Ids of the pieces that the form names. Raises Invalid."""
    numbers = list(dict.fromkeys((data.get("numbers") or "").split()))
    if not numbers and data.get("site_id") is None:
        raise Invalid({"site_id": _("Choose a place, or write numbers.")})
    seen = visible(Equipment, request.actor, Permission.LABELS_EDIT)
    query = select(Equipment.id, Equipment.number).where(seen).limit(MOST + 1)
    if numbers:
        query = query.where(Equipment.number.in_(numbers[: MOST + 1]))
    else:
        query = query.where(is_record(Equipment.site_id, data["site_id"]), Equipment.state.not_in(GONE))
    rows = request.dbsession.execute(query.order_by(Equipment.id)).all()
    missing = set(numbers) - {row.number for row in rows}
    if missing:
        text = _("Not found: ${numbers}", mapping={"numbers": " ".join(sorted(missing)[:10])})
        raise Invalid({"numbers": text})
    if not rows:
        raise Invalid({"site_id": _("No equipment is known here.")})
    if len(rows) > MOST:
        raise Invalid({"numbers": _("At most ${n} labels at a time, please.", mapping={"n": MOST})})
    return [row.id for row in rows]
