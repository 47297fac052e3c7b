"""Inputs of tasks."""

from __future__ import annotations

from typing import Any

import colander

from ..kernel.choices import CodeList
from ..kernel.i18n import _
from ..kernel.objects import Objects
from ..kernel.schema import Boolean, Choice, InputSchema, Integer, Items, Moment, PositionSchema, RecordId, Text, field
from ..repairs.faults import FAULTS

RESULTS = {
    "repaired": ("已修复", "Repaired"),
    "no_fault": ("未发现故障", "No fault found"),
    "temporary": ("临时处理", "Temporary"),
    "cannot_repair": ("无法修复", "Cannot be repaired"),
}
CAUSES = CodeList("causes")
REMEDIES = CodeList("remedies")
HOLD_REASONS = CodeList("hold_reasons")
WAYS = CodeList("followup_ways")
OUTCOMES = CodeList("followup_outcomes")
UNREACHED = CodeList("unfollowed")
OTHER = "other"
"""The cause or remedy that says nothing without words of its own."""
PARTS_AT_MOST = 20
CONSENTS = {
    "not_needed": ("无需报价", "No quotation needed"),
    "needed": ("待客户同意", "Waits for the customer's consent"),
    "given": ("客户已同意", "The customer has consented"),
    "refused": ("客户不同意", "The customer has declined"),
    "waived": ("免收费用", "Free of charge"),
}
WITHOUT_CONSENT = frozenset({"needed", "refused"})
"""While the consent stands so, a repair does not begin."""


def _media_ids() -> object:
    return field(Items(RecordId("media"), maximum=9), _("Pictures"))


def _captured_at() -> object:
    return field(Moment(), _("Captured at"))


class Note(InputSchema):
    """Nothing but an optional note."""

    note = field(Text(1000, multiline=True), _("Note"))
    captured_at = _captured_at()


class Reason(InputSchema):
    """A reason, which is kept."""

    reason = field(Text(1000, 2, multiline=True), _("Reason"), required=True)
    captured_at = _captured_at()


class Opinion(InputSchema):
    """The opinion of the one who checks the repair."""

    opinion = field(Text(1000, 2, multiline=True), _("Opinion"), required=True)
    media_ids = _media_ids()


def _one_receiver(node: object, values: dict[str, object]) -> None:
    if (values.get("unit_id") is None) == (values.get("repairer_id") is None):
        raise colander.Invalid(node, _("Choose either a unit or a person."))


class Allocate(InputSchema):
    """To whom: an agent or department, or directly a person."""

    validator = staticmethod(_one_receiver)
    unit_id = field(RecordId("unit"), _("Agent or department"))
    repairer_id = field(RecordId("repairer"), _("Or directly to a person"))
    note = field(Text(1000, multiline=True), _("Note"))


class Assign(InputSchema):
    """Which repairer."""

    repairer_id = field(RecordId("repairer"), _("Repairer"), required=True)
    note = field(Text(1000, multiline=True), _("Note"))


class Appoint(InputSchema):
    """The time agreed with the customer."""

    appointed_at = field(Moment(), _("Appointment"), required=True)
    note = field(Text(1000, multiline=True), _("Note"))


class Place(InputSchema):
    """Where it happened; positions of staff are taken at events only."""

    position = PositionSchema(title=_("Position"), missing=None)
    note = field(Text(1000, multiline=True), _("Note"))
    captured_at = _captured_at()


class Feedback(InputSchema):
    """What is going on."""

    text = field(Text(2000, 2, multiline=True), _("Feedback"), required=True)
    media_ids = _media_ids()
    position = PositionSchema(title=_("Position"), missing=None)
    captured_at = _captured_at()


class Hold(InputSchema):
    """Why the work cannot go on."""

    hold_reason = field(Choice(HOLD_REASONS), _("Reason"), required=True)
    note = field(Text(1000, multiline=True), _("Note"))
    captured_at = _captured_at()


