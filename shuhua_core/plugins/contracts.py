"""What goes between the core and a plugin: protocols to satisfy, and frozen plain values.

Nothing in here is, or holds, a database object, a session or a request.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Literal, Protocol

Datum = Literal["wgs84", "gcj02", "bd09"]
ReportKind = Literal["sheet", "table"]
ColumnKind = Literal["text", "number", "date", "datetime"]
ReceiptStatus = Literal["stored", "sent", "queued"]
Cell = str | int | float | Decimal | date | datetime | None

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""What a channel, map provider or report type may be called."""
LEAST_BYTES = 60
"""No channel may bear less: the number of a record and its event must fit."""


@dataclass(frozen=True, slots=True)
class Label:
    """A short text in both languages of the system."""

    zh: str
    en: str

    def __post_init__(self) -> None:
        if not (isinstance(self.zh, str) and isinstance(self.en, str) and self.zh.strip() and self.en.strip()):
            raise ValueError("a label needs a text in Chinese and in English")

    def text(self, locale: str) -> str:
        """The text for a locale such as ``zh_Hans`` or ``en``."""
        return self.zh if locale.startswith("zh") else self.en


# Notification channels ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recipient:
    """The person a notice is for. ``address`` is the person's own at this channel (a bot's key, a user's id)."""

    name: str
    locale: str = "zh_Hans"
    phone: str | None = None
    email: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What a notice says, in the recipient's language; ``link`` is an absolute address.

    ``brief`` is for where others look on, such as a locked screen: a place or a few numbers, no words that a person wrote.
    """

    subject: str
    body: str
    link: str | None = None
    brief: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to one person. ``message_id`` stays the same however often sending is tried."""

    message_id: str
    event: str
    recipient: Recipient
    text: NoticeText
    created_at: datetime
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a notice; ``reference`` is the channel's own id for it."""

    status: ReceiptStatus
    reference: str | None = None

    def __post_init__(self) -> None:
        if self.status not in {"stored", "sent", "queued"}:
            raise ValueError(f"no such status of a receipt: {self.status!r}")
        if self.reference is not None and not isinstance(self.reference, str):
            raise ValueError("the reference of a receipt is a text")


class TemporaryFailure(Exception):
    """Raised by a plugin: not now, perhaps later. ``retry_after`` is in seconds; without it the core chooses."""

    def __init__(self, message: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PermanentFailure(Exception):
    """Raised by a plugin: this will never work (no such address, refused for good); it is not tried again."""


class AddressGone(PermanentFailure):
    """Raised by a plugin: nobody is at this address any more. The core forgets the address."""


class AddressBlocked(PermanentFailure):
    """Raised by a plugin: this address leads to where nothing may be sent, such as a private network.

    The core writes it into the security log, with whose address it is.
    """


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """What a channel bears. One without an attribute ``rules`` has these: no bounds, every notice by itself."""

    a_minute: int | None = None
    """Most notices within any sixty seconds, all workers taken together."""
    max_bytes: int | None = None
    """Most bytes of UTF-8 that subject, body and link have together; longer ones are cut by the core, between characters."""
    merges: bool = False
    """Whether notices that wait for the same person at the same time go out as one digest."""
    signed: bool = True
    """Whether the subject begins with the name of the service, as group chats and short messages need it."""
    devices: bool = False
    """Whether it reaches single devices: a notice goes to each that its person has subscribed, by its ``Recipient.address``."""
    trial: bool = False
    """Whether addresses of devices may lead to this machine or a private network; for trials only."""
    public: Mapping[str, str] = field(default_factory=dict)
    """What clients need to know, such as a public key; anybody may read it."""

    def __post_init__(self) -> None:
        for name, least in (("a_minute", 1), ("max_bytes", LEAST_BYTES)):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or value < least):
                raise ValueError(f"{name} must be a whole number from {least}")

    def as_set(self, settings: Mapping[str, str]) -> "ChannelRules":
        """These rules with ``messages_a_minute`` and ``message_bytes`` of a plugin's settings, where they are there.

        0 is no bound. Raises ValueError where they are no numbers.
        """
        return replace(
            self,
            a_minute=_bound(settings, "messages_a_minute", self.a_minute),
            max_bytes=_bound(settings, "message_bytes", self.max_bytes),
        )


def _bound(settings: Mapping[str, str], key: str, default: int | None) -> int | None:
    text = settings.get(key, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()):
        raise ValueError(f"{key} must be a whole number")
    return int(text) or None


class NotificationChannel(Protocol):
    """A way to bring a notice to a person. It may have an attribute ``rules``, see :class:`ChannelRules`."""

    @property
    def name(self) -> str:
        """Unique among channels, lower case, stored with each delivery."""

    @property
    def label(self) -> Label:
        """What people call it."""

    def accepts(self, notice: Notice) -> bool:
        """Whether this notice can go this way at all, for example because the recipient has an address here."""

    def send(self, notice: Notice) -> Receipt:
        """Send it. The same ``message_id`` may come again after a crash and should not reach the person twice.

        Raises TemporaryFailure, PermanentFailure, AddressGone or AddressBlocked; anything else counts as a fault of the plugin.
        """


def rules_of(channel: NotificationChannel) -> ChannelRules:
    """What a channel bears."""
    rules: ChannelRules = getattr(channel, "rules", NO_RULES)
    return rules


