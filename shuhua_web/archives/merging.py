"""Merging two records that are the same: which one stays, what is kept of the other, and what moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup
from pyramid.config import Configurator
from pyramid.renderers import render
from pyramid.request import Request

from shuhua_core.archives.customer_merge import Twins
from shuhua_core.archives.distinct import Decision, DistinctService
from shuhua_core.archives.merging import Merge, MergeService
from shuhua_core.archives.phones import Phone
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Conflict, Invalid, VersionStale
from shuhua_core.kernel.merged import earlier
from shuhua_core.kernel.schema import InputSchema, RecordId, field
from shuhua_core.kernel.scope import covers
from shuhua_web import formats
from shuhua_web.api import record_id
from shuhua_web.api.resource import ApiView, add_api_view
from shuhua_web.archives.pages import Archive, archive_form, record_link, record_source
from shuhua_web.forms import OfficeForm, form_for
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs
from shuhua_web.listing import TickedAction
from shuhua_web.listing.bulk import chosen_ids
from shuhua_web.overtaken import text_of
from shuhua_web.records import Action, Fact, Table
from shuhua_web.widgets import FieldWidget

MERGE = _("Merge")
STAYS, GOES = "stays", "goes"
MOVING: Mapping[str, Any] = {
    "contacts": _("Contacts"),
    "equipment": _("Equipment"),
    "followups": _("Follow-ups"),
    "inspection_dues": _("Due inspections"),
    "inspection_plans": _("Inspection plans"),
    "inspections": _("Inspections"),
    "media_files": _("Photos, videos and sound"),
    "projects": _("Projects"),
    "quotations": _("Quotations"),
    "repairs": _("Repair requests"),
    "returned_parts": _("Returned parts"),
    "sites": _("Installation points"),
    "tasks": _("Tasks"),
    "users": _("Users"),
}
"""Table -> what people call its rows; one that is not named here is shown by its own name."""


@dataclass(frozen=True, kw_only=True)
class Merging:
    """How the records of one archive are merged in office and API."""

    archive: Archive
    merge: Merge
    twins: Callable[[Context], Sequence[Twins]]
    """Pairs that may be the same."""
    twins_of: Callable[[Context, Any], Sequence[Any]]
    """A few records that may be the same as one."""


def add_merging(config: Configurator, merging: Merging) -> None:
    """Add the pages and the operations of merging to those of an archive."""
    name, permission = merging.archive.name, merging.merge.permission
    for route, path, function, methods, template in (
        ("ticked", "/merge", _ticked, "GET", "shuhua_web:templates/tables.pt"),
        ("merge", r"/{id:\d+}/merge", _merge, ("GET", "POST"), "shuhua_web:archives/templates/merge.pt"),
    ):
        config.add_route(f"{name}.{route}", f"/{name}{path}")
        config.add_view(
            partial(function, merging),
            route_name=f"{name}.{route}",
            permission=permission,
            request_method=methods,
            renderer=template,
        )
    title = MERGE
    config.add_bulk_action(
        merging.archive.listing.name,
        TickedAction(name="merge", title=title, icon="arrows-join", permission=permission, route=f"{name}.ticked"),
    )
    _add_api(config, merging)


# What pages of records say ------------------------------------------------------------------------------------------------


def merge_action(request: Request, name: str, merge: Merge, record: Any) -> list[Action]:
    """The button that leads to merging, for who may."""
    if not covers(record, request.actor, merge.permission):
        return []
    return [Action(_("Merge"), request.route_path(f"{name}.merge", id=record.id))]


def earlier_fact(request: Request, kind: str, record: Any) -> list[Fact]:
    """The numbers of what went into a record, by which it is still found."""
    found = earlier(request.ctx.session, kind, record.id)
    zone = request.deployment.settings.timezone
    numbers = ", ".join(f"{each.number} ({formats.day(each.merged_at.astimezone(zone).date())})" for each in found)
    return [Fact(_("Merged into this one"), numbers)] if found else []


def said(request: Request, decision: Decision) -> dict[str, Any]:
    """Who said when and why that two are not the same, as people read it."""
    at = formats.moment(decision.decided_at, request.deployment.settings.timezone)
    return {"who": decision.decided_by or "–", "at": at, "why": decision.reason}


def link(href: str, text: Any, css: str = "") -> Markup:
    """A link, escaped."""
    return Markup('<a class="{}" href="{}">{}</a>').format(css, href, text)


# Pages -------------------------------------------------------------------------------------------------------------------


class MergeWith(InputSchema):
    """Which other record is the same."""

    other_id = field(RecordId("record"), _("The other record"), required=True)


def way(request: Request, archive: Archive, title: Any = MERGE) -> Any:
    """The way to a page of merging."""
    return crumbs(request, (archive.listing.title, f"{archive.name}.list"), (title, None))


def named(request: Request, archive: Archive, record: Any) -> Markup:
    """A record with its address, and the way to its page."""
    to_page = record_link(request, f"{archive.name}.view", record.id, f"{record.number} {record.name}")
    return Markup('{}<br/><span class="text-secondary">{}</span>').format(to_page, record.address or "")


def _ticked(merging: Merging, request: Request) -> dict[str, Any]:
    """Two ticked rows of the list: which of them stays."""
    archive, ids = merging.archive, chosen_ids(request.GET.getall("ids"))
    if len(ids) != 2:
        raise Invalid({"ids": _("Tick exactly two rows: those that are the same.")})
    pair = MergeService(request.ctx, merging.merge).pair(*ids)
    rows: list[tuple[list[Any], list[Any]]] = []
    for keep, gone in (pair, pair[::-1]):
        href = request.route_path(f"{archive.name}.merge", id=keep.id, _query={"with": gone.id})
        rows.append(([named(request, archive, keep), link(href, request.tr(_("This one stays")), "btn btn-primary")], []))
    title = MERGE
    note = _("The other one goes into it. You see everything side by side before it is done.")
    table = Table(_("Which one stays?"), (_("Record"), _("Choose")), rows, note=note)
    return {"title": title, "crumbs": way(request, archive, title), "tables": [table]}


def _merge(merging: Merging, request: Request) -> Any:
    """The other record is chosen first; then both stand side by side."""
    archive, number = merging.archive, record_id(request)
    other = request.GET.get("with", "")
    if other.isascii() and other.isdigit() and len(other) < 19:
        return _side_by_side(merging, request, number, int(other))
    keep = request.service(archive.service).get(number)
    sources = {"other_id": record_source(request, archive.name, archive.model, archive.view)}
    cancel = request.route_path(f"{archive.name}.view", id=number)
    form = form_for(MergeWith, request, submit=_("Compare"), sources=sources, cancel=cancel)

    def compare(data: dict[str, Any]) -> str:
        MergeService(request.ctx, merging.merge).pair(number, data["other_id"])
        return str(request.route_path(f"{archive.name}.merge", id=number, _query={"with": data["other_id"]}))

    title = _("Merge another one into ${name}", mapping={"name": f"{keep.number} {keep.name}"})
    return form.answer(compare, once=False) or form.page(title, crumbs=way(request, archive), sides=None)


def _side_by_side(merging: Merging, request: Request, keep_id: int, gone_id: int) -> Any:
    archive, service = merging.archive, MergeService(request.ctx, merging.merge)
    view = partial(request.route_path, f"{archive.name}.merge")
    seen = request.GET.get("seen", "")
    form = form_for(
        merging.merge.schema,
        request,
        submit=_("Merge them"),
        tone="danger",
        cancel=request.route_path(f"{archive.name}.view", id=keep_id),
        widgets={"take": TakeWidget(request)},
        omit=("merged_id", "merged_version"),
    )

    def save(data: dict[str, Any]) -> str:
        version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else None
        whole = {"merged_id": gone_id, "merged_version": version, "take": data.get("take") or []}
        service.merge(keep_id, whole, expected_version=form.version)
        return str(request.route_path(f"{archive.name}.view", id=keep_id))

    answer = form.answer(save, done=_("Both are one now. The old number leads to the one that stays."))
    if answer is not None:
        return answer
    keep, gone = service.pair(keep_id, gone_id)
    if form.refusal is None or isinstance(form.refusal, VersionStale | Conflict):
        # What is shown from here on is how both are now.
        form.version = keep.version
        form.action = view(id=keep_id, _query={"with": gone_id, "seen": gone.version})
    form.widget_of("take").rows = _rows(merging, request, keep, gone)
    moves = [(MOVING.get(name, name), formats.number(count)) for name, count in service.preview(gone).items()]
    title = _("Merge ${gone} into ${keep}", mapping={"gone": gone.number, "keep": keep.number})
    swap = view(id=gone_id, _query={"with": keep_id})
    apart = DistinctService(request.ctx, merging.merge).of_pair(keep, gone)
    return form.page(
        title,
        crumbs=way(request, archive),
        sides=(keep, gone),
        moves=moves,
        swap=swap,
        view=f"{archive.name}.view",
        apart=apart and said(request, apart),
        distinct=request.route_path(f"{archive.name}.distinct", id=keep_id, _query={"with": gone_id}),
        together=request.route_path(f"{archive.name}.together", id=keep_id, other_id=gone_id),
    )


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A field of both records, as people read it."""

    name: str
    title: Any
    stays: str
    goes: str
    taken: str
    """Which is chosen: ``stays`` or ``goes``."""

    @property
    def differs(self) -> bool:
        """Whether there is anything to choose."""
        return self.stays != self.goes


