"""What would this person see: menu, counts and first rows of each list, and what they may do where. To look at, and logged."""

from __future__ import annotations

from typing import Any

from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.view import view_config

from shuhua_core.accounts.actors import load_actor
from shuhua_core.accounts.permissions import Permission
from shuhua_core.accounts.schema import SCOPE_LABELS
from shuhua_core.accounts.users import UserService
from shuhua_core.kernel.actor import Actor
from shuhua_core.kernel.schema import InputSchema
from shuhua_web.forms import form_for
from shuhua_web.i18n import _
from shuhua_web.layout import MENU, Layout, crumbs
from shuhua_web.listing import Listing, counting
from shuhua_web.listing.columns import Labels
from shuhua_web.office.abilities import WORDS
from shuhua_web.records import Related

ROWS, COLUMNS = 5, 4


@view_config(route_name="users.sees", permission=Permission.ACCOUNTS_EDIT, renderer="shuhua_web:templates/form.pt")
def sees(request: Request) -> Any:
    """Ask first, since looking is logged; then show."""
    user_id = int(request.matchdict["id"])
    if request.method == "GET":
        request.service(UserService).get(user_id)
    form = form_for(InputSchema, request, submit=_("Show"), cancel=request.route_path("users.view", id=user_id))
    seen: list[dict[str, Any]] = []

    def save(_data: dict[str, Any]) -> str:
        user = request.service(UserService).try_out(user_id)
        seen.append(_page(request, load_actor(request.dbsession, user.id)))
        return str(request.path)

    response = form.answer(save, once=False)
    if seen:
        return render_to_response("shuhua_web:system/templates/sees.pt", seen[0], request=request)
    intro = _("Shows what this person would see: menu, lists, and what they may do. That you looked is logged.")
    return response or form.page(_("What would this person see?"), intro=intro)


def _page(request: Request, who: Actor) -> dict[str, Any]:
    layout, locale = Layout(request), request.locale_name
    entries = [entry for section in MENU for entry in section.entries]
    offered = [each for each in entries if layout.has_route(each.route) and _offered(who, each.permissions)]
    lists = [listing for listing, _route in request.registry.listings.values() if who.may(listing.permission)]
    return {
        "title": _("What ${name} sees", mapping={"name": who.name}),
        "crumbs": crumbs(request, (_("Users"), "users.list"), (who.name, None)),
        "menu": [request.tr(each.title) for each in offered],
        "relations": [_list(request, listing, who) for listing in lists],
        "may": [(request.tr(WORDS[each][0]), _reach(who, each, locale)) for each in WORDS if who.may(each)],
    }


def _offered(who: Actor, permissions: tuple[Permission, ...]) -> bool:
    return not permissions or any(who.may(each) for each in permissions)


def _list(request: Request, listing: Listing, who: Actor) -> Related:
    """How many rows the person sees, and the first of them, if the one who looks may read such records themselves."""
    ctx = request.deployment.context(request.dbsession, who)
    conditions = listing.conditions(ctx, {})
    title = f"{request.tr(listing.title)} ({counting.shown(counting.total(listing, ctx, conditions))})"
    columns = [each for each in listing.columns if each.office and each.show is None and each.kind != "state"][:COLUMNS]
    heads = [request.tr(each.title) for each in columns]
    if not request.actor.may(listing.permission):
        return Related(title, heads, (), empty=_("You may not read such records yourself, so you see only how many there are."))
    found = ctx.session.execute(listing.query(ctx, conditions).order_by(listing.model.id.desc()).limit(ROWS))
    readers = [(each.name, each.reader(), each.labels_for(ctx)) for each in columns]
    locale = request.locale_name
    rows = [tuple(_shown(read(getattr(row, name)), labels, locale) for name, read, labels in readers) for row in found]
    return Related(title, heads, rows, empty=_("None."))


def _shown(value: Any, labels: Labels, locale: str) -> str:
    if value in labels:
        zh, en = labels[value]
        return en if locale == "en" else zh
    return "–" if value is None else str(value)[:60]


def _reach(who: Actor, permission: str, locale: str) -> str:
    found = []
    for grant in who.reach(permission):
        zh, en = SCOPE_LABELS[grant.scope]
        label = en if locale == "en" else zh
        found.append(f"{label} {grant.value}" if grant.value else label)
    return "; ".join(found)
