"""The pieces that a record's page is made of. The macros of ``templates/pieces.pt`` draw them; docs/office.md shows a page.

A view gives ``facts``, ``badge``, ``actions``, ``steps``, ``pictures`` and ``related`` to ``templates/record.pt``, or draws
single pieces in a template of its own: ``<metal:facts use-macro="layout.pieces['facts']">``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.clock import is_skewed, is_wrong
from shuhua_core.kernel.steps import Step
from shuhua_core.kernel.workflow import Row, Workflow

from . import formats
from .i18n import _
from .layout import TONES

NONE_YET = _("None yet.")
PERSON_KINDS = {"public": _("A member of the public"), "system": _("System")}


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value; ``wide`` takes a whole line, for long texts."""

    label: Any
    value: Any
    href: str | None = None
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as a tag; ``tone`` is waiting, working, done, stopped or ended."""

    label: Any
    tone: str


@dataclass(frozen=True, slots=True)
class Action:
    """A button that opens the form of an action."""

    label: Any
    href: str
    tone: str = "secondary"


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo, video or sound recording: its small version, its whole one, and what it shows.

    ``content`` is what a player plays, of a video or sound. ``note`` stands for what cannot be shown: not yet, or never.
    """

    thumbnail: str | None
    href: str | None
    caption: Any = ""
    kind: str = "photo"
    content: str | None = None
    content_type: str | None = None
    note: Any = None
    original: str | None = None


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number, masked; ``reveal_href`` takes the POST that shows it whole, which the room logs."""

    shown: str
    reveal_href: str | None = None


@dataclass(frozen=True, slots=True)
class PostButton:
    """A button of a row that sends a form with nothing but ``fields``."""

    label: Any
    href: str
    tone: str = "secondary"
    fields: Mapping[str, str] = field(default_factory=dict)
    hint: Any = None
    """What a sign for a label means, in words."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a page made of tables (``templates/tables.pt``): each row is (cells, buttons)."""

    title: Any
    heads: Sequence[Any]
    rows: Sequence[tuple[Sequence[Any], Sequence[PostButton]]]
    empty: Any = NONE_YET
    note: Any = None


@dataclass(frozen=True, slots=True)
class Related:
    """A short list of records that belong to this one."""

    title: Any
    heads: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    empty: Any = NONE_YET
    more_href: str | None = None


@dataclass(frozen=True, slots=True)
class RecordPart:
    """What a room further to the right adds to the page of a record."""

    relations: Sequence[Related] = ()
    actions: list[Action] = field(default_factory=list)


PartOf = Callable[[Request, Any], RecordPart]


def add_record_part(config: Configurator, kind: str, part: PartOf) -> None:
    """Let ``part(request, record)`` add to the pages of records of ``kind``."""
    config.registry.record_parts[kind].append(part)


WidgetOf = Callable[[Request, Any, Row], Any]


def add_action_widget(config: Configurator, kind: str, name: str, make: WidgetOf) -> None:
    """Let ``make(request, record, row)`` draw the field ``name`` of the actions of records of ``kind``.

    Where it gives None, there is nothing to ask, and the field is left out.
    """
    config.registry.action_widgets[kind][name] = make


def record_part(request: Request, kind: str, record: Any) -> RecordPart:
    """All that other rooms add to the page of this record."""
    found = [part(request, record) for part in request.registry.record_parts[kind]]
    return RecordPart([each for part in found for each in part.relations], [each for part in found for each in part.actions])


def includeme(config: Configurator) -> None:
    """What rooms add to the pages of others."""
    config.registry.record_parts = defaultdict(list)
    config.registry.action_widgets = defaultdict(dict)
    config.add_directive("add_record_part", add_record_part)
    config.add_directive("add_action_widget", add_action_widget)


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """A step as people read it."""

    what: Any
    before: Any
    after: Any
    who: Any
    at: str
    at_iso: str
    note: str | None = None
    captured: str | None = None
    in_doubt: bool = False
    """Whether the clock that says when cannot be right."""
    position: str | None = None
    position_href: str | None = None
    pictures: Sequence[Picture] = ()

    @property
    def moved(self) -> bool:
        """Whether the state changed."""
        return bool(self.before) and self.before != self.after


