"""The tree of organisations: branches, departments, agents, host units, authorities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import func, select

from shuhua_core.accounts.models import KINDS, Organisation, User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.accounts.schema import OrganisationPatchSchema, OrganisationSchema
from shuhua_core.accounts.service import OrganisationService
from shuhua_web.forms import Source, form_for
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs

VIEW, EDIT = Permission.ACCOUNTS_VIEW, Permission.ACCOUNTS_EDIT
FORM = "shuhua_web:templates/form.pt"


@dataclass(slots=True)
class Node:
    """An organisation with those below it."""

    id: int
    name: str
    kind: str
    active: bool
    people: int
    below: list[Node] = field(default_factory=list)


def tree_of(organisations: Sequence[Organisation], people: dict[int, int], locale: str) -> list[Node]:
    """Organisations, each after the one it belongs to, as a tree; one whose parent is out of reach stands on top."""
    nodes: dict[int, Node] = {}
    top: list[Node] = []
    for each in organisations:
        zh, en = KINDS.get(each.kind, (each.kind, each.kind))
        node = Node(each.id, each.label(locale), en if locale == "en" else zh, each.active, people.get(each.id, 0))
        nodes[each.id] = node
        parent = nodes.get(each.parent_id or 0)
        (parent.below if parent else top).append(node)
    return top


@view_config(route_name="organisations.list", permission=VIEW, request_method="GET", renderer="templates/organisations.pt")
def list_organisations(request: Request) -> Any:
    """The tree, in two statements."""
    organisations = request.service(OrganisationService).tree()
    counted = (
        select(User.organisation_id, func.count())
        .where(User.active, User.organisation_id.is_not(None))
        .group_by(User.organisation_id)
    )
    people = {organisation_id: count for organisation_id, count in request.dbsession.execute(counted) if organisation_id}
    return {
        "title": _("Organisations"),
        "nodes": tree_of(organisations, people, request.locale_name),
        "can_edit": request.actor.may(EDIT),
    }


@view_config(route_name="organisations.new", permission=EDIT, renderer=FORM)
def new_organisation(request: Request) -> Any:
    """Put an organisation into the tree."""
    locale = request.locale_name
    tree = request.service(OrganisationService).tree()
    options = [(each.id, "\u3000" * (each.path.count("/") - 2) + each.label(locale)) for each in tree if each.active]
    parent = request.GET.get("parent", "")
    form = form_for(
        OrganisationSchema,
        request,
        submit=_("Add organisation"),
        cancel=request.route_path("organisations.list"),
        sources={"parent_id": Source(options=options)},
        initial={"parent_id": int(parent) if parent.isascii() and parent.isdigit() else None},
    )

    def save(data: dict[str, Any]) -> str:
        request.service(OrganisationService).create(data)
        return str(request.route_path("organisations.list"))

    way = crumbs(request, (_("Organisations"), "organisations.list"), (_("New organisation"), None))
    return form.answer(save, done=_("The organisation was added.")) or form.page(_("New organisation"), crumbs=way)


@view_config(route_name="organisations.edit", permission=EDIT, renderer=FORM)
def edit_organisation(request: Request) -> Any:
    """Change an organisation; its place in the tree stays."""
    organisation_id = int(request.matchdict["id"])
    options: dict[str, Any] = {}
    if request.method == "GET":
        service = request.service(OrganisationService)
        found = service.get(organisation_id)
        initial = {name: getattr(found, name) for name in ("name", "name_en", "phone", "active")}
        options = {"initial": initial | {"divisions": service.divisions_of(found.id)}, "version": found.version}
    form = form_for(OrganisationPatchSchema, request, cancel=request.route_path("organisations.list"), **options)

    def save(data: dict[str, Any]) -> str:
        request.service(OrganisationService).update(organisation_id, data, expected_version=form.version)
        return str(request.route_path("organisations.list"))

    way = crumbs(request, (_("Organisations"), "organisations.list"), (_("Change organisation"), None))
    return form.answer(save, done=_("The changes were saved.")) or form.page(_("Change organisation"), crumbs=way)
