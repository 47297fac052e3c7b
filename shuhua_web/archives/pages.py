"""What the screens and the API of all archives have in common, put together from data: one :class:`Archive` for each.

``add_archive(config, CUSTOMERS)`` adds ``/customers``, ``/customers/new``, ``/customers/{id}``, ``/customers/{id}/edit`` and
``/customers/options`` to the office, and list, create, get and patch to the API. A room adds what is its own beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup
from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import select

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import NotSignedIn
from shuhua_core.kernel.schema import InputSchema
from shuhua_core.kernel.scope import covers, is_record, visible
from shuhua_web.api import Reply, Serializer, record_id
from shuhua_web.api.lists import Around, add_list
from shuhua_web.api.resource import ApiView, add_api_view
from shuhua_web.forms import OfficeForm, Source, form_for, options_fragment
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs
from shuhua_web.listing import Listing, Tool, edit_fields
from shuhua_web.media.pictures import PicturesWidget, SentPictures
from shuhua_web.overtaken import Edited
from shuhua_web.records import Action, Related

OFFERED = 20
"""How many records a search field offers."""
SHOWN = 20
"""Rows of a short list on a record's page."""


@dataclass(frozen=True, kw_only=True)
class Archive:
    """One kind of archive record. ``name`` is the first part of its routes and addresses (``customers``)."""

    name: str
    kind: str
    """Record kind in media, steps and the feed of changes (``customer``)."""
    model: Any
    service: Any
    """Its service, with ``get``, ``create(data)`` and ``edit(id, data, expected_version=)``."""
    listing: Listing
    view: str
    edit: str
    create_schema: type[InputSchema]
    patch_schema: type[InputSchema]
    serializer: Serializer
    item: Callable[[Request, Any], dict[str, Any]]
    """A record as the API gives it."""
    page: Callable[[Request, Any], dict[str, Any]]
    """What ``record.pt`` shows of a record."""
    initial: Callable[[Any], dict[str, Any]]
    """Plain values with which the form of a record begins."""
    controls: Callable[[Request], Mapping[str, Any]]
    """Options of its forms: ``sources``, ``widgets``, ``uploads``, ``omit``."""
    new_title: Any
    new_initial: Callable[[Request], Mapping[str, Any]] | None = None
    """Plain values with which the form of a new record begins, from the address."""
    kept_when_blank: frozenset[str] = frozenset({"number"})
    """Fields that a form leaves as they are when they are blank, such as phones, which are shown masked."""
    pictures: bool = False
    """Whether its forms take pictures."""
    bulk_fields: Sequence[str] = ()
    """Fields that can be changed in many records at once."""
    tools: Sequence[Tool] = ()
    """Further buttons above its list."""
    preview: Callable[[Request, int | None], str] | None = None
    """The address that tells what its form, of a new record or of that one, would do."""
    above: tuple[Any, str] | None = None
    """Title and route of the page that its list is opened from, where it has no line in the menu."""
    around: Around | None = None
    """How its API finds what is near a position."""
    summary: str
    """Its name in the summaries of the API: ``customer``, ``customers``."""
    plural: str


def add_archive(config: Configurator, archive: Archive) -> None:
    """Add the routes and views of an archive."""
    _add_office(config, archive)
    _add_api(config, archive)
    config.add_feed_kind(archive.kind, archive.model, archive.view)
    if archive.bulk_fields:
        schema, controls = archive.patch_schema, archive.controls
        change = edit_fields(archive.service, schema, archive.bulk_fields, permission=archive.edit, options=controls)
        config.add_bulk_action(archive.listing.name, change)


def _add_office(config: Configurator, archive: Archive) -> None:
    name, edit = archive.name, archive.edit
    templates = "shuhua_web:templates"
    for route, path, function, permission, methods, template in (
        ("list", "", _list, archive.view, "GET", "list"),
        ("new", "/new", _new, edit, ("GET", "POST"), "form"),
        ("options", "/options", _options, archive.view, "GET", None),
        ("view", r"/{id:\d+}", _view, archive.view, "GET", "record"),
        ("edit", r"/{id:\d+}/edit", _edit, edit, ("GET", "POST"), "form"),
    ):
        config.add_route(f"{name}.{route}", f"/{name}{path}")
        renderer = {"renderer": f"{templates}/{template}.pt"} if template else {}
        config.add_view(
            partial(function, archive),
            route_name=f"{name}.{route}",
            permission=permission,
            request_method=methods,
            **renderer,
        )


