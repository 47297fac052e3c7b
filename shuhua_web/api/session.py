"""Signing in and out of a phone or another program."""

from __future__ import annotations

from typing import Any

import colander
from pyramid.request import Request

from shuhua_core.accounts.sessions import end_session
from shuhua_core.accounts.sign_in import sign_in
from shuhua_core.kernel.errors import (
    NotSignedIn,
    PasswordChangeRequired,
    SecondFactorMissing,
    SecondFactorRequired,
    SignInFailed,
    TooMany,
)
from shuhua_core.kernel.schema import InputSchema, Text, deserialize, field

from ..i18n import _
from ..logging import request_id
from ..security import PUBLIC, SIGNED_IN
from .outputs import Out, Serializer
from .resource import api_view


class Password(Text):
    """Taken as it was typed, with white space at its ends."""

    def read(self, node: Any, value: Any) -> Any:
        """The password, unless it is longer than any can be."""
        if not isinstance(value, str) or not 0 < len(value) <= self.maximum:
            raise colander.Invalid(node, _("Enter your password."))
        return value


class SignIn(InputSchema):
    """Login and password, and what the phone calls itself."""

    login = field(Text(60), _("Login"), required=True)
    password = field(Password(200), _("Password"), required=True)
    device = field(Text(100), _("Device"))
    otp = field(
        Text(30),
        _("Code", context="second factor"),
        help=_("The code of the second factor, where the answer without one was second_factor_required."),
    )


USER = Serializer(
    "SignedInUser",
    [
        Out("id", "integer", lambda actor: actor.user_id),
        Out("login", "string"),
        Out("name", "string"),
        Out("locale", "string"),
        Out("roles", ["string"], lambda actor: sorted(actor.roles)),
        Out(
            "permissions",
            ["string"],
            lambda actor: sorted(str(each) for each in actor.grants),
            description="What the user may do to some row.",
        ),
        Out("organisation_id", "integer", nullable=True),
        Out("customer_id", "integer", nullable=True),
    ],
)
SESSION = Serializer("Session", [Out("expires_at", "moment"), Out("user", USER, lambda session: session.actor)])
NEW_SESSION = Serializer(
    "NewSession",
    [Out("token", "string", description="Send it as `Authorization: Bearer <token>`. It cannot be had again."), *SESSION.fields],
)


@api_view(
    route_name="api.session",
    method="POST",
    permission=PUBLIC,
    tag="session",
    summary="Sign in",
    body=SignIn,
    answer=NEW_SESSION,
    status=201,
    errors=(SignInFailed, SecondFactorRequired, SecondFactorMissing, PasswordChangeRequired, TooMany),
    require_csrf=False,
    example={"login": "repairer", "password": "a long password of yours", "device": "Phone of the van"},
)
def sign_in_device(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """A token for a device. Takes short transactions of its own, so that hashing never holds up other writers."""
    values = deserialize(SignIn, body)
    opened = sign_in(
        request.deployment,
        values["login"],
        values["password"],
        address=request.client_address,
        kind="device",
        device=values["device"],
        code=values["otp"],
        request_id=request_id(request),
    )
    return NEW_SESSION.one(opened)


@api_view(route_name="api.session", method="GET", permission=SIGNED_IN, tag="session", summary="Who is signed in", answer=SESSION)
def read_session(request: Request) -> dict[str, Any]:
    """The caller's session."""
    return SESSION.one(request.login_session)


@api_view(route_name="api.session", method="DELETE", permission=SIGNED_IN, tag="session", summary="Sign out", status=204)
def sign_out(request: Request) -> None:
    """End the caller's session: its token is refused from now on."""
    if not end_session(request.ctx, request.login_session.session_id):
        raise NotSignedIn