class TakeWidget(FieldWidget):
    """Both records side by side, with a choice for each field in which they differ."""

    wide = True

    def __init__(self, request: Request) -> None:
        super().__init__()
        self._request = request
        self.rows: Sequence[SideBySide] = ()

    @property
    def grouped(self) -> bool:
        """Several controls."""
        return True

    def serialize(self, field: Any, cstruct: Any, **_kw: Any) -> str:
        """The table."""
        values = {"rows": self.rows, "name": field.name}
        return str(render("shuhua_web:archives/templates/side_by_side.pt", values, request=self._request))

    def deserialize(self, field: Any, pstruct: Any) -> Any:
        """Names of the fields that are taken from the one that goes."""
        given = pstruct if isinstance(pstruct, Mapping) else {}
        return [name for name, taken in given.items() if taken == GOES and isinstance(name, str)] or None


def _rows(merging: Merging, request: Request, keep: Any, gone: Any) -> list[SideBySide]:
    """Every field of both; what is empty in the one that stays is taken from the other at first."""
    form = archive_form(merging.archive, request, merging.archive.patch_schema)
    chosen = dict(request.POST.items()) if request.method == "POST" else {}
    found = []
    for each in form.fields:
        if each.name not in merging.merge.fields:
            continue
        mine, theirs = (_text(merging, form, each, record) for record in (keep, gone))
        taken = chosen.get(each.name) or (GOES if not mine and theirs else STAYS)
        found.append(SideBySide(each.name, each.title, mine, theirs, GOES if taken == GOES else STAYS))
    return found


