"""Messages and links that could not be sent, with another round for each."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import or_, select, update

from shuhua_core.accounts.link_delivery import retry as retry_link
from shuhua_core.accounts.models import AccountLink, LoginSession, User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.clock import AHEAD
from shuhua_core.kernel.errors import NotFound
from shuhua_core.messages.letters import DIGEST
from shuhua_core.messages.models import Delivery, Message

from .. import formats
from ..api import record_id
from ..i18n import _
from ..layout import flash
from ..records import PostButton, Table

SHOWN = 50
MANAGE = Permission.SYSTEM_MANAGE
PURPOSES = {"invite": _("Invitation"), "reset": _("New password link")}


def failed_messages(request: Request) -> Table:
    """Deliveries of messages that were given up, newest first."""
    query = (
        select(Delivery, Message.number, Message.notice, User.name)
        .outerjoin(Message, Message.id == Delivery.message_id)
        .join(User, User.id == Delivery.user_id)
        .where(Delivery.state == "failed")
        .order_by(Delivery.id.desc())
        .limit(SHOWN)
    )
    zone = request.deployment.settings.timezone
    rows = [
        (
            (formats.moment(each.ended_at, zone), name, number, notice or DIGEST, each.channel, each.attempts, each.last_error),
            (PostButton(_("Try again"), request.route_path("system.messages.retry", id=each.id)),),
        )
        for each, number, notice, name in request.dbsession.execute(query)
    ]
    heads = (_("At"), _("To"), _("Number"), _("Message"), _("Channel"), _("Attempts"), _("Last error"))
    return Table(_("Messages that could not be sent"), heads, rows, empty=_("All messages went out."))


def wrong_clocks(request: Request) -> Table:
    """Phones that are signed in and whose clocks are wrong, the latest seen first."""
    limit = AHEAD.total_seconds()
    query = (
        select(LoginSession, User.name)
        .join(User, User.id == LoginSession.user_id)
        .where(LoginSession.ended_at.is_(None), LoginSession.expires_at > request.ctx.now)
        .where(or_(LoginSession.clock_skew > limit, LoginSession.clock_skew < -limit))
        .order_by(LoginSession.last_seen_at.desc(), LoginSession.id)
        .limit(SHOWN)
    )
    zone = request.deployment.settings.timezone
    rows = [
        ((name, each.device, formats.moment(each.last_seen_at, zone), formats.number(round((each.clock_skew or 0) / 60))), ())
        for each, name in request.dbsession.execute(query)
    ]
    heads = (_("Who"), _("Device"), _("Last used"), _("Minutes ahead"))
    return Table(_("Phones with wrong clocks"), heads, rows, empty=_("All clocks are right."))


def failed_links(request: Request) -> Table:
    """Invitations and password links that could not be sent and still would work."""
    now, zone = request.ctx.now, request.deployment.settings.timezone
    query = (
        select(AccountLink, User.name)
        .join(User, User.id == AccountLink.user_id)
        .where(AccountLink.last_error.is_not(None), AccountLink.sent_at.is_(None), AccountLink.ended_at.is_(None))
        .where(AccountLink.expires_at > now)
        .order_by(AccountLink.id.desc())
        .limit(SHOWN)
    )
    rows = [
        (
            (formats.moment(each.created_at, zone), name, request.tr(PURPOSES[each.purpose]), each.attempts, each.last_error),
            (PostButton(_("Try again"), request.route_path("system.links.retry", id=each.id)),),
        )
        for each, name in request.dbsession.execute(query)
    ]
    heads = (_("At"), _("To"), _("Link"), _("Attempts"), _("Last error"))
    return Table(_("Links that could not be sent"), heads, rows, empty=_("All links went out."))


@view_config(route_name="system.messages.retry", request_method="POST", permission=MANAGE)
def retry_message(request: Request) -> Any:
    """Give the delivery of a message another round."""
    result = request.dbsession.execute(
        update(Delivery)
        .where(Delivery.id == record_id(request), Delivery.state == "failed")
        .values(state="waiting", ended_at=None, attempts=0, available_at=request.ctx.now)
        .returning(Delivery.id)
    )
    if result.scalar_one_or_none() is None:
        raise NotFound
    return _again(request)


@view_config(route_name="system.links.retry", request_method="POST", permission=MANAGE)
def try_link_again(request: Request) -> Any:
    """Give a link that could not be sent another round."""
    if not retry_link(request.dbsession, record_id(request), request.ctx.now):
        raise NotFound
    return _again(request)


def _again(request: Request) -> Any:
    flash(request, _("The delivery will be tried again."))
    return HTTPSeeOther(request.route_path("system.plugins"))
