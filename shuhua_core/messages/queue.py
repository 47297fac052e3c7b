"""Which deliveries are sent next: those that are due, as many as their channels bear, each by one worker alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from ..accounts.link_delivery import tried_since
from ..accounts.models import LoginSession, User
from ..kernel.deployment import Deployment
from ..plugins.contracts import NO_RULES, ChannelRules, Notice
from .contacts import contacts_of
from .digests import gather_bursts, gather_nights
from .letters import Reader, digest_of, notice_of
from .models import Delivery, DeviceAddress, Message

LEASE = timedelta(minutes=5)
MINUTE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A delivery that this process has leased; ``attempt`` tells it from the one that another worker may make later.

    Without a ``notice`` there is nobody to send it to any more.
    """

    delivery_id: int
    channel: str
    user_id: int
    attempt: int
    urgent: bool
    address_id: int | None
    digest: bool
    notice: Notice | None


def anything_due(deployment: Deployment, session: Session, rules: Mapping[str, ChannelRules]) -> bool:
    """Whether there is something to lease. Reads only."""
    now = deployment.clock.now()
    limited = {name: each.a_minute for name, each in rules.items() if each.a_minute is not None}
    full = [name for name, most in limited.items() if _room(deployment, session, name, most) <= 0]
    return session.scalar(select(Delivery.id).where(*_open(now), Delivery.channel.not_in(full)).limit(1)) is not None


def lease(deployment: Deployment, session: Session, rules: Mapping[str, ChannelRules], limit: int) -> list[Outgoing]:
    """Make digests of what belongs together, then take what is due: the urgent first, then the oldest."""
    now = deployment.clock.now()
    gather_nights(session, now)
    gather_bursts(session, [name for name, each in rules.items() if each.merges], now)
    limited = {name: each.a_minute for name, each in rules.items() if each.a_minute is not None}
    taken = _take(session, now, Delivery.channel.not_in(limited), limit)
    for name, most in limited.items():
        _one_at_a_time(session, name)
        room = min(_room(deployment, session, name, most), limit)
        if room > 0:
            taken += _take(session, now, Delivery.channel == name, room)
    notices = _notices(deployment, session, taken, rules)
    return [
        Outgoing(
            *(each.id, each.channel, each.user_id, each.attempts, each.urgent, each.address_id, each.message_id is None),
            notices.get(each.id),
        )
        for each in taken
    ]


def wait_at_least(rules: ChannelRules) -> timedelta:
    """The shortest time between two attempts of one delivery: within a minute of counting, each delivery counts once."""
    return MINUTE if rules.a_minute is not None else timedelta()


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Delivery.ended_at.is_(None), Delivery.available_at <= now


def _take(session: Session, now: datetime, which: ColumnElement[bool], limit: int) -> list[Delivery]:
    # What the night held goes out in a digest, which the gathering has made; the rest of it is somebody else's.
    mine = or_(Delivery.held_until.is_(None), Delivery.message_id.is_(None))
    found = session.scalars(
        select(Delivery)
        .where(*_open(now), mine, which)
        .order_by(Delivery.urgent.desc(), Delivery.available_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for each in found:
        each.attempts += 1
        each.available_at = now + LEASE
        each.tried_at = now + LEASE
    return list(found)


def room_for_links(deployment: Deployment, session: Session, rules: Mapping[str, ChannelRules]) -> int | None:
    """How many links may go out now by the channels that carry them; None where none of these has a bound.

    Which of them takes a link shows when it is sent, so the one that bears least decides.
    """
    carrying = {name: rules[name].a_minute for name in deployment.settings.link_channels.split() if name in rules}
    rooms = []
    for name, most in carrying.items():
        if most is not None:
            _one_at_a_time(session, name)
            rooms.append(_room(deployment, session, name, most))
    return min(rooms, default=None)


def _room(deployment: Deployment, session: Session, channel: str, most: int) -> int:
    """How many more may go out now. One that is under way counts until a minute after its end, or after its lease.

    Invitations and password links count at each channel that may carry them: which one did is not kept.
    """
    since = deployment.clock.now() - MINUTE
    used = session.scalar(select(func.count()).where(Delivery.channel == channel, Delivery.tried_at > since)) or 0
    links = tried_since(session, since) if channel in deployment.settings.link_channels.split() else 0
    return most - used - links


def _one_at_a_time(session: Session, channel: str) -> None:
    """On PostgreSQL two workers would each count without the other's; on SQLite writers come one after the other anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(f"channel\0{channel}".encode()).digest()[:8], "big", signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))


def _notices(
    deployment: Deployment, session: Session, taken: Sequence[Delivery], rules: Mapping[str, ChannelRules]
) -> dict[int, Notice]:
    """What each delivery is to bring, where there is still somebody to bring it to. Six statements at most."""
    users = {each.id: each for each in session.scalars(select(User).where(User.id.in_({one.user_id for one in taken})))}
    addresses = _addresses(session, {one.address_id for one in taken if one.address_id is not None}, deployment.clock.now())
    contents = _contents(session, taken)
    contacts = contacts_of(session, [contents[one.id][0] for one in taken if one.message_id is not None])
    found: dict[int, Notice] = {}
    for each in taken:
        messages, user = contents[each.id], users[each.user_id]
        address = addresses.get(each.address_id) if each.address_id is not None else None
        if not messages or (each.address_id is not None and address is None):
            continue
        reader = Reader(user, rules.get(each.channel, NO_RULES), address)
        if each.message_id is not None:
            found[each.id] = notice_of(deployment, messages[0], reader, contacts.get(messages[0].id))
        else:
            found[each.id] = digest_of(deployment, each.id, messages, reader, night=each.held_until is not None)
    return found


def _addresses(session: Session, ids: set[int], now: datetime) -> dict[int, str]:
    """Addresses of devices whose sessions go on."""
    if not ids:
        return {}
    query = (
        select(DeviceAddress.id, DeviceAddress.address)
        .join(LoginSession, LoginSession.id == DeviceAddress.session_id)
        .where(DeviceAddress.id.in_(ids), DeviceAddress.ended_at.is_(None))
        .where(LoginSession.ended_at.is_(None), LoginSession.expires_at > now)
    )
    return {row.id: row.address for row in session.execute(query)}


def _contents(session: Session, taken: Sequence[Delivery]) -> dict[int, list[Message]]:
    """The messages of each delivery, the oldest first: its own, or those that its digest brings."""
    found: dict[int, list[Message]] = {each.id: [] for each in taken}
    single = {each.message_id for each in taken if each.message_id is not None}
    loaded = {each.id: each for each in session.scalars(select(Message).where(Message.id.in_(single)))} if single else {}
    for each in taken:
        if each.message_id is not None:
            found[each.id].append(loaded[each.message_id])
    digests = [each.id for each in taken if each.message_id is None]
    if digests:
        query = (
            select(Delivery.digest_id, Message)
            .join(Message, Message.id == Delivery.message_id)
            .where(Delivery.digest_id.in_(digests))
            .order_by(Message.id)
        )
        for digest_id, message in session.execute(query):
            if digest_id is not None:
                found[digest_id].append(message)
    return found