NO_RULES = ChannelRules()


# Map providers --------------------------------------------------------------------------------------------------------

_ORIGIN = re.compile(r"https://(\*\.)?[a-z0-9.-]+(:\d+)?")
_HTTPS = re.compile(r"https://[^\s\"'<>;]+")


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that the front end carries itself, shown from ``min_zoom`` on."""

    name: str
    min_zoom: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    """A script that a base map needs, with its subresource integrity where the host publishes one."""

    address: str
    integrity: str | None = None


@dataclass(frozen=True, slots=True)
class Basemap:
    """A base map as data: either ``tiles``, an https template with {z} {x} {y}, or ``layers`` built into the front end.

    ``approval_number`` is the 审图号 and stands in the map's corner; ``note`` likewise, such as 示意图 for a schematic
    map. ``csp_origins`` are the only hosts that the page may then load from.
    """

    attribution: Label
    datum: Datum = "wgs84"
    tiles: str | None = None
    subdomains: Sequence[str] = ()
    layers: Sequence[Layer] = ()
    min_zoom: int = 0
    max_zoom: int = 18
    approval_number: str | None = None
    note: Label | None = None
    scripts: Sequence[Script] = ()
    csp_origins: Sequence[str] = ()

    def __post_init__(self) -> None:
        problem = self._problem()
        if problem:
            raise ValueError(problem)

    def _problem(self) -> str | None:
        checks = (
            (bool(self.tiles) != bool(self.layers), "a base map has either tiles or layers"),
            (self.datum in {"wgs84", "gcj02", "bd09"}, f"unknown datum {self.datum!r}"),
            (0 <= self.min_zoom <= self.max_zoom <= 22, "zoom goes from 0 to 22, the smaller first"),
            (all(_ORIGIN.fullmatch(origin) for origin in self.csp_origins), "a CSP origin is https://host and no more"),
            (all(_HTTPS.fullmatch(script.address) for script in self.scripts), "a script address starts with https://"),
            (self.tiles is None or self._good_tiles(self.tiles), "tiles need https:// and {z}, {x} and {y} or {-y}"),
        )
        return next((message for good, message in checks if not good), None)

    @staticmethod
    def _good_tiles(template: str) -> bool:
        parts = all(part in template for part in ("{z}", "{x}")) and ("{y}" in template or "{-y}" in template)
        return parts and _HTTPS.fullmatch(template) is not None


class MapProvider(Protocol):
    """A base map to choose from. It gives data; the front end of the core draws."""

    @property
    def name(self) -> str:
        """Unique among map providers, lower case."""

    @property
    def label(self) -> Label:
        """What people call it."""

    def basemap(self) -> Basemap:
        """The base map; asked for once, at the start of a process."""


# Report types ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """One labelled value of a record, ready to print; ``label`` is for values that the report type does not know."""

    key: str
    value: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of further values below those the report type knows."""

    title: str
    fields: Sequence[Field]


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture (JPEG, PNG or WebP) with an optional line below it."""

    content: bytes
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature drawn on a screen, for the frame of a sheet that has this key; ``at`` is its date as people read it."""

    key: str
    content: bytes
    at: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; ``width`` is in characters of half width. Phones and codes are of kind text."""

    title: str
    kind: ColumnKind = "text"
    width: int | None = None


@dataclass(frozen=True, slots=True)
class ReportData:
    """All that a report type gets, in the reader's language and zone; labels it knows by key, it translates itself.

    ``rows`` may be read once only, so that a long table never stands in memory as a whole. ``filters`` say what the rows
    were chosen by.
    """

    title: str
    locale: str
    printed_at: datetime
    printed_by: str = ""
    organisation: str = ""
    number: str | None = None
    qr_text: str | None = None
    fields: Sequence[Field] = ()
    sections: Sequence[Section] = ()
    photos: Sequence[Photo] = ()
    signatures: Sequence[Signature] = ()
    columns: Sequence[Column] = ()
    rows: Iterable[Sequence[Cell]] = ()
    filters: Sequence[Field] = ()

    def value(self, key: str) -> str:
        """The value of a field by its key, or an empty text."""
        return next((one.value for one in self.fields if one.key == key), "")


@dataclass(frozen=True, slots=True)
class Built:
    """What was built: pages or rows, characters that no font had, and what else the reader should know."""

    pages: int | None = None
    rows: int | None = None
    missing_characters: str = ""
    notes: Sequence[str] = ()


class ReportType(Protocol):
    """A kind of document: a ``sheet`` shows one record, a ``table`` shows a list."""

    @property
    def name(self) -> str:
        """Unique among report types, lower case."""

    @property
    def label(self) -> Label:
        """What people call it."""

    @property
    def kind(self) -> ReportKind:
        """Whether it shows one record or a list."""

    @property
    def media_type(self) -> str:
        """The media type of what is built, such as ``application/pdf``."""

    @property
    def extension(self) -> str:
        """The ending of the file's name, without a dot."""

    def build(self, data: ReportData, out: BinaryIO) -> Built:
        """Write the document to ``out``, front to back.

        Raises PermanentFailure, with a message for the reader, where this data can never become such a document.
        """


# Events ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CommittedEvent:
    """Something that has happened, by its stable id. ``payload`` holds ids and plain JSON values, no personal data."""

    id: str
    name: str
    at: datetime
    record_kind: str
    record_id: int
    number: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
