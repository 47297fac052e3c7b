"""From a committed event to inboxes and channels, in the worker: at least once for each step, and never twice to a person.

1. :meth:`Messenger.deliver` writes the messages of one outbox entry and one delivery for each channel that takes them.
2. :meth:`Messenger.send_due` sends what is due, outside of any transaction, and notes how it ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from ..accounts.models import User
from ..kernel.deployment import Deployment
from ..kernel.outbox import OutboxEntry
from ..kernel.settings import Settings
from ..plugins.contracts import Notice, NoticeText, PermanentFailure, Recipient, TemporaryFailure
from ..plugins.errors import FailureKind, PluginFailed
from ..plugins.runner import PluginRunner
from .compose import Told, body, compose, subject
from .models import Delivery, Message
from .notices import NOTICES

INBOX = "inbox"
AT_ANY_HOUR = frozenset({INBOX, "console"})
"""Channels that wake nobody."""
FIRST_BACKOFF, LONGEST_BACKOFF = timedelta(seconds=30), timedelta(hours=6)
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A delivery that this process has leased; ``attempt`` tells it from the one that another worker may make later."""

    delivery_id: int
    channel: str
    attempt: int
    notice: Notice


class Messenger:
    """Writes the messages of events and sends them by the channels of the plugins; without ``runner`` by the inbox alone."""

    def __init__(self, runner: PluginRunner | None = None, channels: Iterable[str] = ()) -> None:
        self._runner = runner
        self._channels = tuple(each for each in channels if each != INBOX) if runner is not None else ()

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
            _add(deployment, session, [(message.id, INBOX, message.urgent) for message in messages])
        if not self._channels:
            return
        with deployment.database.read() as session:
            found = _notices(deployment, session, Message.source_id == entry.message_id)
        wanted: list[tuple[int, str, bool]] = []
        silent: PluginFailed | TemporaryFailure | None = None
        for channel in self._channels:
            try:
                wanted += [(message_id, channel, notice.urgent) for message_id, notice in found if self._accepts(channel, notice)]
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
        """Send what is due, oldest first; returns how many deliveries were tried."""
        if self._runner is None:
            return 0
        with deployment.database.read() as session:
            if session.scalar(select(Delivery.id).where(*_due(deployment)).limit(1)) is None:
                return 0
        leased = _lease(deployment, limit)
        for outgoing in leased:
            _send(deployment, self._runner, outgoing)
        return len(leased)


def _add(deployment: Deployment, session: Session, wanted: Sequence[tuple[int, str, bool]]) -> None:
    """Deliveries of (message, channel, urgent) that are not there yet; the stored message is the inbox's delivery."""
    now = deployment.clock.now()
    ids = {message_id for message_id, _channel, _urgent in wanted}
    stored = session.execute(select(Delivery.message_id, Delivery.channel).where(Delivery.message_id.in_(ids)))
    known = {(row.message_id, row.channel) for row in stored}
    rows = [
        {
            "message_id": message_id,
            "channel": channel,
            "state": "sent" if channel == INBOX else "waiting",
            "available_at": not_before(channel, now, deployment.settings, urgent=urgent),
            "ended_at": now if channel == INBOX else None,
        }
        for message_id, channel, urgent in wanted
        if (message_id, channel) not in known
    ]
    if rows:
        session.execute(insert(Delivery), rows)


def not_before(channel: str, moment: datetime, settings: Settings, *, urgent: bool) -> datetime:
    """The earliest moment, from ``moment`` on, at which the channel may disturb a person."""
    if urgent or channel in AT_ANY_HOUR:
        return moment
    zone, begins, ends = settings.timezone, settings.quiet_from_hour, settings.quiet_to_hour
    local = moment.astimezone(zone)
    # Counted from the end of the quiet hours, so that they may lie across midnight or not.
    if (local.hour - ends) % 24 < (begins - ends) % 24 or begins == ends:
        return moment
    day = local.date() + timedelta(days=1) if local.hour >= ends else local.date()
    return datetime.combine(day, time(ends), zone)


def _due(deployment: Deployment) -> tuple[ColumnElement[bool], ...]:
    return Delivery.ended_at.is_(None), Delivery.available_at <= deployment.clock.now()


def _lease(deployment: Deployment, limit: int) -> list[Outgoing]:
    now = deployment.clock.now()
    with deployment.database.write() as session:
        deliveries = session.scalars(
            select(Delivery)
            .where(*_due(deployment))
            .order_by(Delivery.available_at, Delivery.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for delivery in deliveries:
            delivery.attempts += 1
            delivery.available_at = now + LEASE
        notices = dict(_notices(deployment, session, Message.id.in_({each.message_id for each in deliveries})))
        return [Outgoing(each.id, each.channel, each.attempts, notices[each.message_id]) for each in deliveries]


def _notices(deployment: Deployment, session: Session, which: ColumnElement[bool]) -> list[tuple[int, Notice]]:
    query = select(Message, User).join(User, User.id == Message.user_id).where(which).order_by(Message.id)
    return [(message.id, notice_of(deployment, message, user)) for message, user in session.execute(query)]


def notice_of(deployment: Deployment, message: Message, user: User) -> Notice:
    """The message as a channel gets it, in the reader's language; its link opens the inbox and leads on from there."""
    settings = deployment.settings
    return Notice(
        message_id=f"{message.source_id}:{message.user_id}",
        event=message.notice,
        recipient=Recipient(user.name, user.locale, user.phone, user.email),
        text=NoticeText(
            subject(message, user.locale),
            body(message, user.locale, settings.timezone),
            f"{settings.origin.rstrip('/')}/messages/{message.id}",
        ),
        created_at=message.created_at,
        urgent=message.urgent,
    )


def _send(deployment: Deployment, runner: PluginRunner, outgoing: Outgoing) -> None:
    try:
        runner.send(outgoing.channel, outgoing.notice)
    except TemporaryFailure as failure:
        _settle(deployment, outgoing, error=str(failure) or "temporary failure", after=failure.retry_after)
    except PermanentFailure as failure:
        _settle(deployment, outgoing, error=str(failure) or "permanent failure", final=True)
    except PluginFailed as failure:
        # A plugin that rests, or works for somebody else, has not been asked: that is no attempt.
        asked = failure.kind not in {FailureKind.RESTING, FailureKind.BUSY}
        _settle(deployment, outgoing, error=str(failure), after=failure.retry_after, counts=asked)
    else:
        _settle(deployment, outgoing)


def _settle(
    deployment: Deployment,
    outgoing: Outgoing,
    *,
    error: str | None = None,
    after: float | None = None,
    final: bool = False,
    counts: bool = True,
) -> None:
    """Note how an attempt ended, unless its lease ran out and another worker has it."""
    now = deployment.clock.now()
    attempts = outgoing.attempt if counts else outgoing.attempt - 1
    values: dict[str, object] = {"attempts": attempts, "last_error": error[:300] if error else None}
    if error is None:
        values |= {"state": "sent", "ended_at": now}
    elif final or attempts >= deployment.settings.notice_attempts:
        values |= {"state": "failed", "ended_at": now}
    else:
        wait = timedelta(seconds=after) if after else min(FIRST_BACKOFF * 2 ** max(attempts - 1, 0), LONGEST_BACKOFF)
        values["available_at"] = not_before(outgoing.channel, now + wait, deployment.settings, urgent=outgoing.notice.urgent)
    with deployment.database.write() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id == outgoing.delivery_id, Delivery.ended_at.is_(None), Delivery.attempts == outgoing.attempt)
            .values(**values)
        )
