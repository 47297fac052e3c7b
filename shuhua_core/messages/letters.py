"""What a channel is given to send: one message, or a digest of several, no longer than it bears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..accounts.models import User
from ..kernel.deployment import Deployment
from ..kernel.i18n import _, translator
from ..plugins.contracts import ChannelRules, Notice, NoticeText, Recipient
from .compose import body, subject
from .models import Message

DIGEST = "digest"
"""Stands as the event of a digest."""
MOST_LINES = 20
"""Messages that a digest names, the urgent and the latest first; it counts the others."""
BRIEF_LINES = 5
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is told, by a channel that bears this, and where it reaches one device of theirs."""

    user: User
    rules: ChannelRules
    address: str | None = None

    @property
    def recipient(self) -> Recipient:
        """As a channel gets it."""
        return Recipient(self.user.name, self.user.locale, self.user.phone, self.user.email, self.address)

    def signed(self, line: str) -> str:
        """A first line, with the name of the service where the channel needs it."""
        sign = _("[Shuhua service] ${subject}", mapping={"subject": line})
        return translator(self.user.locale)(sign) if self.rules.signed else line


def notice_of(deployment: Deployment, message: Message, reader: Reader, contact: str | None = None) -> Notice:
    """The message as a channel gets it, in the reader's language; its link opens the inbox and leads on from there.

    ``contact`` is a masked telephone number, see :mod:`.contacts`.
    """
    settings, locale = deployment.settings, reader.user.locale
    text = NoticeText(
        reader.signed(subject(message, locale)),
        "\n".join(line for line in (body(message, locale, settings.timezone), _contact(contact, locale)) if line),
        f"{settings.origin.rstrip('/')}/messages/{message.id}",
        str(message.facts.get("site") or ""),
    )
    return Notice(
        message_id=f"{message.source_id}:{message.user_id}",
        event=message.notice,
        recipient=reader.recipient,
        text=fitted(text, reader.rules.max_bytes),
        created_at=message.created_at,
        urgent=message.urgent,
    )


def digest_of(deployment: Deployment, digest_id: int, messages: Sequence[Message], reader: Reader, *, night: bool) -> Notice:
    """Several messages as one notice: event and number of each, a line each, as many as fit.

    ``night`` says whether they come together because the quiet hours held them.
    """
    locale, most, count = reader.user.locale, reader.rules.max_bytes, len(messages)
    tr = translator(locale)
    title = _("${n} messages of the quiet hours") if night else _("${n} new messages")
    lines = [subject(each, locale) for each in sorted(messages, key=lambda each: (not each.urgent, -each.id))]
    link = f"{deployment.settings.origin.rstrip('/')}/messages"

    def text(shown: int) -> NoticeText:
        rest = [tr(_("and ${n} more", mapping={"n": count - shown}))] if shown < count else []
        brief = "\n".join([*lines[: min(shown, BRIEF_LINES)], *([ELLIPSIS] if count > min(shown, BRIEF_LINES) else [])])
        return NoticeText(reader.signed(tr(title % {"n": count})), "\n".join([*lines[:shown], *rest]), link, brief)

    shown = min(count, MOST_LINES)
    while shown > 0 and not _fits(text(shown), most):
        shown -= 1
    return Notice(
        message_id=f"{DIGEST}:{digest_id}",
        event=DIGEST,
        recipient=reader.recipient,
        text=fitted(text(shown), most),
        created_at=max(each.created_at for each in messages),
    )


def fitted(text: NoticeText, most: int | None) -> NoticeText:
    """The text with no more than ``most`` bytes of UTF-8 in subject, body and link, as they stand on lines of their own.

    What comes last goes first: the end of the body, then the link, then the end of the subject. Characters stay whole.
    """
    if most is None or _fits(text, most):
        return text
    room = most - size(text.subject) - size(text.link)
    if room >= size(ELLIPSIS):
        return replace(text, body=cut(text.body, room))
    if size(text.subject) <= most:
        return replace(text, body="", link=text.link if room >= -1 else None)
    return replace(text, subject=cut(text.subject, most), body="", link=None)


def cut(text: str, most: int) -> str:
    """As many characters as ``most`` bytes of UTF-8 hold, with a mark where something is missing."""
    raw = text.encode()
    if len(raw) <= most:
        return text
    return raw[: max(most - len(ELLIPSIS.encode()), 0)].decode(errors="ignore").rstrip() + ELLIPSIS


def size(text: str | None) -> int:
    """Bytes of a line with the line break before it; nothing for no line."""
    return len(text.encode()) + 1 if text else 0


def _contact(contact: str | None, locale: str) -> str:
    if contact is None:
        return ""
    label = translator(locale)(_("Contact"))
    return f"{label}: {contact}" if locale == "en" else f"{label}：{contact}"


def _fits(text: NoticeText, most: int | None) -> bool:
    return most is None or size(text.subject) + size(text.body) + size(text.link) - 1 <= most
