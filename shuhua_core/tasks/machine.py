"""What the table of tasks means: guards, and how each action changes the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from translationstring import TranslationString

from ..accounts.models import Organisation, User
from ..accounts.organisations import carriers, unit_below
from ..kernel.context import Context
from ..kernel.errors import Invalid
from ..kernel.i18n import _
from ..kernel.transition import Machine
from ..kernel.workflow import Row
from ..media.service import MediaService
from .consent import refusal
from .models import Task
from .schema import ACTION_SCHEMAS, WITHOUT_CONSENT

Values = dict[str, Any]
EventValues = Mapping[str, Any]
REPAIRS = frozenset({"repaired", "temporary"})
"""Results that come of a repair, which out of warranty the customer has to pay for; what only was looked at is none."""


def _given_to_unit(_ctx: Context, task: Task) -> TranslationString | None:
    return _("The task was allocated to a person, not to the unit.") if task.direct else None


def _given_to_person(_ctx: Context, task: Task) -> TranslationString | None:
    return None if task.direct else _("The task was allocated to the unit; its manager decides.")


def _not_taken(_ctx: Context, task: Task) -> TranslationString | None:
    return _("You have taken this task already.") if task.taken_at is not None else None


def _has_repairer(_ctx: Context, task: Task) -> TranslationString | None:
    return None if task.repairer_id is not None else _("Nobody is assigned.")


def _check_asked(_ctx: Context, task: Task) -> TranslationString | None:
    return None if task.check_asked else _("The host unit does not check repairs here.")


def _no_check_asked(_ctx: Context, task: Task) -> TranslationString | None:
    return _("The host unit checks this repair first.") if task.check_asked else None


def _consented(_ctx: Context, task: Task) -> TranslationString | None:
    return refusal(task.consent)


def _allocate(ctx: Context, task: Task, values: Values, _row: Row) -> EventValues:
    task.allocated_at, task.accepted_at, task.taken_at = ctx.now, None, None
    if values["unit_id"] is not None:
        unit = unit_below(ctx.session, values["unit_id"], task.branch_path)
        if unit is None:
            raise Invalid({"unit_id": _("Choose an active agent or department of this branch.")})
        task.unit_id, task.organisation_path, task.repairer_id, task.direct = unit.id, unit.path, None, False
    else:
        person, unit = _carrier(ctx, values["repairer_id"], task.branch_path)
        task.unit_id, task.organisation_path, task.repairer_id, task.direct = unit.id, unit.path, person.id, True
    return _holders(task)


def _carrier(ctx: Context, user_id: int, path: str) -> tuple[User, Organisation]:
    found = carriers(ctx.session, path, user_id=user_id)
    if not found:
        raise Invalid({"repairer_id": _("Choose an active repairer of this unit.")})
    return found[0]


def _holders(task: Task, **more: Any) -> EventValues:
    return {"unit_id": task.unit_id, "repairer_id": task.repairer_id, **more}


def _accept(ctx: Context, task: Task, _values: Values, _row: Row) -> EventValues:
    task.accepted_at = ctx.now
    if task.direct:
        task.assigned_at = task.taken_at = ctx.now
    return _holders(task)


def _give_back(_ctx: Context, task: Task, _values: Values, _row: Row) -> EventValues:
    """Nobody has it any more; the branch's dispatcher decides anew."""
    before = {"unit_before": task.unit_id, "repairer_before": task.repairer_id}
    task.unit_id = task.repairer_id = task.accepted_at = task.assigned_at = task.taken_at = task.hold_reason = None
    task.direct, task.organisation_path = False, task.branch_path
    return _holders(task, **before)


def _assign(ctx: Context, task: Task, values: Values, _row: Row) -> EventValues:
    person, _unit = _carrier(ctx, values["repairer_id"], task.organisation_path)
    before = task.repairer_id
    task.repairer_id, task.assigned_at, task.taken_at, task.direct = person.id, ctx.now, None, False
    return _holders(task, repairer_before=before if before != person.id else None)


def _take(ctx: Context, task: Task, _values: Values, _row: Row) -> EventValues:
    task.taken_at = ctx.now
    return _holders(task)


def _release(ctx: Context, task: Task, values: Values, row: Row) -> EventValues:
    """The repairer no longer has it; the unit has, unless it was allocated to the repairer directly and declined."""
    if row.target == "pending_reallocation":
        return _give_back(ctx, task, values, row)
    before = task.repairer_id
    task.repairer_id = task.assigned_at = task.taken_at = task.hold_reason = None
    task.direct = False
    return _holders(task, repairer_before=before)


def _appoint(ctx: Context, task: Task, values: Values, _row: Row) -> EventValues:
    if values["appointed_at"] < ctx.now:
        raise Invalid({"appointed_at": _("Choose a time to come.")})
    task.appointed_at = values["appointed_at"]
    return _holders(task, appointed_at=task.appointed_at.isoformat())


