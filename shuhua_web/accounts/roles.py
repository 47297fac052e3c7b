"""Roles in the office: who has them, and a matrix of what each may do where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from shuhua_core.accounts.administrators import edits_all
from shuhua_core.accounts.models import Role
from shuhua_core.accounts.permissions import Permission
from shuhua_core.accounts.role_service import RoleService
from shuhua_core.accounts.schema import SCOPE_LABELS
from shuhua_core.kernel.errors import Invalid, NotAllowed, ServiceError, VersionStale
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs, flash
from shuhua_web.office.abilities import WORDS
from shuhua_web.records import PostButton, Table

VIEW, EDIT = Permission.ACCOUNTS_VIEW, Permission.ACCOUNTS_EDIT
MATRIX = "templates/role.pt"
ROOMS: Mapping[str, Any] = {
    "accounts": _("Users and roles"),
    "articles": _("Articles"),
    "audit": _("Logs"),
    "checklists": _("Inspections"),
    "choices": _("Choice lists"),
    "customers": _("Customers"),
    "equipment": _("Equipment"),
    "followups": _("Follow-ups"),
    "inspections": _("Inspections"),
    "labels": _("Labels"),
    "lifetimes": _("Warranty and safe life"),
    "media": _("Pictures"),
    "messages": _("Messages"),
    "models": _("Product models"),
    "parts": _("Returned parts"),
    "persons": _("Personal data"),
    "phones": _("Phone numbers"),
    "projects": _("Projects"),
    "quarantine": _("Quarantine"),
    "quotations": _("Quotations"),
    "repairs": _("Repair requests"),
    "reports": _("Reports"),
    "sites": _("Installation points"),
    "system": _("System"),
    "tasks": _("Tasks"),
    "workflows": _("Workflows"),
}
"""First part of a permission -> heading."""


@dataclass(frozen=True, slots=True)
class Line:
    """One permission of the matrix."""

    permission: str
    words: Any
    scope: str | None


@view_config(route_name="roles.list", permission=VIEW, request_method="GET", renderer="shuhua_web:templates/tables.pt")
def list_roles(request: Request) -> Any:
    """All roles, in three statements."""
    service, locale = request.service(RoleService), request.locale_name
    roles, holders, may_edit = service.all(), service.holders(), edits_all(request.actor)
    rows = []
    for role in roles:
        name = Markup('<a href="{}">{}</a>').format(request.route_path("roles.edit", id=role.id), role.label(locale))
        people = Markup('<a href="{}">{}</a>').format(
            request.route_path("users.list", _query={"role": role.code}), holders.get(role.id, 0)
        )
        remove = PostButton(_("Remove"), request.route_path("roles.remove", id=role.id), "danger")
        removable = may_edit and not role.builtin and not holders.get(role.id)
        factor = request.tr(_("Yes")) if role.second_factor else request.tr(_("No"))
        rows.append(((name, role.code, people, factor), (remove,) if removable else ()))
    links = [(_("New role"), request.route_path("roles.new"))] if may_edit else []
    heads = (_("Role"), _("Code"), _("People"), _("Second factor"))
    return {
        "title": _("Roles"),
        "intro": _("A role says what may be done, and to which rows. Changes are in force at once."),
        "links": links,
        "tables": [Table(_("Roles"), heads, rows)],
    }


@view_config(route_name="roles.new", permission=EDIT, renderer=MATRIX)
def new_role(request: Request) -> Any:
    """A new role, empty or with what another one may (``?copy=code``)."""
    service = request.service(RoleService)
    if not edits_all(request.actor):
        raise NotAllowed
    copied = request.GET.get("copy")
    held = service.permissions_of(copied) if copied and request.method == "GET" else {}
    return _edit(request, None, held)


@view_config(route_name="roles.edit", permission=VIEW, request_method="GET", renderer=MATRIX)
@view_config(route_name="roles.edit", permission=EDIT, request_method="POST", renderer=MATRIX)
def edit_role(request: Request) -> Any:
    """What one role may do where."""
    service = request.service(RoleService)
    role = service.get(int(request.matchdict["id"]))
    return _edit(request, role, service.permissions_of(role.code))


@view_config(route_name="roles.remove", permission=EDIT, request_method="POST")
def remove_role(request: Request) -> Any:
    """Remove a role that nobody has."""
    request.service(RoleService).remove(int(request.matchdict["id"]))
    flash(request, _("The role was removed."))
    return HTTPSeeOther(request.route_path("roles.list"))


def _edit(request: Request, role: Role | None, held: Mapping[str, str]) -> Any:
    shown = {name: getattr(role, name) if role else "" for name in ("code", "zh", "en", "second_factor")}
    problem: ServiceError | None = None
    if request.method == "POST":
        shown, held = _typed(request, role)
        try:
            return _save(request, role, shown, held)
        except (Invalid, VersionStale) as error:
            problem, request.response.status_int = error, 409 if isinstance(error, VersionStale) else 422
    title = role.label(request.locale_name) if role else _("New role")
    problems = problem.errors if isinstance(problem, Invalid) else {}
    return {
        "title": title,
        "crumbs": crumbs(request, (_("Roles"), "roles.list"), (title, None)),
        "new": role is None,
        "role": shown,
        "rooms": _rooms(request, held),
        "scopes": [(scope.value, en if request.locale_name == "en" else zh) for scope, (zh, en) in SCOPE_LABELS.items()],
        "no": _("No"),
        "seen": request.POST.get("seen") or request.service(RoleService).version(),
        "locked": not edits_all(request.actor) or (role is not None and role.code in request.actor.roles),
        "copy_href": _copy_href(request, role),
        "problem": problem.message if problem else None,
        "problems": problems,
    }


def _copy_href(request: Request, role: Role | None) -> str | None:
    """Where a new role begins with what this one may."""
    if role is None or not edits_all(request.actor):
        return None
    return str(request.route_path("roles.new", _query={"copy": role.code}))


def _typed(request: Request, role: Role | None) -> tuple[dict[str, Any], dict[str, str]]:
    """What was sent: the role's own fields, and its permissions with their scopes."""
    post = request.POST
    shown = {name: str(post.get(name, ""))[:60].strip() for name in ("code", "zh", "en")}
    if role is not None:
        shown["code"] = role.code
    held = {str(name): str(post[name]) for name in Permission if post.get(name)}
    return {**shown, "second_factor": post.get("second_factor") == "true"}, held


def _save(request: Request, role: Role | None, shown: Mapping[str, Any], held: Mapping[str, str]) -> Any:
    empty = [name for name in ("code", "zh", "en") if not shown[name]]
    if empty:
        raise Invalid({name: _("This is required.") for name in empty})
    saved = request.service(RoleService).save(
        shown["code"],
        held,
        zh=shown["zh"],
        en=shown["en"],
        second_factor=shown["second_factor"],
        expected_version=request.POST.get("seen") or "",
        new=role is None,
    )
    flash(request, _("The role was saved. It is in force."))
    return HTTPSeeOther(request.route_path("roles.edit", id=saved.id))


def _rooms(request: Request, held: Mapping[str, str]) -> list[tuple[Any, list[Line]]]:
    found: dict[str, list[Line]] = {}
    for permission in Permission:
        room = str(permission).partition(".")[0]
        words = WORDS[permission][0] if permission in WORDS else str(permission)
        found.setdefault(str(request.tr(ROOMS[room])), []).append(Line(str(permission), request.tr(words), held.get(permission)))
    return list(found.items())
