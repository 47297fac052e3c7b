"""What is due, the checklists to do it with, and how much of it was done, over the API."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.inspections.checklists import ChecklistService, items_of
from shuhua_core.inspections.due import due_list, today_of
from shuhua_core.inspections.figures import GROUPS, activity, coverage
from shuhua_core.inspections.models import Checklist
from shuhua_core.inspections.words import OF
from shuhua_core.kernel.errors import Invalid, NotAllowed
from shuhua_core.kernel.schema import Boolean, Choice, Date, Integer, Text

from ..api import Out, Parameter, Serializer, api_view, record_id
from ..i18n import _
from .groups import names_of_groups

TAG = "inspections"
LONGEST_DAYS = 366
LONGEST_PERIOD = 400

DUE_SITE = Serializer(
    "DueSite",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("name", "string"),
        Out("address", "string", nullable=True),
        Out("longitude", "number", nullable=True, description="WGS-84."),
        Out("latitude", "number", nullable=True),
        Out("division_code", "string", nullable=True),
        Out("state", "string"),
    ],
)
DUE = Serializer(
    "Due",
    [
        Out("plan_id", "integer"),
        Out("plan", "string", lambda due: due.plan_name),
        Out("site", DUE_SITE),
        Out("checklist_id", "integer"),
        Out("due_on", "date"),
        Out("overdue", "boolean"),
        Out("pieces", "integer", description="How many pieces stand there."),
        Out("responsible_id", "integer", nullable=True),
    ],
)
DUES = Serializer("DueList", [Out("items", [DUE])], description="The most pressing first.")

ITEM = Serializer(
    "ChecklistItem",
    [
        Out("code", "string"),
        Out("of", {"type": "string", "enum": list(OF)}, description="Asked about each piece, or about the site as a whole."),
        Out("zh", "string"),
        Out("en", "string"),
        Out("help_zh", "string"),
        Out("help_en", "string"),
        Out("types", ["string"], lambda item: list(item.types), description="Types of equipment; none: every type."),
    ],
)
CHECKLIST = Serializer(
    "Checklist",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("name", "string", description="In the caller's language."),
        Out("version", "integer"),
        Out("active", "boolean"),
        Out("items", [ITEM]),
        Out("updated_at", "moment"),
    ],
    description="What an inspection asks. Send the `version` that was answered as `checklist_version`.",
)
CHECKLISTS = Serializer("Checklists", [Out("items", [CHECKLIST])])

COVERAGE = Serializer(
    "Coverage",
    [
        Out("key", {"type": "string"}, lambda each: None if each.key is None else str(each.key), nullable=True),
        Out("name", "string", description="In the caller's language."),
        Out("due", "integer", description="What plans wanted in the period until today, done or not."),
        Out("done", "integer"),
        Out("on_time", "integer"),
        Out("overdue", "integer"),
        Out("inspections", "integer", description="All that were made, with a plan or without."),
        Out("inspected", "integer", description="Sites that were inspected."),
        Out("sites", "integer", description="Sites that there are; 0 by plan."),
        Out("rate", "number", nullable=True, description="Share of what was due that was done."),
        Out("on_time_rate", "number", nullable=True),
    ],
)
COVERAGES = Serializer("CoverageList", [Out("items", [COVERAGE])], description="What lags most comes first.")
ACTIVITY = Serializer(
    "Activity",
    [
        Out("user_id", "integer"),
        Out("name", "string"),
        Out("inspections", "integer"),
        Out("sites", "integer"),
        Out("pieces", "integer"),
        Out("abnormal", "integer"),
        Out("stopped", "integer"),
        Out("far", "integer", description="Made more than 500 metres from the site."),
        Out("unplaced", "integer", description="Without a position."),
        Out("skewed", "integer", description="With a clock in doubt."),
        Out("last_at", "moment", nullable=True),
    ],
)
ACTIVITIES = Serializer("ActivityList", [Out("items", [ACTIVITY])], description="The busiest first.")

PERIOD = (
    Parameter("from", Date(), "First day; left out, the first of this month."),
    Parameter("to", Date(), "Last day; left out, today."),
)


def period(request: Request, first: date | None, last: date | None) -> tuple[date, date]:
    """First and last day of a period, this month by default. Raises Invalid for one that is none or too long."""
    today = today_of(request.ctx)
    end = last or max(today, first or today)
    start = first or end.replace(day=1)
    if not 0 <= (end - start).days <= LONGEST_PERIOD:
        raise Invalid({"from": _("Choose a period of at most ${n} days.", mapping={"n": LONGEST_PERIOD})})
    return start, end


@api_view(
    route_name="api.inspections.due",
    method="GET",
    permission=Permission.INSPECTIONS_VIEW,
    tag=TAG,
    summary="List what is to be inspected",
    parameters=[
        Parameter("mine", Boolean(), "Only what the caller is responsible for; left out, true for inspectors."),
        Parameter("days", Integer(0, LONGEST_DAYS), "Due within so many days; what is overdue always is.", 14),
        Parameter("division", Text(20, pattern="[0-9A-Z-]+"), "Code of a division."),
        Parameter("limit", Integer(1, 1000), "How many items at most.", 500),
    ],
    answer=DUES,
)
def due(request: Request) -> dict[str, Any]:
    """The due list."""
    ctx, arguments = request.ctx, request.arguments
    mine = arguments["mine"] if arguments["mine"] is not None else ctx.actor.may(Permission.INSPECTIONS_CARRY_OUT)
    until = today_of(ctx) + timedelta(days=arguments["days"])
    found = due_list(ctx, mine=mine, until=until, division=arguments["division"], limit=arguments["limit"])
    return {"items": DUE.many(found)}


@api_view(
    route_name="api.checklists.list",
    method="GET",
    permission=Permission.INSPECTIONS_VIEW,
    tag=TAG,
    summary="List the checklists in use",
    answer=CHECKLISTS,
    errors=(NotAllowed,),
)
def checklists(request: Request) -> dict[str, Any]:
    """All of them, with their items."""
    return {"items": [checklist_item(request, each) for each in request.service(ChecklistService).all(active=True)]}


@api_view(
    route_name="api.checklists.view",
    method="GET",
    permission=Permission.INSPECTIONS_VIEW,
    tag=TAG,
    summary="Read a checklist",
    parameters=[Parameter("version", Integer(1, 1_000_000), "An older version.")],
    answer=CHECKLIST,
    errors=(NotAllowed,),
)
def checklist(request: Request) -> dict[str, Any]:
    """One checklist in a version, the newest without one."""
    return checklist_item(request, request.service(ChecklistService).get(record_id(request)), request.arguments["version"])


def checklist_item(request: Request, checklist: Checklist, version: int | None = None) -> dict[str, Any]:
    """A checklist with its items."""
    asked = request.service(ChecklistService).version(checklist, version)
    return CHECKLIST.one(
        checklist,
        name=checklist.label(request.locale_name),
        version=asked.version,
        items=ITEM.many(items_of(asked).values()),
    )


@api_view(
    route_name="api.inspections.coverage",
    method="GET",
    permission=Permission.INSPECTIONS_VIEW,
    tag=TAG,
    summary="How much of what was due was inspected",
    parameters=[*PERIOD, Parameter("by", Choice({each: (each, each) for each in GROUPS}), "What to group by.", "division")],
    answer=COVERAGES,
)
def coverage_view(request: Request) -> dict[str, Any]:
    """Coverage by county, unit or plan."""
    arguments = request.arguments
    start, end = period(request, arguments["from"], arguments["to"])
    found = coverage(request.ctx, start, end, arguments["by"])
    names = names_of_groups(request, arguments["by"], found)
    return {"items": [COVERAGE.one(each, name=names[each.key]) for each in found]}


@api_view(
    route_name="api.inspections.activity",
    method="GET",
    permission=Permission.INSPECTIONS_VIEW,
    tag=TAG,
    summary="Who inspected how much",
    parameters=PERIOD,
    answer=ACTIVITIES,
)
def activity_view(request: Request) -> dict[str, Any]:
    """Activity by person."""
    start, end = period(request, request.arguments["from"], request.arguments["to"])
    return {"items": ACTIVITY.many(activity(request.ctx, start, end))}
