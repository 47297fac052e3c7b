"""The second factor: setting it up with an app, and removing it."""

from __future__ import annotations

from typing import Any

import segno
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.view import view_config

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.accounts.second_factor import SecondFactorService, address_of, key_of, new_nonce, take_away
from shuhua_core.accounts.sign_in import check_code
from shuhua_core.accounts.users import UserService
from shuhua_core.kernel.errors import Invalid, SecondFactorRequired, WrongState
from shuhua_core.kernel.schema import InputSchema, Text, deserialize, field
from shuhua_web.forms import form_for
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs
from shuhua_web.logging import request_id
from shuhua_web.office.schema import CodeSchema
from shuhua_web.security import SIGNED_IN
from shuhua_web.widgets import TextWidget

PAGE = "shuhua_web:accounts/templates/second_factor.pt"


class SetUpSchema(InputSchema):
    """The first code of a new key."""

    code = field(Text(10), _("Code", context="second factor"), required=True)


def code_widget(schema: type[InputSchema]) -> TextWidget:
    """A field for a code, into which a phone types by itself."""
    typ = next(child.typ for child in schema().children if child.name == "code")
    return TextWidget(typ, autocomplete="one-time-code", inputmode="text", autofocus=True)


@view_config(route_name="second_factor", permission=SIGNED_IN, renderer=PAGE)
def second_factor(request: Request) -> Any:
    """Set up a second factor, or remove the one there is."""
    with request.deployment.database.read() as session:
        present = session.get_one(User, request.actor.user_id).second_factor_at
    return _remove(request) if present is not None else _set_up(request)


def _set_up(request: Request) -> Any:
    settings, user_id = request.deployment.settings, request.actor.user_id
    # The key is derived from the nonce and a secret of the server, so the address may carry it.
    nonce = str(request.GET.get("nonce") or new_nonce())[:40]
    action = request.route_path("second_factor", _query={"nonce": nonce})
    widgets = {"code": code_widget(SetUpSchema)}
    form = form_for(SetUpSchema, request, submit=_("Put it in force"), action=action, widgets=widgets)
    codes: list[str] = []

    def save(data: dict[str, Any]) -> str:
        code = deserialize(SetUpSchema, data)["code"]
        service = request.service(SecondFactorService)
        codes.extend(service.set_up(nonce, code, keep_session=request.login_session.session_id))
        return str(request.route_path("home"))

    title = _("Second factor")
    if form.answer(save, once=False) is not None:
        page = {"title": title, "codes": codes}
        return render_to_response("shuhua_web:accounts/templates/codes.pt", page, request=request)
    qr = segno.make(address_of(settings, str(request.actor.login), user_id, nonce), error="m", micro=False)
    values = {"qr": qr.svg_inline(scale=5, light="white"), "key": key_of(settings, user_id, nonce)}
    demanded = request.login_session.demand == "second_factor"
    intro = _("Your role asks for a second factor: set it up to go on.") if demanded else None
    return form.page(title, intro=intro, **values)


def _remove(request: Request) -> Any:
    form = form_for(CodeSchema, request, submit=_("Remove"), tone="danger", widgets={"code": code_widget(CodeSchema)})

    def save(data: dict[str, Any]) -> str:
        code = deserialize(CodeSchema, data)["code"]
        try:
            check_code(
                request.deployment,
                request.actor.user_id,
                code,
                address=request.client_address,
                request_id=request_id(request),
            )
        except SecondFactorRequired as error:
            raise Invalid({"code": error.message}) from error
        request.service(SecondFactorService).remove()
        return str(request.route_path("sessions"))

    done = _("You sign in with your password alone again.")
    left = request.service(SecondFactorService).recovery_codes_left() if request.method == "GET" else None
    intro = _("You sign in with a code besides your password. Recovery codes left: ${n}.", mapping={"n": left})
    return form.answer(save, done=done, once=False) or form.page(_("Second factor"), intro=intro if left is not None else None)


@view_config(route_name="users.second_factor", permission=Permission.ACCOUNTS_EDIT, renderer="shuhua_web:templates/form.pt")
def take_from_user(request: Request) -> Any:
    """Take away the second factor of a user who has lost it; all their sessions stay, their password too."""
    user_id = int(request.matchdict["id"])
    back = request.route_path("users.view", id=user_id)
    if request.method == "GET":
        request.service(UserService).get(user_id)
    form = form_for(InputSchema, request, submit=_("Remove second factor"), tone="danger", cancel=back)

    def save(_data: dict[str, Any]) -> str:
        users = request.service(UserService)
        user = users.for_change(user_id)
        users.refuse_giving(users.roles_of([user.id])[user.id], user)
        if user.second_factor_at is None:
            raise WrongState(_("The user has no second factor."))
        take_away(request.ctx, user)
        return str(back)

    intro = _("For somebody who has lost their phone and their recovery codes. Make sure that it is really they who ask.")
    way = crumbs(request, (_("Users"), "users.list"), (_("Remove second factor"), None))
    return form.answer(save, done=_("The second factor was removed.")) or form.page(
        _("Remove second factor"), intro=intro, crumbs=way
    )
