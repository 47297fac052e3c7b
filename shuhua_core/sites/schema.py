"""Inputs of sites and equipment."""

from __future__ import annotations

from typing import Any

import colander

from shuhua_core.archives.phones import Phone
from shuhua_core.archives.records import patch_of
from shuhua_core.archives.schema import division_field, note_field, number_field
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.objects import Objects
from shuhua_core.kernel.schema import Choice, Date, InputSchema, Integer, Items, Moment, PositionSchema, RecordId, Text, field
from shuhua_core.sites import codes
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.sites.states import SITE_KINDS

PICTURES_AT_MOST = 9


class LabelCode(Text):
    """The code on a label, as people type it: with spaces or dashes, in small letters."""

    def __init__(self) -> None:
        super().__init__(maximum=20)

    def read(self, node: Any, value: Any) -> Any:
        """From text; raises colander.Invalid when the check character does not fit."""
        value = super().read(node, value)
        if value is colander.null:
            return value
        code = codes.normalise(value)
        if not codes.is_valid(code):
            text = _("This is no code of a label. Look again at its ${n} characters.", mapping={"n": codes.LENGTH})
            raise colander.Invalid(node, text)
        return code


def media_field(minimum: int = 0, **options: Any) -> Any:
    """Pictures that were uploaded before."""
    return field(Items(RecordId("media"), PICTURES_AT_MOST, minimum), _("Pictures"), **options)


class SiteCreate(InputSchema):
    """An installation point as it is entered."""

    number = number_field()
    name = field(Text(120), _("Name", context="thing"), required=True)
    kind = field(Choice(SITE_KINDS), _("Kind"), required=True)
    division_code = division_field()
    address = field(Text(200), _("Address"))
    position = PositionSchema(title=_("Position"), missing=None)
    project_id = field(RecordId("project"), _("Project"))
    customer_id = field(RecordId("customer"), _("Customer"))
    host_unit_id = field(RecordId("organisation"), _("Host unit"), help=_("The community, park or school that has it."))
    organisation_id = field(
        RecordId("organisation"), _("Responsible unit"), help=_("Left empty, the branch on duty for the division.")
    )
    contact_name = field(Text(60), _("Contact"))
    phone = field(Phone(), _("Phone"))
    installed_on = field(Date(), _("Installed on"))
    note = note_field()
    media_ids = media_field()


_STATES = EQUIPMENT_WORKFLOW.states
_BEGINNINGS = {name: (_STATES[name].zh, _STATES[name].en) for name in EQUIPMENT_WORKFLOW.initial}


class EquipmentCreate(InputSchema):
    """A piece of equipment as it is entered."""

    number = number_field()
    name = field(Text(80), _("Name", context="thing"), help=_("Left empty, the model's name."))
    model_id = field(RecordId("model"), _("Model"), required=True)
    serial = field(Text(60), _("Serial number"))
    batch = field(Text(40), _("Batch"))
    produced_on = field(Date(), _("Produced on"))
    site_id = field(RecordId("site"), _("Installation point"))
    place = field(Text(120), _("Place on the site"))
    installed_on = field(Date(), _("Installed on"))
    customer_id = field(RecordId("customer"), _("Customer"), help=_("Left empty, the customer of its site."))
    project_id = field(RecordId("project"), _("Project"), help=_("Left empty, the project of its site."))
    state = field(Choice(_BEGINNINGS), _("State"), help=_("Left empty, normal on a site and in stock without one."))
    warranty_to = field(Date(), _("Warranty to"), help=_("Left empty, reckoned by the rules."))
    safe_life_to = field(Date(), _("Safe service life to"), help=_("Left empty, reckoned by the rules."))
    code = field(LabelCode(), _("Code on the label"))
    note = note_field()
    media_ids = media_field()


SitePatch = patch_of(SiteCreate, name="SitePatch")
EquipmentPatch = patch_of(EquipmentCreate, name="EquipmentPatch", without={"state"})


class StopUse(InputSchema):
    """Why a piece must not be used."""

    reason = field(Text(500, 2, multiline=True), _("Reason"), required=True)
    media_ids = media_field()
    position = PositionSchema(title=_("Position"), missing=None)
    captured_at = field(Moment(), _("Captured at"))


class Restore(InputSchema):
    """Why it is safe again, with proof."""

    reason = field(Text(500, 2, multiline=True), _("Reason"), required=True)
    media_ids = media_field(minimum=1, required=True, help=_("Proof that it is safe: at least one picture."))


