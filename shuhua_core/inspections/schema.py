"""Inputs of inspections, plans and checklists."""

from __future__ import annotations

from ..archives.kinds import EQUIPMENT_TYPES
from ..archives.records import patch_of
from ..archives.schema import note_field
from ..kernel.i18n import _
from ..kernel.objects import Objects
from ..kernel.schema import (
    Boolean,
    Choice,
    Date,
    InputSchema,
    Integer,
    Items,
    Moment,
    PositionSchema,
    RecordId,
    Text,
    field,
)
from ..repairs.schema import SEVERITIES
from .words import ANSWERS, OF

ITEMS_AT_MOST = 60
ANSWERS_AT_MOST = 1000
PICTURES_AT_MOST = 9
LONGEST_INTERVAL = 3660
CODE = r"[a-z][a-z0-9_]{0,39}"


class ChecklistItem(InputSchema):
    """One thing to look at."""

    code = field(Text(40, pattern=CODE), _("Code", context="item"), required=True, help=_("A short word of small letters."))
    of = field(Choice(OF), _("Asked about"), required=True)
    zh = field(Text(120), _("Question in Chinese"), required=True)
    en = field(Text(160), _("Question in English"), required=True)
    help_zh = field(Text(200), _("Hint in Chinese"))
    help_en = field(Text(200), _("Hint in English"))
    types = field(Items(Choice(EQUIPMENT_TYPES), 40), _("Types of equipment"), help=_("None chosen: all of them."))


class ChecklistCreate(InputSchema):
    """A checklist as it is entered."""

    name = field(Text(80), _("Name", context="thing"), required=True)
    name_en = field(Text(80), _("Name in English"))
    items = field(Objects(ChecklistItem, ITEMS_AT_MOST, 1), _("Items"), required=True)


class ChecklistEdit(ChecklistCreate):
    """A checklist as it is to be from now on."""

    active = field(Boolean(), _("In use"), default=True)


class PlanCreate(InputSchema):
    """A plan as it is entered: for a site, or for each site of a project."""

    name = field(Text(120), _("Name", context="thing"), help=_("Left empty, the name of the site or project."))
    site_id = field(RecordId("site"), _("Installation point"))
    project_id = field(RecordId("project"), _("Project"), help=_("Instead of an installation point: all of its points."))
    checklist_id = field(RecordId("checklist"), _("Checklist"), required=True)
    interval_days = field(Integer(1, LONGEST_INTERVAL), _("Every so many days"), help=_("Left empty, it is done once."))
    starts_on = field(Date(), _("First due on"), required=True)
    responsible_id = field(RecordId("user"), _("Responsible person"))
    responsible_unit_id = field(
        RecordId("organisation"), _("Responsible unit"), help=_("Its inspectors see it, when no person is named.")
    )
    note = note_field()


class _PlanChange(PlanCreate):
    active = field(Boolean(), _("In use"), default=True)


PlanPatch = patch_of(_PlanChange, name="PlanPatch", without={"site_id", "project_id", "starts_on"})


class RepairWanted(InputSchema):
    """What the request says that comes of an abnormal answer."""

    symptom = field(Text(300, 2), _("Symptom"), required=True)
    description = field(Text(1000, multiline=True), _("Description"))
    severity = field(Choice(SEVERITIES), _("Severity"))


class Answer(InputSchema):
    """The answer to one item, about a piece or about the site."""

    equipment_id = field(RecordId("equipment"), _("Equipment"), help=_("Left out, the item is about the site."))
    item = field(Text(40, pattern=CODE), _("Code of the item"), required=True)
    result = field(Choice(ANSWERS), _("Result"), required=True)
    note = field(Text(500, multiline=True), _("Note"))
    media_ids = field(Items(RecordId("media"), PICTURES_AT_MOST), _("Pictures"))
    repair = RepairWanted(
        title=_("Repair request"),
        description=_("Every abnormal answer makes a request, one for each piece; left out, it says what was asked and noted."),
        missing=None,
    )
    stop_use = field(
        Boolean(), _("Put out of use"), default=False, help=_("The piece is dangerous: nobody may use it from now on.")
    )


class InspectionCreate(InputSchema):
    """What was found on one visit to a site. All of it is carried out together, or nothing."""

    site_id = field(RecordId("site"), _("Installation point"), required=True)
    plan_id = field(RecordId("plan"), _("Plan"), help=_("Left out, the plan of the site that is due next with this checklist."))
    checklist_id = field(RecordId("checklist"), _("Checklist"), required=True)
    checklist_version = field(
        Integer(1, 1_000_000), _("Version of the checklist"), help=_("The one that was answered; left out, the newest.")
    )
    captured_at = field(Moment(), _("Captured at"))
    position = PositionSchema(title=_("Position"), missing=None)
    items = field(Objects(Answer, ANSWERS_AT_MOST, 1), _("Answers"), required=True)
    note = field(Text(1000, multiline=True), _("Note"))
    media_ids = field(Items(RecordId("media"), PICTURES_AT_MOST), _("Pictures"))
    signature_media_id = field(RecordId("media"), _("Signature"))


class DrawSpotCheck(InputSchema):
    """A random spot check: how many sites and inspectors are drawn (双随机)."""

    division_code = field(Text(20, pattern=r"[0-9A-Z-]+"), _("Division"))
    sites = field(Integer(1, 50), _("How many sites"), required=True)
    inspectors = field(Integer(1, 20), _("How many inspectors"), required=True)
    checklist_id = field(RecordId("checklist"), _("Checklist"), required=True)
    due_on = field(Date(), _("To be done by"), required=True)
