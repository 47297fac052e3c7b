"""What belongs to every list: its saved views, its chosen columns, its Excel file, and what is done with many rows."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import FileIter, Response
from pyramid.view import view_config
from sqlalchemy import select

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Busy, Invalid, NotAllowed, NotFound
from shuhua_core.kernel.scope import visible
from shuhua_core.lists.models import SavedView
from shuhua_core.lists.schema import ViewSchema
from shuhua_core.lists.service import ListService

from ..forms import form_for
from ..i18n import _
from ..layout import crumbs, flash, own_path
from ..logging import REQUEST_ID
from ..security import SIGNED_IN
from .bulk import MOST_ROWS, BulkAction, Outcome, carry_out, chosen_ids
from .cells import Words
from .choosing import chosen_columns, kept_pairs
from .columns import Column
from .export import Sheet, export_columns, rows_of, write_file
from .listing import Listing, collect
from .paper import write_pdf

FORM = "shuhua_web:templates/form.pt"
TYPES = {".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".pdf": "application/pdf"}
_exports = threading.BoundedSemaphore(2)
"""Files that one process makes at a time: the others of its threads stay free for pages."""


def listing_of(request: Request, name: str | None = None) -> tuple[Listing, str]:
    """The list that the address names, for who may read it, and its route. Raises NotFound, NotAllowed."""
    found = request.registry.listings.get(name or request.matchdict["list"])
    if found is None:
        raise NotFound
    if not request.actor.may(found[0].permission):
        raise NotAllowed
    return found


def _values(listing: Listing, params: Any) -> dict[str, list[str]]:
    known = {*listing.filter_parameters, "sort", "size", "view"}
    return {name: given for name, given in collect(params).items() if name in known}


# Columns and views -------------------------------------------------------------------------------------------------------


@view_config(route_name="lists.columns", permission=SIGNED_IN, request_method="POST")
def choose_columns(request: Request) -> Response:
    """Keep the chosen columns, or go back to the list's own choice."""
    listing, route = listing_of(request)
    known = {column.name for column in listing.office_columns}
    names = [name for name in request.POST.getall("columns") if name in known]
    view = request.POST.get("own_view", "")
    view_id = int(view) if view.isascii() and view.isdigit() and len(view) < 19 else None
    request.service(ListService).choose_columns(listing.name, None if "reset" in request.POST else names, view_id)
    return HTTPSeeOther(_back(request, route))


@view_config(route_name="lists.save", permission=SIGNED_IN, renderer=FORM)
def save_view(request: Request) -> Any:
    """Keep what the list shows as a view."""
    listing, route = listing_of(request)
    values = _values(listing, request.GET)
    form = form_for(ViewSchema, request, cancel=_address(request, route, values), omit=_unsharable(request))

    def save(data: dict[str, Any]) -> str:
        service = request.service(ListService)
        pairs, columns = kept_pairs(listing, values), _columns_of(service, listing, values)
        view = service.save(listing.name, _whole(data), query=pairs, columns=columns)
        return _address(request, route, {"view": [str(view.id)]}, pairs)

    title = _("Save as a view")
    way = crumbs(request, (listing.title, route), (title, None))
    return form.answer(save, done=_("The view was saved.")) or form.page(title, crumbs=way)


@view_config(route_name="lists.change", permission=SIGNED_IN, renderer=FORM)
def change_view(request: Request) -> Any:
    """Rename a view, share it, open the list with it; with ``?now=1`` it keeps what the list shows now."""
    view, listing, route = _own_view(request)
    values = _values(listing, request.GET) if "now" in request.GET else None
    service, view_id = request.service(ListService), view.id
    initial = {"name": view.name, "shared": view.shared_path is not None, "default": service.is_default(view)}
    back = _address(request, route, {"view": [str(view_id)]}, view.query)
    form = form_for(ViewSchema, request, initial=initial, cancel=back, omit=_unsharable(request))

    def save(data: dict[str, Any]) -> str:
        pairs = kept_pairs(listing, values) if values is not None else None
        columns = _columns_of(service, listing, values) if values is not None else None
        changed = service.change(view_id, _whole(data), query=pairs, columns=columns)
        return _address(request, route, {"view": [str(view_id)]}, changed.query)

    title = _("Change the view")
    return form.answer(save, done=_("The view was saved.")) or form.page(
        title, crumbs=crumbs(request, (listing.title, route), (title, None))
    )


