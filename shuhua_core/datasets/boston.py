"""The real set: 5,567 service requests that Boston's 311 received in 2015, as values that the system understands.

A record tells when it was opened, due and closed, and in words how it ended. What is odd about a record is not taken over
silently: each oddity is a ``Refusal`` that names the case, the field and the reason.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from shuhua_core.datasets.boston_places import CITY, division_of
from shuhua_core.datasets.files import rows
from shuhua_core.kernel.i18n import _

Outcome = Literal["open", "completed", "answered", "rejected", "duplicate"]
Severity = Literal["urgent", "high", "normal"]
Channel = Literal["call_centre", "app", "public", "import"]

# Where the geocoder puts what it does not find.
CITY_HALL = (-71.0587, 42.3594)

COLUMNS = frozenset(
    {
        "CASE_ENQUIRY_ID", "OPEN_DT", "TARGET_DT", "CLOSED_DT", "OnTime_Status", "CASE_STATUS", "CLOSURE_REASON", "CASE_TITLE",
        "TYPE",
        "QUEUE", "Location", "neighborhood", "ward", "LOCATION_ZIPCODE", "LATITUDE", "LONGITUDE", "Source", "Geocoded_Location",
    }
)  # fmt: skip
"""The columns of the set that are read."""

_ZONE = ZoneInfo("America/New_York")
_NOWHERE = "(0, 0)"


@dataclass(frozen=True, slots=True)
class CaseType:
    """One of the seven types of the set, in our words."""

    key: str
    symptom_zh: str
    symptom_en: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class ServiceCase:
    """One request of the set. Times are in UTC; ``position`` is (lon, lat) in WGS-84.

    ``outcome``: *open*; *completed* by work; *answered*, where it was only noted or referred to somebody else;
    *rejected* as invalid; *duplicate*, of ``duplicate_of`` where that is known and in the set. ``on_time`` is what the
    record says, ``closing_note`` what the crew wrote, ``source`` the set's own word for the channel.
    ``division`` is one of ``boston_places``, the city's where the record names no neighbourhood.
    """

    case_id: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    open: bool
    on_time: bool | None
    outcome: Outcome
    duplicate_of: str | None
    type: CaseType
    title: str
    severity: Severity
    closing_note: str
    address: str
    neighbourhood: str | None
    division: str
    ward: str | None
    zip_code: str | None
    position: tuple[float, float] | None
    channel: Channel
    source: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """What of a record was not taken over, and why; ``reason`` is a text to translate."""

    case_id: str
    field: str
    reason: str


TYPES: Mapping[str, CaseType] = {
    "Equipment Repair": CaseType("equipment_repair", "公园设施损坏", "Park equipment broken", "high"),
    "General Lighting Request": CaseType("lighting", "照明故障", "Light out of order", "high"),
    "Ground Maintenance": CaseType("grounds", "场地需要养护", "Grounds need care", "normal"),
    "Install New Lighting": CaseType("new_lighting", "申请新装照明", "New light wanted", "normal"),
    "Park Improvement Requests": CaseType("improvement", "公园改善建议", "Improvement of a park", "normal"),
    "Parks General Request": CaseType("general", "公园一般诉求", "General request about parks", "normal"),
    "Tree in Park": CaseType("tree", "公园树木问题", "Tree in a park", "normal"),
}

CHANNELS: Mapping[str, Channel] = {
    "Constituent Call": "call_centre",
    "Employee Generated": "app",
    "City Worker App": "app",
    "Citizens Connect App": "app",
    "Self Service": "public",
    "Maximo Integration": "import",
    "Twitter": "import",
}

# The coded phrase in the closing text; the crew's own words follow it.
_ENDINGS: tuple[tuple[str, Outcome], ...] = (
    ("Case Resolved", "completed"),
    ("Case Invalid", "rejected"),
    ("Duplicate of Existing Case", "duplicate"),
    ("Case Noted", "answered"),
    ("Case Referred to External Agency", "answered"),
)
_CLOSING = re.compile(
    r"Case Closed\.?\s*(?:Closed date : \S+ \S+)?\s*(?P<ending>" + "|".join(text for text, _outcome in _ENDINGS) + r")?"
    r"\s*(?P<note>.*)",
    re.DOTALL,
)
# Crews write the long number or its last seven digits.
_NUMBER = re.compile(r"(?<!\d)(?:10100)?(1\d{6})(?!\d)")
_PREFIX = "10100"
_URGENT_QUEUES = re.compile(r"Emergenc|Knock ?down", re.IGNORECASE)


def read() -> tuple[list[ServiceCase], list[Refusal]]:
    """All cases in order of their opening, and what was refused of them."""
    return parse(rows("boston311-2015.csv.gz"))


def parse(records: Iterable[Mapping[str, str]]) -> tuple[list[ServiceCase], list[Refusal]]:
    """The same from rows with the columns of the set."""
    refusals: list[Refusal] = []
    found = list(records)
    known = {record["CASE_ENQUIRY_ID"] for record in found}
    cases = [_Reader(record, known, refusals).case() for record in found]
    cases.sort(key=lambda case: (case.opened_at, case.case_id))
    return cases, refusals


class _Reader:
    """Reads one record and notes what it refuses."""

    def __init__(self, record: Mapping[str, str], known: set[str], refusals: list[Refusal]) -> None:
        self.record = record
        self.case_id = record["CASE_ENQUIRY_ID"]
        self.known = known
        self.refusals = refusals

    def case(self) -> ServiceCase:
        record = self.record
        opened_at = self.instant("OPEN_DT", "opened_at")
        if opened_at is None:
            msg = f"case {self.case_id} has no time of opening"
            raise ValueError(msg)
        is_open = record["CASE_STATUS"] != "Closed"
        outcome, note = self.ending(is_open=is_open)
        kind = TYPES[record["TYPE"]]
        neighbourhood = record["neighborhood"].strip()
        return ServiceCase(
            case_id=self.case_id,
            opened_at=opened_at,
            due_at=self.due_at(opened_at),
            closed_at=self.closed_at(opened_at, is_open=is_open),
            open=is_open,
            on_time={"ONTIME": True, "OVERDUE": False}.get(record["OnTime_Status"]),
            outcome=outcome,
            duplicate_of=self.duplicate_of(note) if outcome == "duplicate" else None,
            type=kind,
            title=" ".join(record["CASE_TITLE"].split()) or record["TYPE"],
            severity="urgent" if _URGENT_QUEUES.search(record["QUEUE"]) else kind.severity,
            closing_note=note,
            address=" ".join(record["Location"].split()),
            neighbourhood=neighbourhood or None,
            division=self.division(neighbourhood),
            ward=self.ward(),
            zip_code=self.zip_code(),
            position=self.position(),
            channel=CHANNELS[record["Source"]],
            source=record["Source"],
        )

    def refuse(self, field: str, reason: str) -> None:
        self.refusals.append(Refusal(self.case_id, field, reason))

    def instant(self, column: str, field: str) -> datetime | None:
        """A local time of the set in UTC; of an hour that there is twice, the first."""
        text = self.record[column].strip()
        if not text:
            return None
        local = datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=_ZONE)
        instant = local.astimezone(UTC)
        if instant.astimezone(_ZONE).replace(tzinfo=None) != local.replace(tzinfo=None):
            self.refuse(field, _("The local time falls into the hour that summer time leaves out; taken as an hour later"))
        elif local.utcoffset() != local.replace(fold=1).utcoffset():
            self.refuse(field, _("The local time occurs twice when summer time ends; taken as the first of the two"))
        return instant

    def due_at(self, opened_at: datetime) -> datetime | None:
        due_at = self.instant("TARGET_DT", "due_at")
        if due_at is not None and due_at < opened_at:
            self.refuse("due_at", _("The deadline lies before the opening; not taken over"))
            return None
        return due_at

    def closed_at(self, opened_at: datetime, *, is_open: bool) -> datetime | None:
        closed_at = self.instant("CLOSED_DT", "closed_at")
        if closed_at is None:
            if not is_open:
                self.refuse("closed_at", _("The case is closed, but the record does not say when"))
            return None
        if closed_at < opened_at:
            self.refuse("closed_at", _("The case closes before it opens; the time of closing is not taken over"))
            return None
        if is_open:
            self.refuse("closed_at", _("The case has a time of closing but is open; the time is not taken over"))
            return None
        return closed_at

    def ending(self, *, is_open: bool) -> tuple[Outcome, str]:
        """The outcome and the crew's note."""
        match = _CLOSING.fullmatch(self.record["CLOSURE_REASON"].strip())
        phrase = match["ending"] if match else None
        note = " ".join((match["note"] if match else self.record["CLOSURE_REASON"]).split())
        if is_open:
            if self.record["CLOSURE_REASON"]:
                self.refuse("outcome", _("The closing text says closed, but the case is open; it stays open"))
            return "open", note
        if phrase is None:
            self.refuse("outcome", _("The closing text does not say how the case ended; taken as completed"))
            return "completed", note
        return dict(_ENDINGS)[phrase], note

    def duplicate_of(self, note: str) -> str | None:
        named: list[str] = [_PREFIX + digits for digits in _NUMBER.findall(note)]
        if not named:
            self.refuse("duplicate_of", _("Closed as a duplicate, but the text does not name the other case"))
            return None
        others = [number for number in named if number in self.known and number != self.case_id]
        if not others:
            self.refuse("duplicate_of", _("Closed as a duplicate of a case that is not in this set"))
            return None
        return others[0]

    def division(self, neighbourhood: str) -> str:
        code = division_of(neighbourhood)
        if code is None:
            self.refuse("neighbourhood", _("The neighbourhood is unknown; the city is taken instead"))
            return CITY
        return code

    def ward(self) -> str | None:
        text = self.record["ward"].strip()
        if not text:
            return None
        digits = text.removeprefix("Ward").strip()
        if not digits.isdecimal():
            self.refuse("ward", _("The ward is not a number; not taken over"))
            return None
        return str(int(digits))

    def zip_code(self) -> str | None:
        text = self.record["LOCATION_ZIPCODE"].strip()
        if not text:
            return None
        digits = text.removesuffix(".0")
        if not digits.isdecimal() or len(digits) > 5:
            self.refuse("zip_code", _("The ZIP code is not five digits; not taken over"))
            return None
        return digits.zfill(5)

    def position(self) -> tuple[float, float] | None:
        lon, lat = float(self.record["LONGITUDE"]), float(self.record["LATITUDE"])
        if (lon, lat) == CITY_HALL or self.record["Geocoded_Location"].strip() == _NOWHERE:
            self.refuse("position", _("A default position, which stands for an unknown one; not taken over"))
            return None
        return lon, lat


def by_reason(refusals: Iterable[Refusal]) -> Iterator[tuple[str, str, int]]:
    """The refusals counted by (field, reason), the most frequent first."""
    counts: dict[tuple[str, str], int] = {}
    for refusal in refusals:
        counts[refusal.field, refusal.reason] = counts.get((refusal.field, refusal.reason), 0) + 1
    for (field, reason), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield field, reason, count
