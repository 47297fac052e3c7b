"""Where the caller's device gets messages when the app is closed: a Web Push subscription, as long as its session goes on."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import Invalid
from shuhua_core.messages.addresses import AddressService, PushSubscription
from shuhua_core.plugins.contracts import rules_of

from ..api import Out, Serializer, api_view
from ..security_log import note

SUBSCRIBED = Serializer(
    "PushSubscribed",
    [Out("channels", ["string"], description="Names of the notification channels that reach this device.")],
)


@api_view(
    route_name="api.push_subscription",
    method="GET",
    permission=Permission.MESSAGES_VIEW,
    tag="messages",
    summary="Which channels reach this device",
    answer=SUBSCRIBED,
)
def read(request: Request) -> dict[str, Any]:
    """The channels of the caller's session."""
    return _answer(request)


@api_view(
    route_name="api.push_subscription",
    method="PUT",
    permission=Permission.MESSAGES_VIEW,
    tag="messages",
    summary="Send messages to this device",
    description="The subscription that the browser's `pushManager.subscribe` gave, for a channel that the root's `capabilities`"
    " show with `devices`; its `public.application_server_key` is what the browser needs. Sending it again changes nothing. It"
    " ends with the session, when somebody else subscribes the same device, and when its push service says that it is gone.",
    body=PushSubscription,
    answer=SUBSCRIBED,
    example={
        "channel": "webpush",
        "endpoint": "https://push.example.com/send/abc",
        "keys": {"p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx", "auth": "BTBZMqHH6r4Tts7J_aSIgg"},
    },
)
def subscribe(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Reach the caller's session there."""
    channels = {name: rules_of(each) for name, each in request.registry.plugins.channels.items()}
    reaching = {name: rules for name, rules in channels.items() if rules.devices}
    try:
        request.service(AddressService).subscribe(request.login_session.session_id, body, reaching)
    except Invalid as refused:
        if "endpoint" in refused.errors:
            note(request, "egress.blocked", {})
        raise
    return _answer(request)


@api_view(
    route_name="api.push_subscription",
    method="DELETE",
    permission=Permission.MESSAGES_VIEW,
    tag="messages",
    summary="Send no more messages to this device",
    status=204,
)
def unsubscribe(request: Request) -> None:
    """Forget where the caller's session is reached."""
    request.service(AddressService).unsubscribe(request.login_session.session_id)


def _answer(request: Request) -> dict[str, Any]:
    found = request.service(AddressService).of_session(request.login_session.session_id)
    return {"channels": [each.channel for each in found]}
