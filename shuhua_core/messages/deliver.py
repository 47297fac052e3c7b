"""From a committed event to inboxes and channels, in the worker: at least once for each step, and never twice to a person.

1. :meth:`Messenger.deliver` writes the messages of one outbox entry and one delivery for each channel that takes them, and for
   each of a person's devices where the channel tells these apart. What the quiet hours hold back is marked with their end.
2. :meth:`Messenger.send_due` makes digests of what was held, sends what is due outside of any transaction, and notes the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from ..accounts.models import LoginSession, User
from ..audit.security import write_security
from ..kernel.actor import SYSTEM
from ..kernel.deployment import Deployment
from ..kernel.outbox import OutboxEntry
from ..plugins.contracts import (
    NO_RULES,
    AddressBlocked,
    AddressGone,
    ChannelRules,
    Notice,
    NotificationChannel,
    PermanentFailure,
    TemporaryFailure,
    rules_of,
)
from ..plugins.errors import FailureKind, PluginFailed
from ..plugins.runner import PluginRunner
from .addresses import forget
from .compose import Told, compose
from .letters import Reader, notice_of
from .models import Delivery, DeviceAddress, Message
from .notices import NOTICES
from .queue import Outgoing, anything_due, lease, room_for_links, wait_at_least
from .quiet import not_before

INBOX = "inbox"
FIRST_BACKOFF, LONGEST_BACKOFF = timedelta(seconds=30), timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A message that is to go by a channel, to one device where ``address_id`` says which."""

    message: Message
    channel: str
    address_id: int | None = None


class Messenger:
    """Writes the messages of events and sends them by ``channels`` of the plugins; without ``runner`` by the inbox alone."""

    def __init__(self, runner: PluginRunner | None = None, channels: Mapping[str, NotificationChannel] | None = None) -> None:
        self._runner = runner
        offered = channels if channels is not None and runner is not None else {}
        self._rules = {name: rules_of(channel) for name, channel in offered.items() if name != INBOX}

    def deliver(self, deployment: Deployment, entry: OutboxEntry) -> None:
        """Tell of one outbox entry. Doing it again tells nobody twice.

        Raises PluginFailed or TemporaryFailure when a channel could not say whether it takes it; the others have it then.
        """
        if entry.event not in NOTICES:
            return
        told = Told(
            entry.message_id,
            entry.event,
            entry.record_kind,
            entry.record_id,
            entry.number or "",
            entry.payload.get("values") or {},
            entry.actor_id,
            entry.created_at,
        )
        with deployment.database.write() as session:
            messages = compose(session, told)
            _add(deployment, session, [_Wanted(message, INBOX) for message in messages])
        if not self._rules:
            return
        wanted: list[_Wanted] = []
        silent: PluginFailed | TemporaryFailure | None = None
        with deployment.database.read() as session:
            found = _letters(deployment, session, Message.source_id == entry.message_id, self._rules)
            session.expunge_all()
        for channel in self._rules:
            try:
                wanted += [each for each, notice in found if each.channel == channel and self._accepts(channel, notice)]
            except (PluginFailed, TemporaryFailure) as failure:
                silent = failure
        if wanted:
            with deployment.database.write() as session:
                _add(deployment, session, wanted)
        if silent is not None:
            raise silent  # the worker asks again later; what the other channels take is under way

    def _accepts(self, channel: str, notice: Notice) -> bool:
        try:
            return self._runner is not None and self._runner.accepts(channel, notice)
        except PermanentFailure:
            return False

    def send_due(self, deployment: Deployment, limit: int = 50) -> int:
        """Send what is due, as much as the channels bear; returns how many deliveries were tried."""
        if self._runner is None:
            return 0
        with deployment.database.read() as session:
            if not anything_due(deployment, session, self._rules):
                return 0
        with deployment.database.write() as session:
            leased = lease(deployment, session, self._rules, limit)
        for outgoing in leased:
            self._send(deployment, self._runner, outgoing)
        return len(leased)

    def room_for_links(self, deployment: Deployment, session: Session) -> int | None:
        """How many invitations and password links may go out in this minute; None where no channel of theirs has a bound."""
        return room_for_links(deployment, session, self._rules)

    def _send(self, deployment: Deployment, runner: PluginRunner, outgoing: Outgoing) -> None:
        rules = self._rules.get(outgoing.channel, NO_RULES)
        if outgoing.notice is None:
            _settle(deployment, outgoing, rules, error="nobody is there any more", end="gone")
            return
        try:
            runner.send(outgoing.channel, outgoing.notice)
        except TemporaryFailure as failure:
            _settle(deployment, outgoing, rules, error=str(failure) or "temporary failure", after=failure.retry_after)
        except AddressGone as failure:
            _settle(deployment, outgoing, rules, error=str(failure) or "nobody is at this address", end="gone")
        except AddressBlocked as failure:
            _settle(deployment, outgoing, rules, error=str(failure) or "the address is blocked", end="failed")
            _note_blocked(deployment, outgoing)
        except PermanentFailure as failure:
            _settle(deployment, outgoing, rules, error=str(failure) or "permanent failure", end="failed")
        except PluginFailed as failure:
            # A plugin that rests, or works for somebody else, has not been asked: that is no attempt.
            asked = failure.kind not in {FailureKind.RESTING, FailureKind.BUSY}
            _settle(deployment, outgoing, rules, error=str(failure), after=failure.retry_after, counts=asked)
        else:
            _settle(deployment, outgoing, rules)