@dataclass(frozen=True, slots=True)
class LifeLine:
    """Something that happened to a piece or a site, or will, as people read it."""

    kind: str
    what: str
    at: str
    at_iso: str
    who: Any = None
    number: str | None = None
    href: str | None = None
    badge: str | None = None
    tone: str = "ended"
    lines: Sequence[str] = ()
    note: str | None = None
    pictures: Sequence[Picture] = field(default_factory=tuple)
    ahead: bool = False


def badge(workflow: Workflow, state: str, locale: str) -> Badge:
    """The tag of a state in the language; a state that the table does not know is shown by its name."""
    found = workflow.states.get(state)
    return Badge(found.label(locale), TONES.get(found.tone, "ended")) if found else Badge(state, "ended")


def actions(request: Request, rows: Iterable[Row], route: str, record_id: int) -> list[Action]:
    """Buttons for the rows that ``Machine.available`` gave; ``route`` takes ``id`` and ``action`` (``repairs.act``)."""
    return [
        Action(row.label(request.locale_name), request.route_path(route, id=record_id, action=row.action), row.tone)
        for row in rows
    ]


def timeline(
    request: Request,
    workflow: Workflow,
    steps: Sequence[Step],
    people: Mapping[int, str],
    *,
    pictures: Mapping[int, Sequence[Picture]] | None = None,
    map_href: Callable[[float, float], str] | None = None,
) -> list[TimelineStep]:
    """Steps for the screen, newest first. ``people`` names the actors by id (one statement, made by the room).

    ``pictures`` are by step id; ``map_href(longitude, latitude)`` leads to the place on the map.
    """
    zone, locale = request.deployment.settings.timezone, request.locale_name

    def done(step: Step) -> str:
        """The label of the row that was taken: one action may have several, that lead to different states."""
        rows = [row for row in workflow.rows if row.action == step.action]
        taken = [row for row in rows if step.before in row.sources and row.target == step.after] or rows
        return taken[0].label(locale) if taken else step.action

    def state(name: str | None) -> Any:
        found = workflow.states.get(name) if name else None
        return found.label(locale) if found else name

    def shown(step: Step) -> TimelineStep:
        placed = step.longitude is not None and step.latitude is not None
        return TimelineStep(
            what=request.tr(_("Created")) if step.action == "create" else done(step),
            before=state(step.before),
            after=state(step.after),
            who=people.get(step.actor_id or 0) or PERSON_KINDS.get(step.actor_kind, "–"),
            at=formats.moment(step.at, zone),
            at_iso=step.at.isoformat(),
            note=step.note,
            captured=_captured(step.captured_at, step.at, request),
            in_doubt=is_wrong(step.clock_skew) or is_skewed(step.captured_at, step.at),
            position=f"{step.latitude:.5f}, {step.longitude:.5f}" if placed else None,
            position_href=map_href(step.longitude, step.latitude) if placed and map_href else None,  # type: ignore[arg-type]
            pictures=(pictures or {}).get(step.id, ()),
        )

    return [shown(step) for step in reversed(steps)]


def _captured(captured: datetime | None, at: datetime, request: Request) -> str | None:
    """When the phone says it happened, where that differs from when it came in."""
    if captured is None or abs((at - captured).total_seconds()) < 120:
        return None
    return formats.moment(captured, request.deployment.settings.timezone)


def phone(
    request: Request, number: str | None, reveal_href: str | None = None, permission: str = Permission.PHONES_REVEAL
) -> Phone | None:
    """A masked number, with the way to the whole one for who may reveal it; None when there is none."""
    if not number:
        return None
    masked = formats.masked_phone(number)
    can_reveal = reveal_href is not None and masked != number and request.actor.may(permission)
    return Phone(masked, reveal_href if can_reveal else None)


def beside_list(request: Request) -> bool:
    """Whether the record is shown in the panel beside its list."""
    return request.headers.get("HX-Target") == "beside-body"
