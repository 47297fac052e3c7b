"""How two customers are merged, and which may be the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select
from sqlalchemy.orm import aliased

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives import distinct
from shuhua_core.archives.events import ArchiveEvent
from shuhua_core.archives.merging import Merge
from shuhua_core.archives.models import Customer, DistinctPair
from shuhua_core.archives.service import CUSTOMER_PERSONAL
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.scope import visible

PROPOSED = 100
"""How many pairs are proposed at a time."""
BESIDE = 5
"""How many a record's page names."""


@dataclass(frozen=True, slots=True)
class Twins:
    """Two records that may be the same, and what speaks for it: ``name``, ``phone`` or, of sites, ``near``."""

    first_id: int
    second_id: int
    reason: str
    metres: int | None = None


def _check(_ctx: Context, keep: Customer, gone: Customer) -> None:
    mine, theirs = keep.organisation_path or "", gone.organisation_path or ""
    if not (mine.startswith(theirs) or theirs.startswith(mine)):
        raise Invalid({"merged_id": _("Different branches look after these two, so each keeps its own.")})


def _settle(_ctx: Context, keep: Customer, gone: Customer) -> None:
    """The customer that stays belongs to the lower of both units, so that whoever saw either still sees it."""
    if len(gone.organisation_path or "") > len(keep.organisation_path or ""):
        keep.organisation_path = gone.organisation_path


CUSTOMER_MERGE = Merge(
    kind="customer",
    model=Customer,
    view=Permission.CUSTOMERS_VIEW,
    permission=Permission.CUSTOMERS_MERGE,
    merged_event=ArchiveEvent.CUSTOMER_MERGED,
    gone_event=ArchiveEvent.CUSTOMER_GONE,
    apart_event=ArchiveEvent.CUSTOMER_TOLD_APART,
    together_event=ArchiveEvent.CUSTOMER_APART_WITHDRAWN,
    fields={
        "name": ("name",),
        "kind": ("kind",),
        "division_code": ("division_code",),
        "address": ("address",),
        "contact_name": ("contact_name",),
        "phone": ("phone", "phone_tail"),
        "email": ("email",),
        "fax": ("fax",),
        "note": ("note",),
    },
    personal=CUSTOMER_PERSONAL,
    check=_check,
    settle=_settle,
)


def customer_twins(ctx: Context) -> list[Twins]:
    """Customers of one name or one phone, as far as the actor may merge them, the newest first. Six statements."""
    return list(dict.fromkeys([*_alike(ctx, Customer.name_key, "name"), *_alike(ctx, Customer.phone, "phone")]))[:PROPOSED]


def _alike(ctx: Context, column: Any, reason: str) -> list[Twins]:
    reach = visible(Customer, ctx.actor, Permission.CUSTOMERS_MERGE)
    several = select(column.label("key"), func.count().label("n"), func.max(Customer.id).label("newest"))
    alike = several.where(reach, column.is_not(None)).group_by(column).having(func.count() > 1).subquery()
    decided = _decided_of_a_kind(ctx, column)
    # Where each of a group is known to be another one than all others, there is nothing left to propose.
    left = alike.c.n * (alike.c.n - 1) / 2 > func.coalesce(decided.c.n, 0)
    query = select(alike.c.key).outerjoin(decided, decided.c.key == alike.c.key).where(left)
    keys = ctx.session.scalars(query.order_by(alike.c.newest.desc()).limit(PROPOSED)).all()
    groups: dict[str, list[int]] = {key: [] for key in keys}
    members = select(column, Customer.id).where(column.in_(keys), reach).order_by(Customer.id).limit(PROPOSED * 4)
    for key, customer_id in ctx.session.execute(members):
        groups[key].append(customer_id)
    apart = distinct.pairs_among(ctx.session, CUSTOMER_MERGE.kind, [each for ids in groups.values() for each in ids])
    return [Twins(*pair, reason) for ids in groups.values() for pair in _with_the_first_alike(ids, apart)]


def _decided_of_a_kind(ctx: Context, column: Any) -> Subquery:
    """How many pairs of one name or phone are known not to be the same, of those that the actor reaches."""
    first, second = aliased(Customer), aliased(Customer)
    key, other_key = getattr(first, column.key), getattr(second, column.key)
    reach = (visible(each, ctx.actor, Permission.CUSTOMERS_MERGE) for each in (first, second))
    query = (
        select(key.label("key"), func.count().label("n"))
        .select_from(DistinctPair)
        .join(first, first.id == DistinctPair.first_id)
        .join(second, and_(second.id == DistinctPair.second_id, other_key == key))
        .where(DistinctPair.record_kind == CUSTOMER_MERGE.kind, *reach)
    )
    return query.group_by(key).subquery()


def _with_the_first_alike(ids: Sequence[int], apart: Collection[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Each of a group with the first before it of which nobody said that it is another one."""
    for place, other in enumerate(ids):
        first = next((each for each in ids[:place] if (each, other) not in apart), None)
        if first is not None:
            yield first, other


def twins_of_customer(ctx: Context, customer: Customer) -> Sequence[Customer]:
    """A few that may be the same as this one, and that the actor may merge with it. One statement."""
    alike: list[ColumnElement[bool]] = [Customer.name_key == customer.name_key]
    if customer.phone:
        alike.append(Customer.phone == customer.phone)
    reach = visible(Customer, ctx.actor, Permission.CUSTOMERS_MERGE)
    proposed = ~distinct.decided(CUSTOMER_MERGE.kind, Customer.id, customer.id)
    query = select(Customer).where(or_(*alike), Customer.id != customer.id, reach, proposed)
    return ctx.session.scalars(query.order_by(Customer.id).limit(BESIDE)).all()