def _depart(ctx: Context, task: Task, _values: Values, _row: Row) -> EventValues:
    task.taken_at = task.taken_at or ctx.now
    return _holders(task)


def _arrive(ctx: Context, task: Task, _values: Values, _row: Row) -> EventValues:
    task.arrived_at = ctx.now
    return _holders(task)


def _start(ctx: Context, task: Task, _values: Values, _row: Row) -> EventValues:
    task.taken_at, task.started_at = task.taken_at or ctx.now, ctx.now
    return _holders(task, equipment_id=task.equipment_id)


def _feedback(ctx: Context, task: Task, values: Values, _row: Row) -> EventValues:
    MediaService(ctx).attach(values["media_ids"] or [], "task", task.id)
    return _holders(task)


def _urge(_ctx: Context, task: Task, _values: Values, _row: Row) -> EventValues:
    task.urged += 1
    return _holders(task)


def _hold(_ctx: Context, task: Task, values: Values, _row: Row) -> EventValues:
    task.hold_reason = values["hold_reason"]
    return _holders(task, reason=task.hold_reason)


def _resume(_ctx: Context, task: Task, _values: Values, _row: Row) -> EventValues:
    task.hold_reason = None
    return _holders(task)


def _complete(ctx: Context, task: Task, values: Values, row: Row) -> EventValues:
    if values["result"] in REPAIRS and task.consent in WITHOUT_CONSENT:
        raise Invalid({"result": refusal(task.consent)})
    signature = values["signature_media_id"]
    media = [*(values["before_media_ids"] or []), *(values["media_ids"] or []), *([] if signature is None else [signature])]
    MediaService(ctx).attach(media, "task", task.id)
    task.result, task.cause, task.remedy = values["result"], values["cause"], values["remedy"]
    task.cause_code, task.remedy_code = values["cause_code"], values["remedy_code"]
    task.fault = values["fault"] or task.fault
    if row.target == "completed":
        task.completed_at = ctx.now
    codes = {"fault": task.fault, "cause": task.cause_code, "remedy": task.remedy_code}
    return _holders(task, result=task.result, equipment_id=task.equipment_id, **codes)


def _pass_check(ctx: Context, task: Task, values: Values, _row: Row) -> EventValues:
    MediaService(ctx).attach(values["media_ids"] or [], "task", task.id)
    task.completed_at = ctx.now
    return _holders(task, result=task.result, equipment_id=task.equipment_id)


def _rework(ctx: Context, task: Task, values: Values, _row: Row) -> EventValues:
    MediaService(ctx).attach(values.get("media_ids") or [], "task", task.id)
    task.completed_at = task.result = None
    return _holders(task)


def _attempt(_ctx: Context, task: Task, values: Values, _row: Row) -> EventValues:
    task.followup_attempts += 1
    return _holders(task, outcome=values["outcome"])


def _follow_up(ctx: Context, task: Task, values: Values, _row: Row) -> EventValues:
    MediaService(ctx).attach(values["media_ids"] or [], "task", task.id)
    scores = [values["response_score"], values["manner_score"], values["quality_score"]]
    task.satisfaction = round(100 * sum(scores) / len(scores))
    return _holders(task, way=values["way"], repaired=values["repaired"], scores=scores)


def _end(ctx: Context, task: Task, values: Values, _row: Row) -> EventValues:
    task.ended_at = ctx.now
    return _holders(task, unreached=values.get("unreached"))


def _close_unreached(ctx: Context, task: Task, values: Values, row: Row) -> EventValues:
    needed = ctx.deployment.settings.followup_attempts
    if values["unreached"] == "attempts" and task.followup_attempts < needed:
        raise Invalid(
            {
                "unreached": _(
                    "Only ${done} of ${needed} attempts were made.", mapping={"done": task.followup_attempts, "needed": needed}
                )
            }
        )
    return _end(ctx, task, values, row)


MACHINE = Machine(
    kind="task",
    workflow="tasks",
    schemas=ACTION_SCHEMAS,
    guards={
        "given_to_unit": _given_to_unit,
        "given_to_person": _given_to_person,
        "not_taken": _not_taken,
        "has_repairer": _has_repairer,
        "check_asked": _check_asked,
        "no_check_asked": _no_check_asked,
        "consented": _consented,
    },
    effects={
        "allocate": _allocate,
        "accept": _accept,
        "object": _give_back,
        "recall": _give_back,
        "assign": _assign,
        "take": _take,
        "decline": _release,
        "unassign": _release,
        "appoint": _appoint,
        "depart": _depart,
        "arrive": _arrive,
        "start": _start,
        "feedback": _feedback,
        "urge": _urge,
        "hold": _hold,
        "resume": _resume,
        "complete": _complete,
        "pass_check": _pass_check,
        "fail_check": _rework,
        "rework": _rework,
        "followup_attempt": _attempt,
        "follow_up": _follow_up,
        "close": _end,
        "close_unreached": _close_unreached,
        "cancel": _end,
    },
)