class Reason(InputSchema):
    """Why; pictures may come with it."""

    reason = field(Text(500, 2, multiline=True), _("Reason"), required=True)
    media_ids = media_field()
    position = PositionSchema(title=_("Position"), missing=None)
    captured_at = field(Moment(), _("Captured at"))


class Proven(InputSchema):
    """Why, with proof that it was done."""

    reason = field(Text(500, 2, multiline=True), _("Reason"), required=True)
    media_ids = media_field(minimum=1, required=True, help=_("Proof: at least one picture of the piece or of the paper."))
    position = PositionSchema(title=_("Position"), missing=None)
    captured_at = field(Moment(), _("Captured at"))


WORK_KINDS = {"repair": ("维修申请", "Repair request"), "task": ("维修任务", "Task")}
LEAVE, CLOSE, MOVE = "leave", "close", "move"
WORK_CHOICES = {LEAVE: ("保持不变", "Leave as it is"), CLOSE: ("关闭", "Close"), MOVE: ("转到新器材", "Move to the new piece")}
"""What may become of open requests and tasks of a piece that goes; moved they are only to a piece that takes its place."""
WORK_AT_MOST = 100


class WorkDecision(InputSchema):
    """What becomes of an open request, with its tasks, or of an open task of the piece."""

    kind = field(Choice(WORK_KINDS), _("Request or task"), required=True)
    id = field(Integer(1), _("Its id"), required=True)
    what = field(Choice(WORK_CHOICES), _("What becomes of it"), required=True)


def work_field() -> Any:
    """What becomes of the open requests and tasks of a piece that goes."""
    told = _("What is not named stays as it is. Who reported is told the reason of what is closed.")
    return field(Objects(WorkDecision, WORK_AT_MOST), _("Open requests and tasks"), help=told)


class Remove(InputSchema):
    """Why a piece was taken away, with proof, and what becomes of the work that is open for it."""

    reason = field(Text(500, 2, multiline=True), _("Reason"), required=True)
    open_work = work_field()
    media_ids = media_field(minimum=1, required=True, help=_("Proof: at least one picture of the piece or of the paper."))
    position = PositionSchema(title=_("Position"), missing=None)
    captured_at = field(Moment(), _("Captured at"))


class Issue(InputSchema):
    """Where a piece from the stock is to be installed."""

    site_id = field(RecordId("site"), _("Installation point"), required=True)
    place = field(Text(120), _("Place on the site"))
    note = field(Text(500, multiline=True), _("Note"))


class Install(InputSchema):
    """Where and when a piece was installed."""

    site_id = field(RecordId("site"), _("Installation point"), help=_("Left empty, the one that it was sent out for."))
    place = field(Text(120), _("Place on the site"))
    installed_on = field(Date(), _("Installed on"), help=_("Left empty, today."))
    code = field(LabelCode(), _("Code on the label"), help=_("Left empty, the label that it carries already."))
    note = field(Text(500, multiline=True), _("Note"))
    media_ids = media_field()
    position = PositionSchema(title=_("Position"), missing=None)
    captured_at = field(Moment(), _("Captured at"))


class Replace(InputSchema):
    """Which piece takes the place of this one, why, and the proof."""

    replacement_id = field(
        RecordId("equipment"),
        _("New piece"),
        help=_("In stock, or sent out to be installed. It takes over the place and the site."),
    )
    replacement_code = field(
        Text(40), _("Label or number of the new piece"), help=_("In place of choosing it: as on its label or name plate.")
    )
    installed_on = field(Date(), _("Installed on"), help=_("Left empty, today."))
    reason = field(Text(500, 2, multiline=True), _("Reason"), required=True)
    open_work = work_field()
    media_ids = media_field(minimum=1, required=True, help=_("Proof: at least one picture of the piece or of the paper."))
    position = PositionSchema(title=_("Position"), missing=None)
    captured_at = field(Moment(), _("Captured at"))


class Cause(InputSchema):
    """What made the system move the piece."""

    reference = field(Text(40), _("Request or task"))


ACTION_SCHEMAS: dict[str, type[InputSchema]] = {
    schema.__name__: schema for schema in (StopUse, Restore, Reason, Proven, Remove, Issue, Install, Replace, Cause)
}
