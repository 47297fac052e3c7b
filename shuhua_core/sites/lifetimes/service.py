"""Adding, changing and ending rules, and what each would do to the pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives import records
from shuhua_core.archives.models import ProductModel
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid, WrongState
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import deserialize
from shuhua_core.kernel.scope import get_visible
from shuhua_core.sites.machine import GONE
from shuhua_core.sites.models import Equipment

from .events import LifetimeEvent
from .models import LifetimeRule, LifetimeRun
from .reckon import BY_PIECE, ENDS, Reckoner, Terms, models_terms, rules_in_force
from .schema import LifetimeRuleCreate, LifetimeRuleEnd, LifetimeRulePatch

LOOKED_AT = 200_000
"""Pieces that a preview looks at, at most."""
Reach = list[list[str | int | None]]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change of the rules would do to the pieces that are not gone."""

    pieces: int
    """How many the rule concerns."""
    changing: int
    """Of which an end would move."""
    past: int
    """Whose safe service life would be over by that."""
    entered: int
    """On which an end was entered by hand, which stays."""
    more: bool
    """Whether there are more than were looked at."""


class LifetimeRuleService:
    """What one actor does with rules."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def get(self, rule_id: int) -> LifetimeRule:
        """One rule. Raises NotFound."""
        return get_visible(self._ctx.session, LifetimeRule, self._ctx.actor, Permission.LIFETIMES_VIEW, rule_id)

    def create(self, data: Any) -> LifetimeRule:
        """Add a rule (:class:`LifetimeRuleCreate`). Raises NotAllowed, Invalid."""
        ctx = self._ctx
        records.refuse_without(ctx, Permission.LIFETIMES_EDIT)
        values = deserialize(LifetimeRuleCreate, data)
        self._check(values)
        values["number"] = values["number"] or ctx.deployment.numbers.take(ctx.session, "SM", ctx.now)
        rule = LifetimeRule(**values, version=1, created_at=ctx.now, updated_at=ctx.now)
        ctx.session.add(rule)
        records.flush(ctx)
        records.publish(ctx, LifetimeEvent.CREATED, "lifetime", rule, records.initial(rule))
        start_run(ctx, [_reach(rule)], rule.id)
        return rule

    def edit(self, rule_id: int, data: Any, *, expected_version: int | None = None) -> LifetimeRule:
        """Change what ``data`` names (:class:`LifetimeRulePatch`).

        Raises NotFound, NotAllowed, VersionStale, WrongState, Invalid.
        """
        ctx = self._ctx
        rule = self._editable(rule_id, expected_version)
        values = records.patch_values(LifetimeRulePatch, data, rule)
        if values.get("number", rule.number) is None:
            del values["number"]
        self._check({**{name: getattr(rule, name) for name in _FIELDS}, **values}, rule)
        before = _reach(rule)
        changes = records.changed(rule, values)
        if changes:
            records.touch(ctx, rule)
            records.flush(ctx)
            records.publish(ctx, LifetimeEvent.EDITED, "lifetime", rule, changes)
            if changes.keys() - _WORDS:
                start_run(ctx, [before, _reach(rule)], rule.id)
        return rule

    def end(self, rule_id: int, data: Any, *, expected_version: int | None = None) -> LifetimeRule:
        """Take a rule out of force (:class:`LifetimeRuleEnd`). Raises NotFound, NotAllowed, VersionStale, WrongState, Invalid."""
        ctx = self._ctx
        rule = self._editable(rule_id, expected_version)
        values = deserialize(LifetimeRuleEnd, data)
        changes = records.changed(rule, {"ended_at": ctx.now})
        records.touch(ctx, rule)
        records.flush(ctx)
        records.publish(ctx, LifetimeEvent.ENDED, "lifetime", rule, changes, note=values["reason"])
        start_run(ctx, [_reach(rule)], rule.id)
        return rule

    def preview(self, data: Any, rule_id: int | None = None) -> Preview:
        """What it would do to add this rule, or to change that one so. Raises NotAllowed, NotFound, WrongState, Invalid."""
        ctx = self._ctx
        records.refuse_without(ctx, Permission.LIFETIMES_EDIT)
        values = deserialize(LifetimeRuleCreate, data)
        rule = self._editable(rule_id, None) if rule_id is not None else None
        self._check(values, rule)
        wanted = SimpleNamespace(**values, id=rule.id if rule else 2**62)
        return self._looked_at([*([rule] if rule else []), wanted], [wanted], rule)

    def preview_end(self, rule_id: int) -> Preview:
        """What it would do to take this rule out of force. Raises NotAllowed, NotFound, WrongState."""
        rule = self._editable(rule_id, None)
        return self._looked_at([rule], [], rule)

    def _looked_at(self, concerned: Sequence[Terms], added: Sequence[Terms], left_out: LifetimeRule | None) -> Preview:
        session = self._ctx.session
        others: list[Terms] = [rule for rule in rules_in_force(session) if left_out is None or rule.id != left_out.id]
        reckoner = Reckoner([*others, *added], models_terms(session))
        today = self._ctx.now.astimezone(self._ctx.deployment.settings.timezone).date()
        columns = ("model_id", "produced_on", "installed_on", *(f"{which}_{part}" for which in ENDS for part in ("to", "by")))
        query = (
            select(*(getattr(Equipment, name) for name in columns))
            .where(concerns([_reach(rule) for rule in concerned], left_out.id if left_out else None))
            .limit(LOOKED_AT + 1)
        )
        counts = {"pieces": 0, "changing": 0, "past": 0, "entered": 0}
        for row in session.execute(query):
            if counts["pieces"] == LOOKED_AT:
                return Preview(**counts, more=True)
            counts["pieces"] += 1
            for name, counted in _told(row, reckoner, today).items():
                counts[name] += counted
        return Preview(**counts, more=False)

    def _editable(self, rule_id: int, expected_version: int | None) -> LifetimeRule:
        rule = records.editable(
            self._ctx,
            LifetimeRule,
            rule_id,
            view=Permission.LIFETIMES_VIEW,
            edit=Permission.LIFETIMES_EDIT,
            expected_version=expected_version,
        )
        if rule.ended_at is not None:
            raise WrongState(_("This rule is no longer in force. Add a new one."))
        return rule

    def _check(self, values: Mapping[str, Any], rule: LifetimeRule | None = None) -> None:
        ctx = self._ctx
        besides = rule.id if rule else None
        records.require_unique(
            ctx, LifetimeRule, "number", values["number"], permission=Permission.LIFETIMES_VIEW, besides=besides
        )
        records.require_reference(ctx, ProductModel, values["model_id"], field="model_id", permission=Permission.MODELS_VIEW)
        if values["model_id"] is not None and values["type"] is not None:
            raise Invalid({"type": _("A rule for one model is of that model's type; leave the type empty.")})
        if values["safe_life_months"] is None and values["warranty_months"] is None:
            raise Invalid({"safe_life_months": _("Say how long the safe service life or the warranty is.")})
        if values["starts_on"] and values["ends_on"] and values["ends_on"] < values["starts_on"]:
            raise Invalid({"ends_on": _("The last day comes after the first.")})
        self._refuse_twin(values, besides)

    def _refuse_twin(self, values: Mapping[str, Any], besides: int | None) -> None:
        """Two rules that say different things of the same pieces from the same day on would leave it to chance."""
        same = [getattr(LifetimeRule, name).is_not_distinct_from(values[name]) for name in _KEY]
        query = select(LifetimeRule).where(LifetimeRule.ended_at.is_(None), *same)
        for other in self._ctx.session.scalars(query):
            if other.id != besides and any(values[each] is not None and getattr(other, each) is not None for each in _MONTHS):
                text = _("Rule ${number} says this of the same pieces already. Change or end that one.")
                raise Invalid({"starts_on": text % {"number": other.number}})


_KEY = ("type", "model_id", "dated_by", "starts_on")
_MONTHS = ("safe_life_months", "warranty_months")
_FIELDS = tuple(node.name for node in LifetimeRuleCreate().children)
_WORDS = {"number", "edition", "edition_en", "note"}
"""Fields of a rule that move no end."""


def _reach(rule: Terms) -> list[str | int | None]:
    return [rule.type, rule.model_id]


def _told(row: Any, reckoner: Reckoner, today: date) -> dict[str, int]:
    """What of a preview one piece counts for."""
    moved = [which for which in ENDS if getattr(row, f"{which}_by") != BY_PIECE]
    after = {which: reckoner.end(row, which).to for which in moved}
    changing = [which for which in moved if after[which] != getattr(row, f"{which}_to")]
    end = after.get("safe_life")
    return {
        "changing": int(bool(changing)),
        "past": int("safe_life" in changing and end is not None and end < today),
        "entered": int(len(moved) < len(ENDS)),
    }


def concerns(reach: Reach, rule_id: int | None) -> ColumnElement[bool]:
    """Pieces not gone that are of one of these types or models, or have an end by that rule."""
    found: list[ColumnElement[bool]] = [false()]
    for kind, model_id in reach:
        if model_id is not None:
            found.append(Equipment.model_id == model_id)
        elif kind is not None:
            found.append(Equipment.model_id.in_(select(ProductModel.id).where(ProductModel.type == kind)))
        else:
            found.append(true())
    if rule_id is not None:
        found += [Equipment.warranty_rule_id == rule_id, Equipment.safe_life_rule_id == rule_id]
    return Equipment.state.not_in(GONE) & or_(*found)


def start_run(ctx: Context, reach: Reach, rule_id: int | None = None) -> None:
    """Have the pieces that a change concerns reckoned anew by the worker."""
    once = [each for index, each in enumerate(reach) if each not in reach[:index]]
    run = LifetimeRun(
        rule_id=rule_id,
        reach=once,
        position=0,
        seen=0,
        changed=0,
        asked_by_id=ctx.actor.user_id,
        created_at=ctx.now,
        updated_at=ctx.now,
    )
    ctx.session.add(run)
    ctx.session.flush()