def _way(archive: Archive, request: Request, title: Any) -> Sequence[Any]:
    """The way to a page of the archive."""
    above = (archive.above,) if archive.above else ()
    return crumbs(request, *above, (archive.listing.title, f"{archive.name}.list"), (title, None))


def _list(archive: Archive, request: Request) -> dict[str, Any]:
    if request.actor.kind != "user":
        # Who holds the code of a piece may see it, but has no use for a list of one.
        raise NotSignedIn
    new = Tool(_("New"), f"{archive.name}.new", "plus", archive.edit, primary=True)
    bring = Tool(_("Import"), f"{archive.name}.import", "upload", archive.edit)
    way = crumbs(request, archive.above, (archive.listing.title, None)) if archive.above else ()
    return archive.listing.page(request, toolbar=(new, bring, *archive.tools), crumbs=way)


def _new(archive: Archive, request: Request) -> Any:
    sent = SentPictures.of(request)
    form = archive_form(
        archive,
        request,
        archive.create_schema,
        submit=_("Create"),
        cancel=request.route_path(f"{archive.name}.list"),
        initial=archive.new_initial(request) if archive.new_initial else None,
    )

    def save(data: dict[str, Any]) -> str:
        record = request.service(archive.service).create(sent.join(request, data))
        return request.route_path(f"{archive.name}.view", id=record.id)

    way = _way(archive, request, archive.new_title)
    preview = archive.preview(request, None) if archive.preview else None
    return form.answer(save, done=_("Saved.")) or form.page(archive.new_title, crumbs=way, preview=preview)


def _edit(archive: Archive, request: Request) -> Any:
    sent, number = SentPictures.of(request), record_id(request)
    address = request.route_path(f"{archive.name}.view", id=number)
    values: dict[str, Any] = {"cancel": address}
    if request.method == "GET":
        record = request.service(archive.service).get(number)
        values |= {"initial": archive.initial(record), "version": record.version}
    edited = Edited(
        kind=archive.kind,
        id=number,
        read=lambda: archive.initial(request.service(archive.service).get(number)),
        kept_when_blank=archive.kept_when_blank,
    )
    form = archive_form(archive, request, archive.patch_schema, edited=edited, **values)

    def save(data: dict[str, Any]) -> str:
        patch = {name: value for name, value in data.items() if value is not None or name not in archive.kept_when_blank}
        request.service(archive.service).edit(number, sent.join(request, patch), expected_version=form.version)
        return address

    answer = form.answer(save, done=_("Saved."))
    if answer is not None:
        return answer
    title = _("Change ${name}", mapping={"name": request.service(archive.service).get(number).number})
    preview = archive.preview(request, number) if archive.preview else None
    way = _way(archive, request, title)
    return form.page(title, crumbs=way, preview=preview)


def archive_form(archive: Archive, request: Request, schema: type[InputSchema], **values: Any) -> OfficeForm:
    """A form of the archive, with the controls that it declares."""
    controls = dict(archive.controls(request))
    if archive.pictures:
        controls["widgets"] = {**controls.get("widgets", {}), "media_ids": PicturesWidget(request)}
    form = form_for(schema, request, **controls, **values)
    form.multipart = archive.pictures
    return form


def _view(archive: Archive, request: Request) -> dict[str, Any]:
    record = request.service(archive.service).get(record_id(request))
    shown = archive.page(request, record)
    way = _way(archive, request, record.number)
    actions = list(shown.pop("actions", ()))
    for more in request.registry.record_parts.get(archive.kind, ()):
        shown |= more(request, record)
    if not shown.pop("frozen", False) and covers(record, request.actor, archive.edit):
        actions.append(Action(_("Edit"), request.route_path(f"{archive.name}.edit", id=record.id)))
    return {"title": f"{record.number} {record.name}", "crumbs": way, "actions": actions, **shown}