@view_config(route_name="lists.remove", permission=SIGNED_IN, request_method="POST")
def remove_view(request: Request) -> Response:
    """Remove one's view."""
    view, _listing, route = _own_view(request)
    request.service(ListService).remove(view.id)
    flash(request, _("The view was removed."))
    return HTTPSeeOther(request.route_path(route))


def _own_view(request: Request) -> tuple[SavedView, Listing, str]:
    view = request.service(ListService).get(int(request.matchdict["id"]))
    return view, *listing_of(request, view.list_name)


def _columns_of(service: ListService, listing: Listing, values: dict[str, list[str]]) -> Sequence[str] | None:
    """The columns that are shown now: of the open view, else the person's own choice."""
    choices = service.choices(listing.name)
    given = next(iter(values.get("view", ())), "")
    view = choices.view(int(given)) if given.isascii() and given.isdigit() else None
    return view.columns if view is not None and view.columns else choices.columns


def _unsharable(request: Request) -> tuple[str, ...]:
    return () if request.actor.organisation_path else ("shared",)


def _whole(data: dict[str, Any]) -> dict[str, Any]:
    return {"shared": None, **data}


def _address(request: Request, route: str, values: dict[str, list[str]], pairs: Any = ()) -> str:
    query = [*((name, value) for name, value in pairs), *((name, value) for name, given in values.items() for value in given)]
    return str(request.route_path(route)) + (f"?{urlencode(query)}" if query else "")


def _back(request: Request, route: str) -> str:
    """The list as it was left."""
    home = str(request.route_path(route))
    address = own_path(request, request.POST.get("back") or request.headers.get("HX-Current-URL"), home)
    return address if urlsplit(address).path == home else home


# Files -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody wants to take out of a list."""

    listing: Listing
    columns: Sequence[Column]
    values: dict[str, list[str]]
    ids: Sequence[int]
    """The ticked rows; empty: all that is filtered."""
    whole_phones: bool
    pdf: bool
    """For paper, instead of an Excel file."""


@view_config(route_name="lists.export", permission=SIGNED_IN, request_method="POST")
def export(request: Request) -> Response:
    """The list as an Excel file or as PDF: what is filtered or ticked, with the chosen columns. On record before it is sent."""
    listing, _route = listing_of(request)
    values, ids = _values(listing, request.POST), chosen_ids(request.POST.getall("ids"))
    whole, pdf = request.POST.get("phones") == "whole", request.POST.get("form") == "pdf"
    if not _exports.acquire(timeout=1):
        raise Busy(retry_after=20)
    try:
        with tempfile.TemporaryDirectory(prefix="shuhua-export-") as folder:
            path = Path(folder) / ("list.pdf" if pdf else "list.xlsx")
            # A reading session of its own: the request's would be a writing one, and keep everybody else from writing.
            with request.deployment.database.read() as session:
                ctx = request.deployment.context(session, request.actor)
                columns = chosen_columns(listing, _columns_of(ListService(ctx), listing, values))
                wish = _Wish(listing, columns, values, ids, whole and not pdf, pdf)
                sheet, count = _write(request, ctx, wish, path)
            _note(request, wish, sheet, count, _sha256(path))
            return _download(request, path, sheet.title)
    finally:
        _exports.release()


def _note(request: Request, wish: _Wish, sheet: Sheet, count: int, digest: str) -> None:
    """Put the file on record, in a short transaction."""
    noted = {"rows": count, "columns": [each.name for each in wish.columns], "sha256": digest, "whole_phones": sheet.whole_phones}
    pairs = [*kept_pairs(wish.listing, wish.values), *(("ids", str(each)) for each in wish.ids)]
    with request.deployment.database.write() as session:
        session.info["request_id"] = request.environ.get(REQUEST_ID)
        ListService(request.deployment.context(session, request.actor)).note_export(wish.listing.name, noted, pairs)


