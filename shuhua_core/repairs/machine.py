"""What the table of repair requests means: guards, and how each action changes the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from translationstring import TranslationString

from ..kernel.context import Context
from ..kernel.errors import Invalid
from ..kernel.i18n import _
from ..kernel.scope import visible
from ..kernel.transition import Machine
from ..kernel.workflow import Row
from ..media.service import MediaService
from .models import RepairRequest
from .schema import ACTION_SCHEMAS

Values = dict[str, Any]


def _recent_enough(ctx: Context, repair: RepairRequest) -> TranslationString | None:
    days = ctx.deployment.settings.reopen_days
    if repair.ended_at is not None and ctx.now - repair.ended_at <= timedelta(days=days):
        return None
    return _("This can be reopened for ${n} days only. Please report the fault anew.", mapping={"n": days})


def _staff_acted(ctx: Context, repair: RepairRequest) -> None:
    if repair.first_action_at is None:
        repair.first_action_at = ctx.now


def _approve(ctx: Context, repair: RepairRequest, values: Values, _row: Row) -> Mapping[str, Any]:
    _staff_acted(ctx, repair)
    repair.severity, repair.in_warranty = values["severity"], values["in_warranty"]
    return {
        "severity": repair.severity,
        "in_warranty": repair.in_warranty,
        "task_id": values["task_id"],
        "equipment_id": repair.equipment_id,
    }


def _settle(ctx: Context, repair: RepairRequest, values: Values, row: Row) -> None:
    if row.permission == "repairs.review":
        _staff_acted(ctx, repair)
        repair.answer = values.get("reason")
    repair.ended_at = ctx.now


def _answer(ctx: Context, repair: RepairRequest, values: Values, _row: Row) -> None:
    _staff_acted(ctx, repair)
    repair.answer = values["answer"]
    repair.resolved_at = ctx.now


def _ask_more(ctx: Context, repair: RepairRequest, values: Values, _row: Row) -> None:
    _staff_acted(ctx, repair)
    repair.question = values["question"]


def _supply(ctx: Context, repair: RepairRequest, values: Values, _row: Row) -> None:
    MediaService(ctx).attach(values["media_ids"] or [], "repair", repair.id, space=ctx.session.info.get("reporter_space"))


def _merge(ctx: Context, repair: RepairRequest, values: Values, _row: Row) -> Mapping[str, Any]:
    target = ctx.session.scalars(
        select(RepairRequest)
        .where(RepairRequest.id == values["target_id"], visible(RepairRequest, ctx.actor, "repairs.review"))
        .with_for_update()
    ).one_or_none()
    if target is None or target.id == repair.id:
        raise Invalid({"target_id": _("Choose another request that you may review.")})
    if target.state not in ("pending_review", "need_info", "in_progress"):
        raise Invalid({"target_id": _("The target is settled already. Choose one that is open.")})
    _staff_acted(ctx, repair)
    repair.merged_into_id = target.id
    repair.ended_at = ctx.now
    return {"target_id": target.id, "target_state": target.state, "open_tasks": values["open_tasks"]}


def _unmerge(ctx: Context, repair: RepairRequest, values: Values, _row: Row) -> Mapping[str, Any]:
    target_id, repair.merged_into_id, repair.ended_at = repair.merged_into_id, None, None
    return {"target_id": target_id}


def _resolve(ctx: Context, repair: RepairRequest, _values: Values, _row: Row) -> None:
    repair.resolved_at = ctx.now


def _back_to_work(_ctx: Context, repair: RepairRequest, _values: Values, _row: Row) -> None:
    repair.resolved_at = repair.ended_at = None


def _confirm(ctx: Context, repair: RepairRequest, values: Values, _row: Row) -> Mapping[str, Any]:
    repair.score, repair.ended_at = values["score"], ctx.now
    return {"score": repair.score}


def _add_task(ctx: Context, repair: RepairRequest, values: Values, _row: Row) -> Mapping[str, Any]:
    return {"severity": values["severity"], "note": values["note"]}


MACHINE = Machine(
    kind="repair",
    workflow="repairs",
    schemas=ACTION_SCHEMAS,
    guards={"recent_enough": _recent_enough},
    effects={
        "approve": _approve,
        "reject": _settle,
        "answer": _answer,
        "ask_more": _ask_more,
        "supply": _supply,
        "expire": _settle,
        "merge": _merge,
        "unmerge": _unmerge,
        "withdraw": _settle,
        "add_task": _add_task,
        "resolve": _resolve,
        "redo": _back_to_work,
        "fall_back": _back_to_work,
        "confirm": _confirm,
        "dispute": _back_to_work,
        "reopen": _back_to_work,
    },
)
