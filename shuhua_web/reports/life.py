"""The whole life of a piece on its page, on paper and over the API (R77)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.inspections.words import INSPECTION_TABLE
from shuhua_core.kernel.workflow import Workflow
from shuhua_core.media.models import MediaFile
from shuhua_core.media.service import MediaService
from shuhua_core.repairs.machine import MACHINE as REPAIRS
from shuhua_core.reports.life import Life, LifeEntry, life_of
from shuhua_core.reports.site_history import site_history
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.tasks.machine import MACHINE as TASKS
from shuhua_core.tasks.schema import RESULTS

from .. import formats
from ..api import Out, Serializer, api_view, record_id
from ..i18n import _
from ..layout import TONES, Layout
from ..media.pictures import picture
from ..records import PERSON_KINDS, LifeLine
from ..repairs.facts import word
from ..sites.listing import SITE_TABLE

TITLES = {
    "produced": _("Produced"),
    "installed": _("Installed on site"),
    "label_bound": _("Label bound"),
    "label_taken_off": _("Label taken off"),
    "repair": _("Repair request"),
    "task": _("Task"),
    "inspection": _("Inspection"),
    "warranty_end": _("Warranty ends"),
    "safe_life_end": _("Safe service life ends"),
    "site_created": _("Registered"),
    "site_state": _("State of the site"),
}
PAGES = {"repair": "repairs.view", "task": "tasks.view", "inspection": "inspections.view", "equipment": "equipment.view"}


_TABLES = {"step": EQUIPMENT_WORKFLOW, "inspection": INSPECTION_TABLE, "site_state": SITE_TABLE}
_LABELS = (
    ("piece", _("Equipment")),
    ("serial", _("Serial number")),
    ("batch", _("Batch")),
    ("code", _("Code on the label")),
    ("place", _("Place on the site")),
    ("result", _("Result")),
    ("cause", _("Cause")),
    ("remedy", _("Remedy")),
)
"""What of an entry's values has a line of its own."""


def shown_life(request: Request, life: Life) -> list[LifeLine]:
    """All entries in the request's language, the newest first; what is still to come stands on top."""
    files, tables = _files(request, life), _tables(request)
    return [_line(request, entry, life, files, tables) for entry in reversed(life.entries)]


def life_part(request: Request, piece: Equipment) -> dict[str, Any]:
    """What the page of a piece shows of its life."""
    return {"life": shown_life(request, life_of(request.ctx, piece)), "life_title": _("Whole life")}


def site_part(request: Request, site: Site) -> dict[str, Any]:
    """What the page of a site shows of its history."""
    return {"life": shown_life(request, site_history(request.ctx, site)), "life_title": _("History")}


def _files(request: Request, life: Life) -> dict[int, MediaFile]:
    wanted = [each for entry in life.entries for each in entry.values.get("media_ids", ())]
    return dict(MediaService(request.ctx).by_ids(wanted)) if wanted else {}


def _tables(request: Request) -> dict[str, Workflow]:
    """The table whose states an entry names, by its kind; asked for once, not for each entry."""
    return {**_TABLES, "repair": REPAIRS.newest(request.ctx), "task": TASKS.newest(request.ctx)}


def _line(
    request: Request, entry: LifeEntry, life: Life, files: dict[int, MediaFile], tables: Mapping[str, Workflow]
) -> LifeLine:
    exact = isinstance(entry.at, datetime)
    at = (
        formats.moment(entry.at, request.deployment.settings.timezone)
        if isinstance(entry.at, datetime)
        else formats.day(entry.at)
    )
    name, tone = _badge(request, entry, tables)
    what = life_label(request, entry)
    return LifeLine(
        entry.kind,
        what,
        at,
        entry.at.isoformat(),
        who=(life.people.get(entry.who_id or 0) or PERSON_KINDS.get(entry.who_kind or "")) if exact else None,
        number=entry.record.number if entry.record else None,
        href=_href(request, entry),
        badge=name,
        tone=tone,
        lines=list(_details(request, entry)),
        note=entry.note,
        pictures=[picture(request, files[each], what) for each in entry.values.get("media_ids", ()) if each in files],
        ahead=entry.ahead,
    )


def life_label(request: Request, entry: LifeEntry) -> str:
    """What happened, in the language."""
    if entry.kind != "step":
        return request.tr(TITLES[entry.kind])
    values = entry.values
    if values["before"] is None:
        return request.tr(_("Registered"))
    rows = EQUIPMENT_WORKFLOW.matching(values["action"], values["before"])
    return rows[0].label(request.locale_name) if rows else str(values["action"])


