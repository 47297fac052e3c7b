"""Which rule gives a piece its ends. One place: services, background runs, previews and data loads all reckon here.

In this order: what was entered on the piece; a rule that names its model; the model's own values; a rule for its type; a rule
for every piece. Among equals the one for the latest pieces wins, then the newest. Each end is looked for by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuhua_core.archives.models import ProductModel
from shuhua_core.kernel.recall import recalled
from shuhua_core.kernel.steps import plain
from shuhua_core.sites.derived import after_months

from .models import LifetimeRule

ENDS = ("warranty", "safe_life")
"""What ends: ``{end}_to``, ``{end}_by`` and ``{end}_rule_id`` are columns of a piece, ``{end}_months`` of a rule."""
BY_PIECE, BY_RULE, BY_MODEL = "piece", "rule", "model"
"""What gave a piece an end."""


class Terms(Protocol):
    """What of a rule is asked for; plain values do, too."""

    id: int
    type: str | None
    model_id: int | None
    dated_by: str
    starts_on: date | None
    ends_on: date | None
    counted_from: str
    safe_life_months: int | None
    warranty_months: int | None


class Dated(Protocol):
    """What of a piece is asked for."""

    model_id: int
    produced_on: date | None
    installed_on: date | None


@dataclass(frozen=True, slots=True)
class ModelTerms:
    """What a model says of itself."""

    type: str
    warranty_months: int | None
    safe_life_months: int | None


@dataclass(frozen=True, slots=True)
class End:
    """An end and what gave it. Without a day to count from there is none, though a rule was found."""

    to: date | None
    by: str | None
    rule_id: int | None = None
    months: int | None = None
    since: date | None = None


NO_END = End(None, None)


def day_of(piece: Dated, name: str) -> date | None:
    """The day that a rule goes by, or the other one where that is not known."""
    first, second = piece.produced_on, piece.installed_on
    return (first or second) if name == "production" else (second or first)


def fits(rule: Terms, piece: Dated, kind: str) -> bool:
    """Whether the rule is one for this piece, which is of type ``kind``."""
    if rule.model_id not in {None, piece.model_id} or rule.type not in {None, kind}:
        return False
    if rule.starts_on is None and rule.ends_on is None:
        return True
    day = day_of(piece, rule.dated_by)
    return day is not None and (rule.starts_on or date.min) <= day <= (rule.ends_on or date.max)


class Reckoner:
    """The rules in force and the models' own values, read once."""

    def __init__(self, rules: Iterable[Terms], models: Mapping[int, ModelTerms]) -> None:
        self._rules = sorted(rules, key=lambda rule: (rule.starts_on or date.min, rule.id), reverse=True)
        self._models = models
        self._known: dict[Any, End] = {}

    def end(self, piece: Dated, which: str) -> End:
        """The end ``which``, one of :data:`ENDS`, of a piece on which none was entered."""
        key = (which, piece.model_id, piece.produced_on, piece.installed_on)
        if key not in self._known:
            self._known[key] = self._find(piece, which)
        return self._known[key]

    def _find(self, piece: Dated, which: str) -> End:
        model = self._models[piece.model_id]
        months = f"{which}_months"
        found = [rule for rule in self._rules if getattr(rule, months) is not None and fits(rule, piece, model.type)]
        for rule in found:
            if rule.model_id is not None:
                return _counted(piece, BY_RULE, rule.counted_from, getattr(rule, months), rule.id)
        own = getattr(model, months)
        if own is not None:
            return _counted(piece, BY_MODEL, "installation", own)
        best = next((rule for rule in found if rule.type is not None), found[0] if found else None)
        return _counted(piece, BY_RULE, best.counted_from, getattr(best, months), best.id) if best else NO_END


def _counted(piece: Dated, by: str, day: str, months: int, rule_id: int | None = None) -> End:
    since = day_of(piece, day)
    return End(after_months(since, months), by, rule_id, months, since)


def rules_in_force(session: Session) -> list[LifetimeRule]:
    """All that have not been ended."""
    return list(session.scalars(select(LifetimeRule).where(LifetimeRule.ended_at.is_(None))))


def models_terms(session: Session, model_ids: Iterable[int] | None = None) -> dict[int, ModelTerms]:
    """What models, all or those, say of themselves."""
    query = select(ProductModel.id, ProductModel.type, ProductModel.warranty_months, ProductModel.safe_life_years)
    if model_ids is not None:
        query = query.where(ProductModel.id.in_(set(model_ids)))
    return {
        model_id: ModelTerms(kind, warranty, years * 12 if years is not None else None)
        for model_id, kind, warranty, years in session.execute(query)
    }


def reckoner_for(session: Session, model_id: int) -> Reckoner:
    """For pieces of one model."""

    def read() -> Reckoner:
        return Reckoner(rules_in_force(session), models_terms(session, [model_id]))

    return recalled(session, ("lifetime rules", model_id), read)


def settle_ends(piece: Any, reckoner: Reckoner, entered: Mapping[str, date | None] | None = None) -> dict[str, Any]:
    """Give a piece its ends: those ``entered`` now (None: no longer), those entered before, else those by the rules.

    Gives column -> [old, new], as plain values, of what changed.
    """
    changes: dict[str, Any] = {}
    for which in ENDS:
        given = (entered or {}).get(f"{which}_to")
        if given is not None:
            found = End(given, BY_PIECE)
        elif getattr(piece, f"{which}_by") == BY_PIECE and f"{which}_to" not in (entered or {}):
            continue
        else:
            found = reckoner.end(piece, which)
        for name, value in ((f"{which}_to", found.to), (f"{which}_by", found.by), (f"{which}_rule_id", found.rule_id)):
            old = getattr(piece, name)
            if old != value:
                setattr(piece, name, value)
                changes[name] = plain({"pair": [old, value]})["pair"]
    return changes