def _write(request: Request, ctx: Context, wish: _Wish, path: Path) -> tuple[Sheet, int]:
    listing, columns = wish.listing, wish.columns
    workflow = listing.states.table(ctx) if listing.states else None
    reveal = wish.whole_phones and any(each.reveal is not None and ctx.actor.may(each.reveal) for each in columns)
    headings = [request.tr(each.title) for each in columns]
    words = Words(request, ctx, columns, workflow)
    sheet = Sheet(request.tr(listing.title), columns, headings, words, ctx.now, whole_phones=reveal)
    conditions = listing.conditions(ctx, wish.values)
    if wish.ids:
        conditions.append(listing.model.id.in_(wish.ids))
    asked = export_columns(listing, columns, whole_phones=reveal, actor=ctx.actor)
    sort = next(iter(wish.values.get("sort", ())), None) or None
    query = listing.query(ctx, conditions, asked).order_by(*listing.order(ctx, sort))
    # Closed at once, also where the file is refused: rows half read would keep the connection in its transaction.
    with closing(rows_of(ctx.session, query)) as rows:
        return sheet, write_pdf(request, path, sheet, rows) if wish.pdf else write_file(path, sheet, rows)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(request: Request, path: Path, title: str) -> Response:
    """The file as an answer. Its name goes at once; what is open is read to the end."""
    local = request.deployment.clock.now().astimezone(request.deployment.settings.timezone)
    name = f"{title}_{local:%Y%m%d-%H%M}{path.suffix}"
    size = path.stat().st_size
    response = Response(app_iter=FileIter(path.open("rb")), content_type=TYPES[path.suffix], charset=None)
    response.content_length = size
    response.headers["Content-Disposition"] = f"attachment; filename=\"{path.name}\"; filename*=UTF-8''{quote(name)}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


# Many rows ---------------------------------------------------------------------------------------------------------------


@view_config(route_name="lists.bulk", permission=SIGNED_IN, renderer="shuhua_web:templates/bulk.pt")
def bulk(request: Request) -> Any:
    """The form of a bulk action, and what became of each row."""
    listing, route = listing_of(request)
    offered = request.registry.bulk_actions.get(listing.name, ())
    action = next((each for each in offered if each.name == request.matchdict["action"]), None)
    if not isinstance(action, BulkAction):
        raise NotFound
    if not request.actor.may(action.permission):
        raise NotAllowed
    ids = chosen_ids(request.GET.getall("ids"))
    _check_number(ids)
    back = str(request.route_path(route))
    with request.deployment.database.read() as session:
        options = action.options(request, request.deployment.context(session, request.actor), ids)
        form = form_for(action.schema, request, submit=action.title, cancel=back, **options)
    outcomes: list[Outcome] = []

    def save(data: dict[str, Any]) -> str:
        outcomes.extend(carry_out(request, action, ids, action.convert(data), form.key))
        return back

    done = form.answer(save, once=False) is not None
    way = crumbs(request, (listing.title, route), (action.title, None))
    page = form.page(action.title, crumbs=way, count=len(ids), back=back, results=None)
    return page | {"results": _results(request, listing, outcomes)} if done else page


def _check_number(ids: Sequence[int]) -> None:
    if not ids:
        raise Invalid({"ids": _("Tick at least one row.")})
    if len(ids) > MOST_ROWS:
        raise Invalid({"ids": _("Tick at most ${n} rows at a time.", mapping={"n": MOST_ROWS})})


def _results(request: Request, listing: Listing, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """How many were done, and of the others why not, by the number that people know them by."""
    ids = [each.record_id for each in outcomes]
    model = listing.model
    label = listing.columns[0].value
    reach = visible(model, request.actor, listing.permission)
    with request.deployment.database.read() as session:
        names = dict(session.execute(select(model.id, label).where(model.id.in_(ids), reach)).all())
    refused = [(names.get(each.record_id, f"#{each.record_id}"), each.refused) for each in outcomes if each.refused is not None]
    return {"done": len(outcomes) - len(refused), "refused": refused}
