"""How many rows a list has: exactly as far as anybody counts, and beyond that only that there are more.

Nobody turns a thousand pages, and whoever has a million rows does not want to wait until they are counted to see the first
twenty. Each count stops behind :data:`COUNTED`; that of a state does too, so the few that wait for somebody are still told
from the many that are done (docs/adr/0026-lists-and-search.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, func, literal, select, union_all

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.hints import unlikely
from shuhua_web import formats

if TYPE_CHECKING:
    from .listing import Listing

COUNTED = 10_000
"""Rows that are counted; a count above it means that there are more."""


def shown(count: int) -> str:
    """A count as people read it: ``35``, or ``10,000+``."""
    return formats.number(min(count, COUNTED)) + ("+" if count > COUNTED else "")


def total(listing: Listing, ctx: Context, conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many rows fit, at most one more than :data:`COUNTED`."""
    return ctx.session.scalar(select(_count(listing, conditions))) or 0


def by_state(listing: Listing, ctx: Context, conditions: Sequence[ColumnElement[bool]]) -> Mapping[str, int]:
    """How many rows that fit are in each state, each at most one more than :data:`COUNTED`.

    That is one statement, or two where all together are more than twice as many.
    """
    if listing.states is None:
        return {}
    state = listing.states.expression
    seen = 2 * COUNTED
    some = listing.joined(select(state.label("state")).where(and_(*conditions)).limit(seen + 1)).subquery()
    rows = ctx.session.execute(select(some.c.state, func.count()).group_by(some.c.state)).all()
    found: dict[str, int] = {name: min(count, COUNTED + 1) for name, count in rows if name is not None and count}
    if sum(count for _state, count in rows) > seen:
        # Of the state that most are in enough was seen. The others have few rows each, or none, which its index counts.
        rest = [name for name in listing.states.table(ctx).states if found.get(name, 0) <= COUNTED]
        exactly = apart(listing, ctx, {name: [*conditions, unlikely(state == literal(name))] for name in rest})
        found = {name: count for name, count in found.items() if name not in rest} | dict(exactly)
    return found


def apart(listing: Listing, ctx: Context, wanted: Mapping[str, Sequence[ColumnElement[bool]]]) -> Mapping[str, int]:
    """How many rows fit each of several sets of conditions, by the names of these, each at most one more than :data:`COUNTED`.

    One statement; what nothing fits is left out.
    """
    each = (select(literal(name), _count(listing, conditions)) for name, conditions in wanted.items())
    return {name: count for name, count in ctx.session.execute(union_all(*each)) if count}


def together(counts: Sequence[int]) -> int:
    """The sum of counts, of which one may stand for more."""
    return min(sum(counts), COUNTED + 1)


def _count(listing: Listing, conditions: Sequence[ColumnElement[bool]]) -> Any:
    rows = listing.joined(select(literal(1).label("row")).where(and_(*conditions)).limit(COUNTED + 1)).subquery()
    return select(func.count()).select_from(rows).scalar_subquery()
