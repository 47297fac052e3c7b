"""Links to set a password: made by an administrator, asked for by who has forgotten it, and used."""

from __future__ import annotations

from typing import Any

from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.view import view_config

from shuhua_core.accounts.links import LinkService, ShownLink, ask_for_reset, holder_of, use_link
from shuhua_core.accounts.permissions import Permission
from shuhua_core.accounts.users import UserService
from shuhua_core.kernel.errors import Invalid, TooMany
from shuhua_core.kernel.schema import Choice, InputSchema, Text, deserialize, field
from shuhua_web import formats
from shuhua_web.api.outputs import Out, Serializer
from shuhua_web.api.resource import api_view
from shuhua_web.forms import form_for
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs, flash
from shuhua_web.logging import request_id
from shuhua_web.office.schema import Password
from shuhua_web.security import PUBLIC
from shuhua_web.widgets import PasswordWidget, TextWidget

WAYS = {"show": ("显示链接，由我转交", "Show it to me, I hand it over"), "send": ("发送给该用户", "Send it to the user")}
ASKED = _("If there is such a user, a link is on its way to the address that we have. It works for 30 minutes.")


class LinkSchema(InputSchema):
    """How a link reaches the user."""

    way = field(Choice(WAYS), _("Link"), default="show")


class ForgottenSchema(InputSchema):
    """Whose password has been forgotten."""

    login = field(Text(200), _("Login"), required=True)


class ChosenPasswordSchema(InputSchema):
    """The new password, twice, since it cannot be seen while it is typed."""

    new = field(Password(), _("New password"), required=True, help=_("At least 10 characters. A sentence is easy to remember."))
    again = field(Password(), _("New password again"), required=True)


@view_config(route_name="users.link", permission=Permission.ACCOUNTS_EDIT, renderer="shuhua_web:templates/form.pt")
def make_link(request: Request) -> Any:
    """An invitation, or a link to set a new password, shown once or sent."""
    user = request.service(UserService).get(int(request.matchdict["id"]))
    back = request.route_path("users.view", id=user.id)
    form = form_for(LinkSchema, request, submit=_("Make link"), cancel=back)
    shown: list[ShownLink] = []

    def save(data: dict[str, Any]) -> str:
        service = request.service(LinkService)
        if deserialize(LinkSchema, data)["way"] == "send":
            service.send(user.id)
            flash(request, _("The link will be sent in a moment."))
        else:
            shown.append(service.make(user.id))
        return back

    title = _("New password link") if user.password_hash else _("Invitation")
    response = form.answer(save, once=False)
    if shown:
        until = formats.moment(shown[0].expires_at, request.deployment.settings.timezone)
        values = {"title": title, "address": shown[0].address, "until": until, "back": back}
        return render_to_response("shuhua_web:accounts/templates/link.pt", values, request=request)
    intro = _("The link lets whoever has it choose the password of this user, once. Earlier links stop working.")
    way = crumbs(request, (_("Users"), "users.list"), (title, None))
    return response or form.page(title, intro=intro, crumbs=way)


@view_config(route_name="password.forgotten", permission=PUBLIC, renderer="templates/account.pt")
def forgotten(request: Request) -> Any:
    """Ask for a link. The answer is the same for everybody."""
    widgets = {"login": TextWidget(ForgottenSchema().children[0].typ, autocomplete="username", autofocus=True)}
    form = form_for(ForgottenSchema, request, submit=_("Send me a link"), widgets=widgets)

    def save(data: dict[str, Any]) -> str:
        ask_for_reset(request.deployment, deserialize(ForgottenSchema, data)["login"], address=request.client_address)
        return str(request.route_path("password.forgotten"))

    if form.answer(save, once=False) is not None:
        request.response.status_int = 202
        return {"title": _("Forgotten password"), "intro": ASKED}
    return form.page(_("Forgotten password"), intro=_("Enter your login. You get a link by which you choose a new password."))


@api_view(
    route_name="api.password_reset",
    method="POST",
    permission=PUBLIC,
    tag="session",
    summary="Ask for a link to set a new password",
    description="Answers the same for everybody; the link goes to the address that is stored with the user.",
    body=ForgottenSchema,
    answer=Serializer("ResetAsked", [Out("asked", "boolean")]),
    status=202,
    errors=(TooMany,),
    require_csrf=False,
    example={"login": "repairer"},
)
def forgotten_api(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """The same for a program."""
    ask_for_reset(request.deployment, deserialize(ForgottenSchema, body)["login"], address=request.client_address)
    return {"asked": True}


@view_config(route_name="account.link", permission=PUBLIC, renderer="templates/account.pt")
def choose_password(request: Request) -> Any:
    """Choose a password by a link, and then sign in with it."""
    token = request.matchdict["token"]
    with request.deployment.database.read() as session:
        login = holder_of(session, token, request.deployment.clock.now()).login
    widgets = {name: PasswordWidget(autocomplete="new-password") for name in ("new", "again")}
    form = form_for(ChosenPasswordSchema, request, submit=_("Set password"), widgets=widgets)

    def save(data: dict[str, Any]) -> str:
        values = deserialize(ChosenPasswordSchema, data)
        if values["new"] != values["again"]:
            raise Invalid({"again": _("The two new passwords differ.")})
        try:
            use_link(request.deployment, token, values["new"], request_id=request_id(request))
        except Invalid as error:
            raise Invalid({"new" if name == "password" else name: text for name, text in error.errors.items()}) from error
        return str(request.route_path("sign_in"))

    intro = _("Choose a password for the login ${login}.", mapping={"login": login})
    response = form.answer(save, once=False, done=_("Your password was set. Sign in with it."))
    return response or form.page(_("Choose your password"), intro=intro)