def _options(archive: Archive, request: Request) -> Response:
    return options_fragment(request, find_records(request.ctx, archive, request.GET.get("q", "")))


def find_records(ctx: Context, archive: Archive, text: str) -> list[tuple[int, str]]:
    """(id, label) of the records that the actor may see and that the list's own search finds for ``text``."""
    model = archive.model
    conditions = archive.listing.conditions(ctx, {"q": [text.strip()[:60]]})
    query = select(model.id, model.number, model.name).where(visible(model, ctx.actor, archive.view), *conditions)
    rows = ctx.session.execute(query.order_by(model.number).limit(OFFERED))
    return [(number, f"{code} {name}") for number, code, name in rows]


def label_of(request: Request, model: Any, view: str, record_id: int | None) -> str:
    """Number and name of a record that another names; only the id to whom may not see it."""
    if record_id is None:
        return ""
    query = select(model.number, model.name).where(is_record(model.id, record_id), visible(model, request.actor, view))
    found = request.ctx.session.execute(query).first()
    return f"{found[0]} {found[1]}" if found else f"#{record_id}"


def record_source(request: Request, name: str, model: Any, view: str) -> Source:
    """Where a field that names a record of the archive ``name`` takes its choices from."""
    return Source(href=request.route_path(f"{name}.options"), label=lambda value: label_of(request, model, view, value))


def label(options: Any, value: str | None, locale: str) -> str:
    """The label of a word; the word itself where there is none."""
    zh, en = options.get(value, (value or "", value or ""))
    return en if locale == "en" else zh


def related(request: Request, title: Any, name: str, rows: Any, narrowed: dict[str, Any]) -> Related:
    """A short list of records, each with a link to its page, and the way to the whole list."""
    shown: list[tuple[Any, ...]] = [(record_link(request, f"{name}.view", row[0], row[1]), row[2]) for row in rows]
    more = request.route_path(f"{name}.list", _query=narrowed) if rows else None
    return Related(title, (_("Number"), _("Name", context="thing")), shown, more_href=more)


def record_link(request: Request, route: str, record_id: int, text: str) -> Any:
    """A link to a record's page, escaped."""
    return Markup('<a href="{}">{}</a>').format(request.route_path(route, id=record_id), text)


def _add_api(config: Configurator, archive: Archive) -> None:
    name, summary = archive.name, archive.summary
    config.add_api_route(f"api.{name}.list", f"/{name}")
    config.add_api_route(f"api.{name}.view", rf"/{name}/{{id:\d+}}")
    add_list(config, f"api.{name}.list", archive.listing, tag=name, summary=f"List {archive.plural}", around=archive.around)
    add_api_view(
        config,
        ApiView(
            partial(_api_create, archive),
            f"api.{name}.list",
            "POST",
            archive.edit,
            name,
            f"Add a {summary}",
            body=archive.create_schema,
            answer=archive.serializer,
            status=201,
            idempotent=True,
        ),
    )
    add_api_view(
        config,
        ApiView(
            partial(_api_view, archive),
            f"api.{name}.view",
            "GET",
            archive.view,
            name,
            f"Read a {summary}",
            answer=archive.serializer,
        ),
    )
    add_api_view(
        config,
        ApiView(
            partial(_api_edit, archive),
            f"api.{name}.view",
            "PATCH",
            archive.edit,
            name,
            f"Change a {summary}",
            description="Only the fields that are sent are changed; null empties one.",
            body=archive.patch_schema,
            answer=archive.serializer,
            versioned="required",
        ),
    )


def _api_create(archive: Archive, request: Request, body: dict[str, Any]) -> Reply:
    record = request.service(archive.service).create(body)
    return Reply(archive.item(request, record), location=request.route_path(f"api.{archive.name}.view", id=record.id))


def _api_view(archive: Archive, request: Request) -> dict[str, Any]:
    return archive.item(request, request.service(archive.service).get(record_id(request)))


def _api_edit(archive: Archive, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    record = request.service(archive.service).edit(record_id(request), body, expected_version=request.seen_version)
    return archive.item(request, record)
