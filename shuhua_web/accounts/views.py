"""Reading, adding and changing users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from shuhua_core.accounts import passwords
from shuhua_core.accounts.erasing import ErasingService
from shuhua_core.accounts.models import USER_KINDS, Organisation, Role, User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.accounts.role_service import RoleService
from shuhua_core.accounts.schema import DIVISION, LOCALE_LABELS, UserPatchSchema, UserSchema
from shuhua_core.accounts.service import OrganisationService
from shuhua_core.accounts.sessions import open_sessions_of
from shuhua_core.accounts.users import UserService
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.schema import InputSchema, Text, deserialize, field
from shuhua_web import formats
from shuhua_web.forms import Source, form_for
from shuhua_web.i18n import _
from shuhua_web.layout import Layout, crumbs, flash
from shuhua_web.listing import Tool
from shuhua_web.office.schema import Password
from shuhua_web.overtaken import Edited
from shuhua_web.records import Action, Badge, Fact, Related, phone
from shuhua_web.widgets import PasswordWidget

from .listing import USERS

VIEW, EDIT = Permission.ACCOUNTS_VIEW, Permission.ACCOUNTS_EDIT
FORM = "shuhua_web:templates/form.pt"


class NewUserSchema(UserSchema):
    """A new user: with a first password, which the administrator hands over, or without one, to be invited by a link."""

    password = field(
        Password(),
        _("First password"),
        help=_("At least 10 characters; the user has to change it at once. Leave it empty to invite the user by a link."),
    )


class NewPasswordSchema(InputSchema):
    """A new password for somebody who has lost theirs."""

    password = field(
        Password(),
        _("New password"),
        required=True,
        help=_("At least 10 characters. All sessions of this user end, and they choose one of their own when they sign in."),
    )


class ConfirmSchema(InputSchema):
    """Which user is meant, so that none goes by a slip."""

    login = field(Text(60), _("Type the login to confirm"), required=True)


KEEPS_NUMBER = _(
    "Records name this user, so they are not deleted but disabled for good: name, login, phone and e-mail are erased, and what "
    "they did stays under a number."
)
NO_DIVISION = _("Enter the code of a division, such as 350582.")


@view_config(route_name="users.list", permission=VIEW, request_method="GET", renderer="shuhua_web:templates/list.pt")
def list_users(request: Request) -> Any:
    """The list."""
    tools = (
        Tool(_("New user"), "users.new", "user-plus", EDIT, primary=True),
        Tool(_("Import"), "users.import", "upload", EDIT),
        Tool(_("Template"), "users.import.template", "download", EDIT),
    )
    return USERS.page(request, toolbar=tools)


@view_config(route_name="users.view", permission=VIEW, request_method="GET", renderer="shuhua_web:templates/record.pt")
def view_user(request: Request) -> Any:
    """One user with their roles."""
    service, locale = request.service(UserService), request.locale_name
    user = service.get(_id(request))
    roles = service.roles_of([user.id])[user.id]
    organisation = request.dbsession.get(Organisation, user.organisation_id) if user.organisation_id else None
    zone = request.deployment.settings.timezone
    facts = [
        Fact(_("Login"), user.login),
        Fact(_("Name", context="person"), user.name),
        Fact(_("Kind of user"), _label(USER_KINDS, user.kind, locale)),
        Fact(_("Organisation"), organisation.label(locale) if organisation else ""),
        Fact(_("Division"), user.division_code),
        Fact(_("Phone"), phone(request, user.phone, request.route_path("users.phone", id=user.id), EDIT)),
        Fact(_("E-mail"), user.email),
        Fact(_("Language"), _label(LOCALE_LABELS, user.locale, locale)),
        Fact(_("Added"), formats.moment(user.created_at, zone)),
        Fact(_("Second factor"), formats.moment(user.second_factor_at, zone) if user.second_factor_at else _("None")),
        Fact(_("Roles"), _roles(roles, service.divisions_of(user.id), locale), wide=True),
    ]
    return {
        "title": f"{user.name} · {user.login}",
        "crumbs": crumbs(request, (_("Users"), "users.list"), (user.name, None)),
        "badge": Badge(_("Active"), "done") if user.active else Badge(_("Disabled"), "ended"),
        "actions": _actions(request, user) if request.actor.may(EDIT) else [],
        "groups": [(None, facts)],
        "relations": [_sessions(request, user)],
    }


@view_config(route_name="users.new", permission=EDIT, renderer=FORM)
def new_user(request: Request) -> Any:
    """Add a user."""
    form = form_for(
        NewUserSchema,
        request,
        submit=_("Add user"),
        cancel=request.route_path("users.list"),
        sources=_sources(request),
        widgets={"password": PasswordWidget(autocomplete="new-password")},
    )
    hashes: list[str] = []

    def hash_given(data: dict[str, Any]) -> None:
        if data.get("password"):
            hashes.append(_hash(request, data, data.get("login")))

    def save(data: dict[str, Any]) -> str:
        data.pop("password", None)
        user = request.service(UserService).create(data, password_hash=hashes[0] if hashes else None)
        return str(request.route_path("users.view", id=user.id))

    response = form.answer(save, done=_("The user was added."), before=hash_given)
    return response or form.page(_("New user"), crumbs=crumbs(request, (_("Users"), "users.list"), (_("New user"), None)))


@view_config(route_name="users.edit", permission=EDIT, renderer=FORM)
def edit_user(request: Request) -> Any:
    """Change a user; the login stays."""
    user_id = _id(request)
    form_options: dict[str, Any] = {
        "submit": _("Save"),
        "cancel": request.route_path("users.view", id=user_id),
        "omit": ("login",),
    }
    edited = Edited(
        kind="user",
        id=user_id,
        read=lambda: _initial(request, request.service(UserService).get(user_id)),
        kept_when_blank={"phone"},
    )
    if request.method == "GET":
        form_options |= {"initial": edited.read(), "version": request.service(UserService).get(user_id).version}
    form = form_for(UserPatchSchema, request, sources=_sources(request), edited=edited, **form_options)

    def save(data: dict[str, Any]) -> str:
        if data.get("phone") is None:  # shown masked, so that an empty field means: as it is
            data.pop("phone", None)
        request.service(UserService).update(user_id, data, expected_version=form.version)
        return str(request.route_path("users.view", id=user_id))

    return form.answer(save, done=_("The changes were saved.")) or form.page(_("Change user"))


@view_config(route_name="users.disable", permission=EDIT, renderer=FORM)
def disable_user(request: Request) -> Any:
    """Let a user sign in no more."""
    intro = _("All sessions of this user end at once. What they did stays on record, and you can enable them again.")
    return _switch(request, "disable", _("Disable user"), intro, tone="danger")


@view_config(route_name="users.enable", permission=EDIT, renderer=FORM)
def enable_user(request: Request) -> Any:
    """Let a disabled user sign in again."""
    return _switch(
        request, "enable", _("Enable user"), _("The user can sign in again with the same roles as before."), tone="primary"
    )


@view_config(route_name="users.password", permission=EDIT, renderer=FORM)
def set_password(request: Request) -> Any:
    """Give a user a new password."""
    user_id = _id(request)
    widgets = {"password": PasswordWidget(autocomplete="new-password")}
    form = form_for(NewPasswordSchema, request, submit=_("Set password"), widgets=widgets)
    hashes: list[str] = []

    def save(_data: dict[str, Any]) -> str:
        request.service(UserService).set_password(user_id, hashes[0])
        return str(request.route_path("users.view", id=user_id))

    response = form.answer(save, done=_("The password was set."), before=lambda data: hashes.append(_hash(request, data, None)))
    return response or form.page(_("Set a new password"))


@view_config(route_name="users.delete", permission=EDIT, renderer=FORM)
def delete_user(request: Request) -> Any:
    """Delete a user on whom nothing hangs; take all that is personal from any other."""
    user_id = _id(request)
    intro = None
    if request.method == "GET":
        request.service(UserService).get(user_id)
        hangs = request.service(ErasingService).hangs_on(user_id)
        intro = KEEPS_NUMBER if hangs else _("Nothing hangs on this user: they are deleted.")
    form = form_for(
        ConfirmSchema,
        request,
        submit=_("Delete"),
        tone="danger",
        cancel=request.route_path("users.view", id=user_id),
    )

    def save(data: dict[str, Any]) -> str:
        login = request.service(UserService).get(user_id).login
        if deserialize(ConfirmSchema, data)["login"].lower() != login:
            raise Invalid({"login": _("This is not the login of this user.")})
        deleted = request.service(ErasingService).delete(user_id)
        flash(request, _("The user was deleted.") if deleted else _("The user was disabled, and their personal data erased."))
        return str(request.route_path("users.list"))

    return form.answer(save) or form.page(_("Delete user"), intro=intro)


@view_config(route_name="users.phone", permission=EDIT, request_method="POST")
def reveal_phone(request: Request) -> Response:
    """The whole phone number in place of the masked one; the log has it before it is shown."""
    return Response(formats.phone(request.service(UserService).reveal_phone(_id(request))), content_type="text/plain")


@view_config(route_name="users.divisions", permission=EDIT, renderer=FORM)
def divisions(request: Request) -> Any:
    """Narrow the roles of a user to divisions, each for itself."""
    user_id, locale = _id(request), request.locale_name
    with request.deployment.database.read() as session:
        service = UserService(request.deployment.context(session, request.actor))
        user = service.get(user_id)
        roles = {role.code: role.label(locale) for role in service.roles_of([user.id])[user.id]}
        initial, version = service.divisions_of(user.id), user.version
    schema = _divisions_schema(tuple(roles.items()))
    form = form_for(schema, request, initial=initial, version=version, cancel=request.route_path("users.view", id=user_id))

    def save(data: dict[str, Any]) -> str:
        request.service(UserService).set_divisions(user_id, data, expected_version=form.version)
        return str(request.route_path("users.view", id=user_id))

    intro = _("A role that reaches a division reaches the one that stands here; where none does, the user's own division.")
    return form.answer(save, done=_("The changes were saved.")) or form.page(_("Divisions of roles"), intro=intro)


@lru_cache(maxsize=64)
def _divisions_schema(roles: tuple[tuple[str, str], ...]) -> type[InputSchema]:
    """A field for each role."""
    fields = {code: field(Text(12, pattern=DIVISION, hint=NO_DIVISION), label) for code, label in roles}
    return type("DivisionsSchema", (InputSchema,), {"__doc__": "Division of each role.", **fields})


def _roles(roles: Sequence[Role], divisions: Mapping[str, str | None], locale: str) -> str:
    labels = {role.code: role.label(locale) for role in roles}
    return ", ".join(f"{label} ({divisions[code]})" if divisions.get(code) else label for code, label in labels.items())


def _switch(request: Request, action: str, title: Any, intro: Any, *, tone: str) -> Any:
    user_id = _id(request)
    if request.method == "GET":
        request.service(UserService).get(user_id)
    form = form_for(InputSchema, request, submit=title, tone=tone, cancel=request.route_path("users.view", id=user_id))

    def save(_data: dict[str, Any]) -> str:
        getattr(request.service(UserService), action)(user_id)
        return str(request.route_path("users.view", id=user_id))

    done = {"disable": _("The user was disabled; their sessions have ended."), "enable": _("The user can sign in again.")}
    return form.answer(save, done=done[action]) or form.page(title, intro=intro)


def _id(request: Request) -> int:
    return int(request.matchdict["id"])


def _hash(request: Request, data: dict[str, Any], login: Any) -> str:
    password = data.get("password") or ""
    return passwords.accepted_hash(password, login=login if isinstance(login, str) else "", demo=request.deployment.settings.demo)


def _label(labels: Any, word: str, locale: str) -> str:
    zh, en = labels.get(word, (word, word))
    return str(en if locale == "en" else zh)


def _actions(request: Request, user: User) -> list[Action]:
    made = [Action(_("Change"), request.route_path("users.edit", id=user.id), "primary")]
    if user.active:
        made.append(Action(_("Link") if user.password_hash else _("Invite"), request.route_path("users.link", id=user.id)))
    made.append(Action(_("Set password"), request.route_path("users.password", id=user.id)))
    made.append(Action(_("Divisions of roles"), request.route_path("users.divisions", id=user.id)))
    if user.active and Layout(request).has_route("users.sees"):
        made.append(Action(_("What do they see?"), request.route_path("users.sees", id=user.id)))
    if user.second_factor_at is not None:
        made.append(Action(_("Remove second factor"), request.route_path("users.second_factor", id=user.id)))
    if user.active and user.id != request.actor.user_id:
        made.append(Action(_("Disable"), request.route_path("users.disable", id=user.id)))
    if not user.active:
        made.append(Action(_("Enable"), request.route_path("users.enable", id=user.id)))
    if user.id != request.actor.user_id:
        made.append(Action(_("Delete"), request.route_path("users.delete", id=user.id)))
    return made


def _sessions(request: Request, user: User) -> Related:
    zone = request.deployment.settings.timezone
    rows = [
        (each.device or "–", each.address or "–", formats.moment(each.last_seen_at, zone))
        for each in open_sessions_of(request.dbsession, user.id, request.ctx.now)
    ]
    heads = (_("Device"), _("Network address"), _("Last used"))
    more = request.route_path("users.sessions", id=user.id)
    return Related(_("Open sessions"), heads, rows[:5], empty=_("Nobody is signed in."), more_href=more)


def _initial(request: Request, user: User) -> dict[str, Any]:
    names = ("name", "kind", "email", "organisation_id", "customer_id", "division_code", "locale")
    roles = request.service(UserService).roles_of([user.id])[user.id]
    return {name: getattr(user, name) for name in names} | {"roles": [role.code for role in roles]}


def _sources(request: Request) -> dict[str, Source]:
    """Organisations as an indented list, roles as boxes, customers by search."""
    locale = request.locale_name
    tree = request.service(OrganisationService).tree()
    organisations = [(each.id, "\u3000" * (each.path.count("/") - 2) + each.label(locale)) for each in tree if each.active]
    sources = {
        "organisation_id": Source(options=organisations),
        "roles": Source(
            options=[(role.code, role.label(locale)) for role in request.service(RoleService).all() if role.code != "public"]
        ),
    }
    if Layout(request).has_route("customers.options"):
        sources["customer_id"] = Source(href=request.route_path("customers.options"))
    return sources
