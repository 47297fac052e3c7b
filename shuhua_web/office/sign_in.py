"""Signing in and out, changing one's password, choosing the language."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import func, select

from shuhua_core.accounts import sign_in as accounts
from shuhua_core.accounts.models import Role, User, UserRole
from shuhua_core.accounts.sessions import end_session
from shuhua_core.accounts.users import UserService
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.i18n import LOCALES
from shuhua_core.kernel.schema import deserialize
from shuhua_web.context import LOCALE_COOKIE
from shuhua_web.forms import form_for
from shuhua_web.i18n import _
from shuhua_web.layout import own_path
from shuhua_web.logging import request_id
from shuhua_web.security import (
    PUBLIC,
    SIGNED_IN,
    clear_session_cookie,
    pending_token,
    set_pending_cookie,
    set_session_cookie,
)
from shuhua_web.widgets import PasswordWidget, TextWidget

from .schema import ChangePasswordSchema, CodeSchema, SignInSchema

BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
"""Words of a browser's own description -> what it is; the first that fits, since many also name their ancestors."""


@view_config(route_name="sign_in", permission=PUBLIC, renderer="shuhua_web:templates/sign_in.pt")
def sign_in(request: Request) -> Any:
    """Ask for login and password, and lead back to the page that was wanted."""
    wanted = own_path(request, request.GET.get("next"))
    if request.actor.kind == "user" and request.method == "GET":
        return HTTPSeeOther(wanted)
    widgets = {
        "login": TextWidget(SignInSchema().children[0].typ, autocomplete="username", autofocus=True),
        "password": PasswordWidget(autocomplete="current-password"),
    }
    form = form_for(SignInSchema, request, submit=_("Sign in"), widgets=widgets)
    opened = []

    def save(data: dict[str, Any]) -> str:
        values = deserialize(SignInSchema, data)
        opened.append(
            accounts.sign_in(
                request.deployment,
                values["login"],
                values["password"],
                address=request.client_address,
                device=browser_name(request.user_agent),
                request_id=request_id(request),
            )
        )
        return request.route_path("sign_in.code", _query={"next": wanted}) if opened[0].pending else wanted

    response = form.answer(save, once=False)
    if response is not None and opened[0].pending:
        set_pending_cookie(request, response, opened[0].token)
        return response
    if response is not None:
        set_session_cookie(request, response, opened[0].token)
        response.set_cookie(LOCALE_COOKIE, opened[0].actor.locale, path="/", samesite="Lax")
        return response
    return form.page(_("Sign in"), demo=_demo_logins(request) if request.deployment.settings.demo else ())


@view_config(route_name="sign_in.code", permission=PUBLIC, renderer="shuhua_web:templates/sign_in.pt")
def sign_in_code(request: Request) -> Any:
    """Ask for the code of the second factor, after the password was right."""
    wanted = own_path(request, request.GET.get("next"))
    typ = CodeSchema().children[0].typ
    widgets = {"code": TextWidget(typ, autocomplete="one-time-code", autofocus=True)}
    form = form_for(CodeSchema, request, submit=_("Sign in"), widgets=widgets, cancel=request.route_path("sign_in"))
    opened = []

    def save(data: dict[str, Any]) -> str:
        opened.append(
            accounts.finish_sign_in(
                request.deployment,
                pending_token(request),
                deserialize(CodeSchema, data)["code"],
                address=request.client_address,
                device=browser_name(request.user_agent),
                request_id=request_id(request),
            )
        )
        return wanted

    response = form.answer(save, once=False)
    if response is not None:
        set_session_cookie(request, response, opened[0].token)
        response.set_cookie(LOCALE_COOKIE, opened[0].actor.locale, path="/", samesite="Lax")
        return response
    return form.page(_("Second factor"), demo=())


def browser_name(agent: str | None) -> str | None:
    """Which browser on which system, as a person says it, of what the browser says about itself."""
    text = agent or ""
    browser = next((name for word, name in BROWSERS if word in text), None)
    system = next((name for word, name in SYSTEMS if word in text), None)
    return " · ".join(each for each in (browser, system) if each) or None


def _demo_logins(request: Request) -> list[tuple[str, str]]:
    """(login, role) of one user of each role, for those who try the demonstration."""
    query = (
        select(func.min(User.login).label("login"), Role.zh, Role.en)
        .join(UserRole, UserRole.user_id == User.id)
        .join(Role, Role.id == UserRole.role_id)
        .where(User.active)
        .group_by(Role.id, Role.zh, Role.en)
        .order_by(Role.id)
    )
    with request.deployment.database.read() as session:
        return [(row.login, row.en if request.locale_name == "en" else row.zh) for row in session.execute(query)]


@view_config(route_name="sign_out", request_method="POST", permission=SIGNED_IN)
def sign_out(request: Request) -> Any:
    """End this session."""
    end_session(request.ctx, request.login_session.session_id)
    response = HTTPSeeOther(request.route_path("sign_in"))
    clear_session_cookie(request, response)
    return response


@view_config(route_name="password", permission=SIGNED_IN, renderer="shuhua_web:templates/form.pt")
def change_password(request: Request) -> Any:
    """Change one's own password; all other sessions end."""
    widgets = {
        "old": PasswordWidget(autocomplete="current-password"),
        "new": PasswordWidget(autocomplete="new-password"),
        "again": PasswordWidget(autocomplete="new-password"),
    }
    form = form_for(ChangePasswordSchema, request, submit=_("Change password"), widgets=widgets)

    def save(data: dict[str, Any]) -> str:
        values = deserialize(ChangePasswordSchema, data)
        if values["new"] != values["again"]:
            raise Invalid({"again": _("The two new passwords differ.")})
        if values["new"] == values["old"]:
            raise Invalid({"new": _("Choose another password than the present one.")})
        accounts.change_password(
            request.deployment,
            request.actor,
            values["old"],
            values["new"],
            address=request.client_address,
            keep_session=request.login_session.session_id,
            request_id=request_id(request),
        )
        return request.route_path("home")

    done = _("Your password was changed. All your other sessions have ended.")
    demanded = request.login_session.demand == "password"
    intro = _("Somebody else chose your present password. Choose one of your own to go on.") if demanded else None
    return form.answer(save, done=done, once=False) or form.page(_("Change password"), intro=intro)


@view_config(route_name="language", request_method="POST", permission=PUBLIC)
def choose_language(request: Request) -> Any:
    """Keep the chosen language: in a cookie, and with the person who is signed in. Leads back to the page."""
    locale = request.POST.get("locale")
    if locale not in LOCALES:
        raise Invalid({"locale": _("There is no such language.")})
    if request.actor.kind == "user":
        request.service(UserService).choose_locale(locale)
    response = HTTPSeeOther(own_path(request, request.POST.get("back")))
    response.set_cookie(LOCALE_COOKIE, locale, max_age=31_536_000, path="/", samesite="Lax")
    return response