def _text(merging: Merging, form: OfficeForm, field: Any, record: Any) -> str:
    value = getattr(record, field.name, None) if isinstance(field.schema.typ, Phone) else None
    return text_of(form, field, value if value is not None else merging.archive.initial(record).get(field.name))


# API ---------------------------------------------------------------------------------------------------------------------


def _add_api(config: Configurator, merging: Merging) -> None:
    archive, merge = merging.archive, merging.merge
    config.add_api_route(f"api.{archive.name}.merge", rf"/{archive.name}/{{id:\d+}}/merge")
    add_api_view(
        config,
        ApiView(
            partial(_api_merge, merging),
            f"api.{archive.name}.merge",
            "POST",
            merge.permission,
            archive.name,
            f"Merge a {archive.summary} into this one",
            description=(
                "Everything that names `merged_id` names this one from then on. `take` lists the fields whose values come from "
                "the one that goes. It is gone afterwards: reading its id answers 301 to this one, changing it 409 with "
                "`merged_into_id`, and its id in other bodies stands for this one."
            ),
            body=merge.schema,
            answer=archive.serializer,
            idempotent=True,
            versioned="optional",
            errors=(Conflict,),
        ),
    )


def _api_merge(merging: Merging, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    service = MergeService(request.ctx, merging.merge)
    return merging.archive.item(request, service.merge(record_id(request), body, expected_version=request.seen_version))
