"""The way of a quotation, carried out by the same engine as requests and tasks. Its table is fixed, unlike theirs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from translationstring import TranslationString

from ..kernel.context import Context
from ..kernel.errors import Invalid
from ..kernel.i18n import _
from ..kernel.transition import FixedMachine
from ..kernel.workflow import Row, of_room
from ..media.service import MediaService
from ..repairs.models import RepairRequest
from .models import Quotation
from .schema import ACTION_SCHEMAS

Values = dict[str, Any]


QUOTATION_TABLE = of_room("shuhua_core.quotations")


def named(quotation: Quotation, **more: Any) -> Mapping[str, Any]:
    """What events of quotations carry."""
    return {
        "task_id": quotation.task_id,
        "repair_id": quotation.repair_id,
        "edition": quotation.edition,
        "total": f"{quotation.total:.2f}",
        **more,
    }


def today(ctx: Context) -> date:
    """The deployment's day."""
    return ctx.now.astimezone(ctx.deployment.settings.timezone).date()


def _still_valid(ctx: Context, quotation: Quotation) -> TranslationString | None:
    if quotation.valid_until is None or quotation.valid_until >= today(ctx):
        return None
    return _("The quotation was valid until ${day}; a new version is needed.", mapping={"day": quotation.valid_until.isoformat()})


def _send(ctx: Context, quotation: Quotation, _values: Values, _row: Row) -> Mapping[str, Any]:
    address(ctx, quotation)
    quotation.sent_at = ctx.now
    return named(quotation)


def address(ctx: Context, quotation: Quotation) -> None:
    """From now on it is also theirs whose request it is for."""
    repair = ctx.session.get_one(RepairRequest, quotation.repair_id)
    quotation.reporter_id, quotation.customer_id = repair.reporter_id, repair.customer_id
    quotation.host_unit_id = repair.host_unit_id


def _answer(ctx: Context, quotation: Quotation, way: str, person: str | None) -> Mapping[str, Any]:
    quotation.answered_at, quotation.answered_way, quotation.answered_by = ctx.now, way, person
    return named(quotation, way=way)


def _accept(ctx: Context, quotation: Quotation, _values: Values, _row: Row) -> Mapping[str, Any]:
    return _answer(ctx, quotation, "online", ctx.actor.name or None)


def _decline(ctx: Context, quotation: Quotation, values: Values, _row: Row) -> Mapping[str, Any]:
    quotation.reason = values["reason"]
    return _answer(ctx, quotation, "online", ctx.actor.name or None)


def _record_call(ctx: Context, quotation: Quotation, values: Values, _row: Row) -> Mapping[str, Any]:
    if values["agreed_at"] > ctx.now:
        raise Invalid({"agreed_at": _("This is in the future.")})
    if quotation.sent_at is not None and values["agreed_at"] < quotation.sent_at.replace(second=0, microsecond=0):
        raise Invalid({"agreed_at": _("The quotation had not been sent yet.")})
    found = _answer(ctx, quotation, "phone", values["answered_by"])
    quotation.answered_at = values["agreed_at"]
    return found


def _record_refusal(ctx: Context, quotation: Quotation, values: Values, _row: Row) -> Mapping[str, Any]:
    quotation.reason = values["reason"]
    return _answer(ctx, quotation, "phone", values["answered_by"])


def _record_paper(ctx: Context, quotation: Quotation, values: Values, _row: Row) -> Mapping[str, Any]:
    if values["signed_on"] > today(ctx):
        raise Invalid({"signed_on": _("This is in the future.")})
    if quotation.valid_until is not None and values["signed_on"] > quotation.valid_until:
        raise Invalid({"signed_on": _still_valid(ctx, quotation)})
    if not values["media_ids"]:
        raise Invalid({"media_ids": _("Take a picture of the signed paper.")})
    MediaService(ctx).attach(values["media_ids"], "quotation", quotation.id)
    return _answer(ctx, quotation, "paper", values["answered_by"])


def _withdraw(_ctx: Context, quotation: Quotation, values: Values, _row: Row) -> Mapping[str, Any]:
    quotation.reason = values["reason"]
    return named(quotation)


def _expire(_ctx: Context, quotation: Quotation, _values: Values, _row: Row) -> Mapping[str, Any]:
    return named(quotation)


MACHINE = FixedMachine(
    kind="quotation",
    workflow=QUOTATION_TABLE.name,
    fixed=QUOTATION_TABLE,
    schemas=ACTION_SCHEMAS,
    guards={"still_valid": _still_valid},
    effects={
        "send": _send,
        "accept": _accept,
        "decline": _decline,
        "record_call": _record_call,
        "record_refusal": _record_refusal,
        "record_paper": _record_paper,
        "withdraw": _withdraw,
        "expire": _expire,
    },
)