def _note_blocked(deployment: Deployment, outgoing: Outgoing) -> None:
    """Somebody's address leads to where nothing may be sent: that is for the security log, without the address itself."""
    write_security(
        deployment.database,
        "egress.blocked",
        now=deployment.clock.now(),
        actor_id=outgoing.user_id,
        record_kind="delivery",
        record_id=outgoing.delivery_id,
        detail={"channel": outgoing.channel},
    )


def _letters(
    deployment: Deployment, session: Session, which: ColumnElement[bool], rules: Mapping[str, ChannelRules]
) -> list[tuple[_Wanted, Notice]]:
    """Every way that a message could go, with what would be sent: by each channel, to each device where it reaches these."""
    people = session.execute(select(Message, User).join(User, User.id == Message.user_id).where(which).order_by(Message.id)).all()
    devices = [name for name, each in rules.items() if each.devices]
    addresses = _devices(deployment, session, {user.id for _message, user in people}, devices) if devices else []
    found: list[tuple[_Wanted, Notice]] = []
    for channel, own in rules.items():
        for message, user in people:
            if not own.devices:
                found.append((_Wanted(message, channel), notice_of(deployment, message, Reader(user, own))))
                continue
            found += [
                (_Wanted(message, channel, each.id), notice_of(deployment, message, Reader(user, own, each.address)))
                for each in addresses
                if each.user_id == user.id and each.channel == channel
            ]
    return found


def _devices(deployment: Deployment, session: Session, user_ids: set[int], channels: Sequence[str]) -> list[DeviceAddress]:
    """Where these people's devices are reached, as long as they are signed in."""
    query = (
        select(DeviceAddress)
        .join(LoginSession, LoginSession.id == DeviceAddress.session_id)
        .where(DeviceAddress.user_id.in_(user_ids), DeviceAddress.channel.in_(channels), DeviceAddress.ended_at.is_(None))
        .where(LoginSession.ended_at.is_(None), LoginSession.expires_at > deployment.clock.now())
        .order_by(DeviceAddress.id)
    )
    return list(session.scalars(query))


def _add(deployment: Deployment, session: Session, wanted: Sequence[_Wanted]) -> None:
    """Deliveries that are not there yet; the stored message is the inbox's delivery."""
    now = deployment.clock.now()
    ids = {each.message.id for each in wanted}
    stored = session.execute(
        select(Delivery.message_id, Delivery.channel, Delivery.address_id).where(Delivery.message_id.in_(ids))
    )
    known = {tuple(row) for row in stored}
    rows = []
    for each in wanted:
        if (each.message.id, each.channel, each.address_id) in known:
            continue
        morning = not_before(each.channel, now, deployment.settings, urgent=each.message.urgent)
        rows.append(
            {
                "user_id": each.message.user_id,
                "message_id": each.message.id,
                "channel": each.channel,
                "address_id": each.address_id,
                "urgent": each.message.urgent,
                "state": "sent" if each.channel == INBOX else "waiting",
                "available_at": morning,
                "held_until": morning if morning > now else None,
                "ended_at": now if each.channel == INBOX else None,
            }
        )
    if rows:
        session.execute(insert(Delivery), rows)


def _settle(
    deployment: Deployment,
    outgoing: Outgoing,
    rules: ChannelRules,
    *,
    error: str | None = None,
    after: float | None = None,
    end: str | None = None,
    counts: bool = True,
) -> None:
    """Note how an attempt ended, unless its lease ran out and another worker has it."""
    now, settings = deployment.clock.now(), deployment.settings
    attempts = outgoing.attempt if counts else outgoing.attempt - 1
    values: dict[str, Any] = {"attempts": attempts, "last_error": error[:300] if error else None, "tried_at": now}
    if error is None:
        values |= {"state": "sent", "ended_at": now}
    elif end is not None or attempts >= settings.notice_attempts:
        values |= {"state": end or "failed", "ended_at": now}
    else:
        wait = timedelta(seconds=after) if after else min(FIRST_BACKOFF * 2 ** max(attempts - 1, 0), LONGEST_BACKOFF)
        soonest = now + max(wait, wait_at_least(rules))
        values["available_at"] = not_before(outgoing.channel, soonest, settings, urgent=outgoing.urgent)
        if values["available_at"] > soonest and not outgoing.digest:  # the night holds it with whatever else comes
            values["held_until"] = values["available_at"]
    with deployment.database.write() as session:
        mine = session.execute(
            update(Delivery)
            .where(Delivery.id == outgoing.delivery_id, Delivery.ended_at.is_(None), Delivery.attempts == outgoing.attempt)
            .values(**values)
            .returning(Delivery.id)
        ).scalar_one_or_none()
        if mine is not None and end == "gone" and outgoing.address_id is not None:
            forget(deployment.context(session, SYSTEM), outgoing.address_id)