def _badge(request: Request, entry: LifeEntry, tables: Mapping[str, Workflow]) -> tuple[str | None, str]:
    """The state that it came to, with its tone: of a piece, a request, a task, an inspection or a site."""
    table = tables.get(entry.kind)
    name = entry.values.get("after") or entry.values.get("state")
    state = table.states.get(name) if table is not None and name else None
    return (state.label(request.locale_name), TONES.get(state.tone, "ended")) if state else (None, "ended")


def _href(request: Request, entry: LifeEntry) -> str | None:
    if entry.record is None:
        return None
    route = PAGES[entry.record.kind]
    return str(request.route_path(route, id=entry.record.id)) if Layout(request).has_route(route) else None


def _details(request: Request, entry: LifeEntry) -> Iterator[str]:
    """What more is known, a line each."""
    values, locale, tr = entry.values, request.locale_name, request.tr

    def said(label: Any, text: Any) -> str:
        return f"{tr(label)}: {text}" if locale == "en" else f"{tr(label)}：{text}"

    shown = {**values, "result": word(RESULTS, values["result"], locale) if values.get("result") else None}
    for name, label in _LABELS:
        if shown.get(name):
            yield said(label, shown[name])
    for part in values.get("parts", ()):
        numbers = " → ".join(each for each in (part["old_number"], part["new_number"]) if each)
        yield said(_("Part replaced"), f"{part['name']} {numbers}".strip())
    if entry.kind == "repair" and values["in_warranty"] is not None:
        yield tr(_("In warranty") if values["in_warranty"] else _("Out of warranty"))
    if "answers" in values:
        yield from _answers(request, values)


def _answers(request: Request, values: Mapping[str, Any]) -> Iterator[str]:
    """What an inspection found on the piece."""
    tr, english = request.tr, request.locale_name == "en"
    yield tr(_("${n} answers, ${abnormal} abnormal", mapping={"n": values["answers"], "abnormal": len(values["abnormal"])}))
    for each in values["abnormal"]:
        zh, en = each["item"]
        note = f" ({each['note']})" if each["note"] else ""
        yield f"✕ {en if english else zh}{note}"
    if values["stopped"]:
        yield tr(_("Put out of use at once"))


RECORD = Serializer("LifeRecord", [Out("kind", "string"), Out("id", "integer"), Out("number", "string")])
ENTRY = Serializer(
    "LifeEntry",
    [
        Out("kind", "string"),
        Out("label", "string", description="In the caller's language."),
        Out("on", "date", description="The day of the deployment."),
        Out("at", "moment", nullable=True, description="Null where only the day is known."),
        Out("state", "string", nullable=True, description="What it came to, in the caller's language."),
        Out("who", "string", nullable=True),
        Out("note", "string", nullable=True),
        Out("details", ["string"], description="What more is known, a line each, in the caller's language."),
        Out("media_ids", ["integer"]),
        Out("record", RECORD, nullable=True, description="The request, task, inspection or other piece."),
        Out("ahead", "boolean", description="Whether it is still to come."),
    ],
    description="Something that happened to a piece, or will.",
)
LIFE = Serializer("Life", [Out("items", [ENTRY])], description="The whole life of a piece as far as the caller may see it.")


@api_view(
    route_name="api.equipment.life",
    method="GET",
    permission=Permission.EQUIPMENT_VIEW,
    tag="equipment",
    summary="Read the whole life of a piece",
    description="From production to removal: steps, labels, requests, tasks, inspections, ends of warranty and safe life.",
    answer=LIFE,
)
def read_life(request: Request) -> dict[str, Any]:
    """Everything, oldest first."""
    piece = request.service(EquipmentService).get(record_id(request))
    life, tables = life_of(request.ctx, piece), _tables(request)
    return {"items": [_item(request, entry, life, tables) for entry in life.entries]}


def _item(request: Request, entry: LifeEntry, life: Life, tables: Mapping[str, Workflow]) -> dict[str, Any]:
    exact = entry.at if isinstance(entry.at, datetime) else None
    return ENTRY.one(
        entry,
        label=life_label(request, entry),
        on=exact.astimezone(request.deployment.settings.timezone).date() if exact else entry.at,
        at=exact,
        state=_badge(request, entry, tables)[0],
        who=life.people.get(entry.who_id or 0),
        details=list(_details(request, entry)),
        media_ids=list(entry.values.get("media_ids", ())),
    )
