"""Records that may be the same: the proposals, and what somebody said of pairs that are not."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from markupsafe import Markup
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from sqlalchemy import select

from shuhua_core.archives.distinct import Decision, DistinctService, NotTheSame
from shuhua_core.archives.merging import Merge
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.scope import covers
from shuhua_web import formats
from shuhua_web.api import Out, Reply, Serializer, record_id
from shuhua_web.api.resource import ApiView, add_api_view
from shuhua_web.archives.merging import Merging, link, named, said, way
from shuhua_web.archives.pages import record_link
from shuhua_web.forms import form_for
from shuhua_web.i18n import _
from shuhua_web.layout import flash
from shuhua_web.records import PostButton, Related, Table

POSSIBLE, APART = _("Possible duplicates"), _("Not the same")
REASONS: Mapping[str, Any] = {
    "name": _("The same name"),
    "phone": _("The same phone"),
    "near": _("The same name, ${metres} m apart"),
}
TWINS = Serializer(
    "Twins",
    [
        Out("first_id", "integer"),
        Out("second_id", "integer"),
        Out("reason", {"type": "string", "enum": list(REASONS)}),
        Out("metres", "integer", nullable=True, description="How far apart they are, where that is the reason."),
    ],
    description="Two records that may be the same.",
)
TWINS_LIST = Serializer("TwinsList", [Out("items", [TWINS])])
NOT_THE_SAME = Serializer(
    "NotTheSameAs",
    [
        Out("other_id", "integer", lambda each: each.second.id),
        Out("other_number", "string", lambda each: each.second.number),
        Out("other_name", "string", lambda each: each.second.name),
        Out("reason", "string"),
        Out("decided_by", "string", nullable=True, description="Name of who said it."),
        Out("decided_at", "moment"),
    ],
    description="Another record that somebody said is not the same.",
)
NOT_THE_SAME_LIST = Serializer("NotTheSameList", [Out("items", [NOT_THE_SAME])])


def add_twins(config: Configurator, merging: Merging) -> None:
    """Add the list of possible duplicates of an archive, and the ways to say that two are not the same and to take it back."""
    name, permission = merging.archive.name, merging.merge.permission
    for route, path, function, methods, template in (
        ("twins", "/twins", _twins, "GET", "tables"),
        ("distinct", r"/{id:\d+}/distinct", _distinct, ("GET", "POST"), "form"),
        ("together", r"/{id:\d+}/distinct/{other_id:\d+}/take-back", _together, "POST", None),
    ):
        config.add_route(f"{name}.{route}", f"/{name}{path}")
        renderer = {"renderer": f"shuhua_web:templates/{template}.pt"} if template else {}
        config.add_view(
            partial(function, merging), route_name=f"{name}.{route}", permission=permission, request_method=methods, **renderer
        )
    _add_api(config, merging)


def twins_related(request: Request, name: str, merge: Merge, record: Any, twins_of: Any) -> list[Related]:
    """Records that may be the same as this one, each with the way to merging, and those that somebody said are not."""
    if not covers(record, request.actor, merge.permission):
        return []

    def row(other: Any, text: Any, *more: Any) -> tuple[Any, ...]:
        compare = request.route_path(f"{name}.merge", id=record.id, _query={"with": other.id})
        number = record_link(request, f"{name}.view", other.id, other.number)
        return (number, other.name, other.address or "", *more, link(compare, request.tr(text)))

    heads = (_("Number"), _("Name", context="thing"), _("Address"))
    alike = [row(each, _("Compare")) for each in twins_of(request.ctx, record)]
    decisions = DistinctService(request.ctx, merge).of_record(record)
    apart = [row(each.second, _("Show"), *_told(request, each)) for each in decisions]
    found = [Related(POSSIBLE, (*heads, _("Merge")), alike), Related(APART, (*heads, *_TOLD, _("Compare")), apart)]
    return [each for each in found if each.rows]


_TOLD = (_("Why"), _("Who"))


def _told(request: Request, decision: Decision) -> tuple[Markup, Markup]:
    """The cells below :data:`_TOLD`: why in as many lines as it takes, who with the time below."""
    told = said(request, decision)
    why = Markup('<div class="text-wrap">{}</div>').format(told["why"])
    return why, Markup('{}<br/><span class="text-secondary">{}</span>').format(told["who"], told["at"])


# Pages -------------------------------------------------------------------------------------------------------------------


def _twins(merging: Merging, request: Request) -> dict[str, Any]:
    """Pairs that may be the same, and below them those of which somebody said that they are not."""
    archive = merging.archive
    apart = _apart(merging, request)
    tables = [_alike(merging, request), *([apart] if apart.rows else [])]
    return {"title": POSSIBLE, "crumbs": way(request, archive, POSSIBLE), "tables": tables}


def _alike(merging: Merging, request: Request) -> Table:
    archive, ctx = merging.archive, request.ctx
    pairs = merging.twins(ctx)
    ids = {each for pair in pairs for each in (pair.first_id, pair.second_id)}
    model = archive.model
    records = {each.id: each for each in ctx.session.scalars(select(model).where(model.id.in_(ids)))} if ids else {}
    rows: list[tuple[list[Any], list[Any]]] = []
    for pair in pairs:
        reason = REASONS[pair.reason]
        if pair.metres is not None:
            reason = _("The same name, ${metres} m apart", mapping={"metres": formats.number(pair.metres)})
        other = {"id": pair.first_id, "_query": {"with": pair.second_id}}
        compare, distinct = (request.route_path(f"{archive.name}.{route}", **other) for route in ("merge", "distinct"))
        cells = [named(request, archive, records[each]) for each in (pair.first_id, pair.second_id)]
        ways = [link(compare, request.tr(_("Compare")), "btn btn-sm"), link(distinct, request.tr(APART), "btn btn-sm")]
        rows.append(([*cells, request.tr(reason), *ways], []))
    heads = (_("One"), _("The other"), _("Why"), _("Merge"), APART)
    empty = _("Nothing looks like a duplicate. Names, phones and positions are compared.")
    return Table(archive.listing.title, heads, rows, empty=empty)


def _apart(merging: Merging, request: Request) -> Table:
    archive = merging.archive

    def row(decision: Decision) -> tuple[list[Any], list[PostButton]]:
        one, other = decision.first, decision.second
        back = request.route_path(f"{archive.name}.together", id=one.id, other_id=other.id)
        cells = [*(named(request, archive, each) for each in (one, other)), *_told(request, decision)]
        return cells, [PostButton(_("Take back"), back)]

    rows = [row(each) for each in DistinctService(request.ctx, merging.merge).latest()]
    note = _("Somebody compared these, and they are proposed no more. The latest come first.")
    return Table(APART, (_("One"), _("The other"), *_TOLD), rows, note=note)


def _distinct(merging: Merging, request: Request) -> Any:
    """Two that look the same are not: somebody says why."""
    archive, number = merging.archive, record_id(request)
    service = DistinctService(request.ctx, merging.merge)
    one, given = service.find(number), request.GET.get("with", "")
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise Invalid({"with": _("Choose the other record first.")})
    other = service.find(int(given))
    cancel = request.route_path(f"{archive.name}.merge", id=one.id, _query={"with": other.id})
    form = form_for(NotTheSame, request, submit=APART, cancel=cancel, omit=("other_id",))

    def save(data: dict[str, Any]) -> str:
        service.tell_apart(number, {"other_id": int(given), "reason": data.get("reason")})
        return str(request.route_path(f"{archive.name}.twins"))

    named_both = {"one": f"{one.number} {one.name}", "other": f"{other.number} {other.name}"}
    title = _("${one} and ${other} are not the same", mapping=named_both)
    intro = _("They are proposed no more and cannot be merged until somebody takes this back.")
    done = _("These two are proposed no more.")
    return form.answer(save, done=done) or form.page(title, crumbs=way(request, archive, APART), intro=intro)


def _together(merging: Merging, request: Request) -> Any:
    """Two may be the same after all."""
    number, other = record_id(request), int(request.matchdict["other_id"])
    DistinctService(request.ctx, merging.merge).take_back(number, other)
    flash(request, _("Taken back: these two may be the same."))
    return HTTPSeeOther(request.route_path(f"{merging.archive.name}.merge", id=number, _query={"with": other}))


# API ---------------------------------------------------------------------------------------------------------------------


def _add_api(config: Configurator, merging: Merging) -> None:
    archive, permission = merging.archive, merging.merge.permission
    name = archive.name
    config.add_api_route(f"api.{name}.twins", f"/{name}/twins")
    config.add_api_route(f"api.{name}.distinct", rf"/{name}/{{id:\d+}}/distinct")
    config.add_api_route(f"api.{name}.together", rf"/{name}/{{id:\d+}}/distinct/{{other_id:\d+}}")
    for view in (
        ApiView(
            partial(_api_twins, merging),
            f"api.{name}.twins",
            "GET",
            permission,
            name,
            f"List {archive.plural} that may be the same",
            description="Pairs of one name, one phone, or near each other, as far as the caller may merge them, without those of"
            " which somebody said that they are not the same.",
            answer=TWINS_LIST,
        ),
        ApiView(
            partial(_api_decisions, merging),
            f"api.{name}.distinct",
            "GET",
            permission,
            name,
            f"List {archive.plural} that are not the same as this one",
            description="What somebody said after comparing them, the latest first.",
            answer=NOT_THE_SAME_LIST,
        ),
        ApiView(
            partial(_api_tell_apart, merging),
            f"api.{name}.distinct",
            "POST",
            permission,
            name,
            f"Say that another {archive.summary} is not the same",
            description="The pair is proposed no more, and merging it is refused until this is taken back.",
            body=NotTheSame,
            answer=NOT_THE_SAME,
            status=201,
            idempotent=True,
        ),
        ApiView(
            partial(_api_take_back, merging),
            f"api.{name}.together",
            "DELETE",
            permission,
            name,
            f"Take back that another {archive.summary} is not the same",
            status=204,
        ),
    ):
        add_api_view(config, view)


def _api_twins(merging: Merging, request: Request) -> dict[str, Any]:
    return {"items": TWINS.many(merging.twins(request.ctx))}


def _api_decisions(merging: Merging, request: Request) -> dict[str, Any]:
    service = DistinctService(request.ctx, merging.merge)
    return {"items": NOT_THE_SAME.many(service.of_record(service.find(record_id(request))))}


def _api_tell_apart(merging: Merging, request: Request, body: dict[str, Any]) -> Reply:
    decision = DistinctService(request.ctx, merging.merge).tell_apart(record_id(request), body)
    return Reply(NOT_THE_SAME.one(decision))


def _api_take_back(merging: Merging, request: Request) -> None:
    DistinctService(request.ctx, merging.merge).take_back(record_id(request), int(request.matchdict["other_id"]))