class Part(InputSchema):
    """A part that was replaced."""

    name = field(Text(80), _("Part"), required=True)
    old_number = field(Text(60), _("Number of the old part"))
    new_number = field(Text(60), _("Number of the new part"))
    in_warranty = field(Boolean(), _("In warranty"))


def _said(node: Any, values: dict[str, Any]) -> None:
    """Cause and remedy are each told by a code, by words, or both; "other" needs words."""
    refused = colander.Invalid(node)
    for place, child in enumerate(node.children):
        code = values.get(f"{child.name}_code", "")
        if values[child.name] is None and code in {None, OTHER}:
            message = _("Say it in words.") if code else _("Choose one, or say it in words.")
            refused.add(colander.Invalid(child, message), place)
    if refused.children:
        raise refused


class Complete(InputSchema):
    """How the repair ended. Cause and remedy are told by codes, which are counted, with words beside them."""

    validator = staticmethod(_said)
    result = field(Choice(RESULTS), _("Result"), required=True)
    fault = field(Choice(FAULTS), _("Kind of fault"), help=_("What it turned out to be, where the report said otherwise."))
    cause_code = field(Choice(CAUSES), _("Cause"))
    cause = field(Text(1000, 2, multiline=True), _("Cause in words"))
    remedy_code = field(Choice(REMEDIES), _("Remedy"))
    remedy = field(Text(1000, 2, multiline=True), _("Remedy in words"))
    parts = field(Objects(Part, PARTS_AT_MOST), _("Parts replaced"))
    before_media_ids = field(Items(RecordId("media"), maximum=9), _("Pictures before the repair"))
    media_ids = field(Items(RecordId("media"), maximum=9), _("Pictures after the repair"))
    opinion = field(Text(1000, multiline=True), _("Customer's opinion"))
    signature_media_id = field(RecordId("media"), _("Customer's signature"))
    position = PositionSchema(title=_("Position"), missing=None)
    captured_at = _captured_at()


class FollowupAttempt(InputSchema):
    """Why nobody could be asked."""

    outcome = field(Choice(OUTCOMES), _("Outcome"), required=True)
    note = field(Text(1000, multiline=True), _("Note"))


def _score(title: Any) -> object:
    return field(Integer(1, 5), title, required=True)


class FollowUp(InputSchema):
    """What the customer says."""

    way = field(Choice(WAYS), _("Way"), required=True)
    repaired = field(Boolean(), _("Repaired"), required=True)
    response_score = _score(_("Response, 1 to 5"))
    manner_score = _score(_("Manner, 1 to 5"))
    quality_score = _score(_("Quality, 1 to 5"))
    opinion = field(Text(1000, multiline=True), _("Customer's opinion"))
    media_ids = _media_ids()
    position = PositionSchema(title=_("Position"), missing=None)
    captured_at = _captured_at()


class CloseUnreached(InputSchema):
    """Why there was no follow-up."""

    unreached = field(Choice(UNREACHED), _("Reason"), required=True)
    note = field(Text(1000, multiline=True), _("Note"))


class MoveDeadline(InputSchema):
    """A new deadline."""

    due_at = field(Moment(), _("Deadline"), required=True)
    reason = field(Text(1000, 2, multiline=True), _("Reason"), required=True)


class Create(InputSchema):
    """A task for requests in progress."""

    repair_ids = field(Items(RecordId("repair"), maximum=20, minimum=1), _("Requests"), required=True)
    note = field(Text(1000, 2, multiline=True), _("What is to be done"), required=True)


ACTION_SCHEMAS: dict[str, type[InputSchema]] = {
    schema.__name__: schema
    for schema in (
        Note,
        Reason,
        Opinion,
        Allocate,
        Assign,
        Appoint,
        Place,
        Feedback,
        Hold,
        Complete,
        FollowupAttempt,
        FollowUp,
        CloseUnreached,
    )
}
"""The schemas that the workflow table names."""
