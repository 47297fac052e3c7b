"""Where devices are reached: what a phone subscribes is kept as long as its session, and for one person alone."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import or_, select, update

from ..accounts.models import LoginSession
from ..kernel.context import Context
from ..kernel.errors import Invalid
from ..kernel.events import Event
from ..kernel.i18n import _
from ..kernel.schema import InputSchema, Text, deserialize, field
from ..plugins.contracts import ChannelRules
from .events import MessageEvent
from .models import DeviceAddress

NOT_OPEN = _("This address is not on the open internet.")
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_KEY = "[A-Za-z0-9_-]+={0,2}"
_PRIVATE = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".intranet", ".corp", ".home")


class PushKeys(InputSchema):
    """The keys of a browser's subscription, in base64url."""

    p256dh = field(Text(100, pattern=_KEY), _("Public key of the device"), required=True)
    auth = field(Text(40, pattern=_KEY), _("Secret of the device"), required=True)


class PushSubscription(InputSchema):
    """A browser's subscription as ``toJSON()`` of it gives it, and for which channel it is."""

    channel = field(Text(40), _("Channel"), required=True)
    endpoint = field(Text(1000), _("Address at the push service"), required=True)
    keys = PushKeys(title=_("Keys"))


class AddressService:
    """The address of the device whose session asks."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def subscribe(self, session_id: int, data: Mapping[str, Any], channels: Mapping[str, ChannelRules]) -> DeviceAddress:
        """Reach this device at a Web Push subscription from now on, and nobody else there any more.

        ``channels`` are those that reach devices. Doing it again changes nothing. Raises Invalid.
        """
        values = deserialize(PushSubscription, data)
        rules = channels.get(values["channel"])
        if rules is None:
            raise Invalid({"channel": _("No such channel reaches devices.")})
        problem = problem_of(values["endpoint"], trial=rules.trial)
        if problem is not None:
            raise Invalid({"endpoint": problem})
        ctx, channel = self._ctx, values["channel"]
        address = json.dumps({"endpoint": values["endpoint"], "keys": values["keys"]}, sort_keys=True)
        fingerprint = hashlib.sha256(values["endpoint"].encode()).hexdigest()
        # Who signs in on a phone takes it over: the person before gets nothing there any more.
        ctx.session.execute(
            _ending(ctx).where(
                DeviceAddress.fingerprint == fingerprint, DeviceAddress.channel == channel, DeviceAddress.session_id != session_id
            )
        )
        known = self.get(session_id, channel, ended=True)
        if known is not None and known.ended_at is None and known.address == address:
            return known
        if known is None:
            known = DeviceAddress(user_id=ctx.actor.user_id, session_id=session_id, channel=channel)
            ctx.session.add(known)
        known.address, known.fingerprint, known.created_at, known.ended_at = address, fingerprint, ctx.now, None
        ctx.session.flush()
        self._publish(MessageEvent.DEVICE_SUBSCRIBED, session_id, channel)
        return known

    def get(self, session_id: int, channel: str, *, ended: bool = False) -> DeviceAddress | None:
        """The session's address at a channel, one that has ``ended`` only where that is asked for."""
        query = select(DeviceAddress).where(DeviceAddress.session_id == session_id, DeviceAddress.channel == channel)
        return self._ctx.session.scalar(query if ended else query.where(DeviceAddress.ended_at.is_(None)))

    def of_session(self, session_id: int) -> list[DeviceAddress]:
        """All addresses of the session."""
        query = select(DeviceAddress).where(DeviceAddress.session_id == session_id, DeviceAddress.ended_at.is_(None))
        return list(self._ctx.session.scalars(query.order_by(DeviceAddress.channel)))

    def unsubscribe(self, session_id: int) -> None:
        """Send nothing to this device any more; nothing happens where nothing was sent."""
        for each in self.of_session(session_id):
            each.ended_at, each.address = self._ctx.now, ""
            self._publish(MessageEvent.DEVICE_UNSUBSCRIBED, session_id, each.channel)
        self._ctx.session.flush()

    def _publish(self, event: MessageEvent, session_id: int, channel: str) -> None:
        actor = self._ctx.actor
        if actor.user_id is None:
            raise ValueError("only a user has devices")
        begun = event is MessageEvent.DEVICE_SUBSCRIBED
        self._ctx.publish(
            Event(
                MessageEvent.DEVICE_SUBSCRIBED if begun else MessageEvent.DEVICE_UNSUBSCRIBED,
                "user",
                actor.user_id,
                action="subscribe" if begun else "unsubscribe",
                values={"session_id": session_id, "channel": channel},
            )
        )


def problem_of(endpoint: str, *, trial: bool = False) -> Any | None:
    """Why no browser can have given this address, or why nothing is sent there; None where all is well.

    A push service is https at a public name on its usual port. The name is looked up when something is sent, and what it then
    leads to is looked at again. ``trial`` allows http and this machine.
    """
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return _("This is no address.")
    if parts.username is not None or parts.password is not None or not re.fullmatch("[!-~]+", endpoint):
        return _("This is no address.")
    host = (parts.hostname or "").lower()
    if trial and parts.scheme in {"http", "https"} and host:
        return None
    if parts.scheme != "https" or port not in {None, 443}:
        return _("The address of a push service begins with https:// and has no other port.")
    # A number in any notation is no name of a push service: browsers are given names.
    if _HOST.fullmatch(host) is None or host.endswith(_PRIVATE) or _is_number(host):
        return NOT_OPEN
    return None


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def forget(ctx: Context, address_id: int) -> None:
    """Nobody is at this address any more, says its push service."""
    ctx.session.execute(_ending(ctx).where(DeviceAddress.id == address_id))


def sweep(ctx: Context) -> None:
    """Forget where devices were reached whose sessions are over; their rows go with the sessions."""
    over = select(LoginSession.id).where(or_(LoginSession.ended_at.is_not(None), LoginSession.expires_at <= ctx.now))
    ctx.session.execute(_ending(ctx).where(DeviceAddress.session_id.in_(over)))


def _ending(ctx: Context) -> Any:
    values = {"ended_at": ctx.now, "address": ""}
    ended = update(DeviceAddress).where(DeviceAddress.ended_at.is_(None)).values(values)
    return ended.execution_options(synchronize_session=False)
