"""Inputs of repair requests."""

from __future__ import annotations

from ..archives.phones import Phone
from ..kernel.i18n import _
from ..kernel.schema import Boolean, Choice, InputSchema, Integer, Items, Moment, PositionSchema, RecordId, Text, field
from .faults import FAULTS

SEVERITIES = {"urgent": ("紧急", "Urgent"), "high": ("较急", "High"), "normal": ("一般", "Normal")}
CHANNELS = {
    "call_centre": ("电话报修", "Phone call"),
    "app": ("手机应用", "Phone app"),
    "public": ("扫码报修", "Public page"),
    "inspection": ("巡查发现", "Inspection"),
    "import": ("导入", "Import"),
}
CODE = r"[0-9A-Za-z]{8,10}"
OPEN_TASKS = {"move": ("转入目标申请", "Move to the target"), "cancel": ("一并取消", "Cancel them")}


def media_ids() -> object:
    """Pictures uploaded before; ids in any order."""
    return field(Items(RecordId("media"), maximum=9), _("Pictures"))


def captured_at() -> object:
    """When the phone says that it happened; kept, never used for deadlines."""
    return field(Moment(), _("Captured at"))


class _Fault(InputSchema):
    symptom = field(
        Text(2000, 2, multiline=True), _("Symptom"), required=True, help=_("What is broken, in the reporter's words.")
    )
    fault = field(Choice(FAULTS), _("Kind of fault"))
    equipment_id = field(RecordId("equipment"), _("Equipment"))
    site_id = field(RecordId("site"), _("Installation point"))
    address = field(Text(200), _("Address"))
    position = PositionSchema(title=_("Position"), missing=None)
    media_ids = media_ids()
    captured_at = captured_at()


class Report(_Fault):
    """A request that somebody with an account sends for themselves."""

    code = field(
        Text(10, pattern=CODE), _("Code on the label"), help=_("From the label on the equipment, instead of choosing it.")
    )
    severity = field(Choice(SEVERITIES), _("Severity"))
    division_code = field(Text(20, pattern=r"[0-9A-Z-]+"), _("Division"))
    as_draft = field(Boolean(), _("Keep as a draft"), default=False)
    caller_name = field(Text(60), _("Contact"))
    caller_phone = field(Phone(), _("Phone"))


class PublicReport(_Fault):
    """A request without an account, for the piece whose public code stands on its label; a fault or a symptom is needed.

    A telephone number is taken only with the consent of the one who leaves it.
    """

    symptom = field(Text(2000, 2, multiline=True), _("Describe it"))
    code = field(Text(10, pattern=CODE), _("Code on the label"))
    caller_name = field(Text(60), _("Your name"))
    caller_phone = field(Phone(), _("Your phone"))
    consent = field(Boolean(), _("You may call me about this report."), default=False)


class Contact(InputSchema):
    """The number under which somebody without an account wants to be told how it goes on."""

    caller_name = field(Text(60), _("Your name"))
    caller_phone = field(Phone(), _("Your phone"), required=True)


class Intake(Report):
    """A request that the call centre enters for a caller, who is kept as a contact."""

    caller_name = field(Text(60), _("Caller"), required=True)
    caller_phone = field(Phone(), _("Phone"), required=True)
    customer_id = field(RecordId("customer"), _("Customer"))


class Change(InputSchema):
    """Facts that staff may put right while a request is open."""

    symptom = field(Text(2000, 2, multiline=True), _("Symptom"), required=True)
    fault = field(Choice(FAULTS), _("Kind of fault"))
    equipment_id = field(RecordId("equipment"), _("Equipment"))
    site_id = field(RecordId("site"), _("Installation point"))
    address = field(Text(200), _("Address"))


class Note(InputSchema):
    """Nothing but an optional note."""

    note = field(Text(1000, multiline=True), _("Note"))
    captured_at = captured_at()


class Confirm(InputSchema):
    """The reporter says that it is solved, and may say how content they are."""

    score = field(Integer(1, 5), _("How content are you? 1 to 5"))
    note = field(Text(1000, multiline=True), _("Note"))
    captured_at = captured_at()


class Reason(InputSchema):
    """A reason, which is kept."""

    reason = field(Text(1000, 2, multiline=True), _("Reason"), required=True)


class Approve(InputSchema):
    """The review: how severe, in or out of warranty, a new task or an open one."""

    severity = field(Choice(SEVERITIES), _("Severity"), required=True)
    in_warranty = field(Boolean(), _("In warranty"), required=True)
    task_id = field(RecordId("task"), _("Join this open task"), help=_("Leave empty to make a new task."))
    note = field(Text(1000, multiline=True), _("Note"))


class Answer(InputSchema):
    """What the reporter was told."""

    answer = field(Text(2000, 2, multiline=True), _("Answer"), required=True)


class AskMore(InputSchema):
    """What the reviewer needs to know."""

    question = field(Text(1000, 2, multiline=True), _("Question"), required=True)


class Supply(InputSchema):
    """What was asked for."""

    text = field(Text(2000, 2, multiline=True), _("Information"), required=True)
    media_ids = media_ids()


class Merge(InputSchema):
    """The request that this one is a duplicate of."""

    target_id = field(RecordId("repair"), _("Target request"), required=True)
    open_tasks = field(Choice(OPEN_TASKS), _("Open tasks"), default="move")
    note = field(Text(1000, multiline=True), _("Note"))


class AddTask(InputSchema):
    """A further task."""

    severity = field(Choice(SEVERITIES), _("Severity"))
    note = field(Text(1000, 2, multiline=True), _("What is to be done"), required=True)


ACTION_SCHEMAS: dict[str, type[InputSchema]] = {
    schema.__name__: schema for schema in (Note, Confirm, Reason, Approve, Answer, AskMore, Supply, Merge, AddTask)
}
"""The schemas that the workflow table names."""
