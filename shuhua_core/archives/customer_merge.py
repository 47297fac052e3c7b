"""How two customers are merged, and which may be the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.events import ArchiveEvent
from shuhua_core.archives.merging import Merge
from shuhua_core.archives.models import Customer
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
    """Customers of one name or one phone, as far as the actor may merge them, the newest first. Four statements."""
    return list(dict.fromkeys([*_alike(ctx, Customer.name_key, "name"), *_alike(ctx, Customer.phone, "phone")]))[:PROPOSED]


def _alike(ctx: Context, column: Any, reason: str) -> list[Twins]:
    reach = visible(Customer, ctx.actor, Permission.CUSTOMERS_MERGE)
    several = select(column).where(reach, column.is_not(None)).group_by(column).having(func.count() > 1)
    keys = ctx.session.scalars(several.order_by(func.max(Customer.id).desc()).limit(PROPOSED)).all()
    groups: dict[str, list[int]] = {key: [] for key in keys}
    query = select(column, Customer.id).where(column.in_(keys), reach).order_by(Customer.id).limit(PROPOSED * 4)
    for key, customer_id in ctx.session.execute(query):
        groups[key].append(customer_id)
    return [Twins(ids[0], other, reason) for ids in groups.values() for other in ids[1:]]


def twins_of_customer(ctx: Context, customer: Customer) -> Sequence[Customer]:
    """A few that may be the same as this one, and that the actor may merge with it. One statement."""
    alike: list[ColumnElement[bool]] = [Customer.name_key == customer.name_key]
    if customer.phone:
        alike.append(Customer.phone == customer.phone)
    reach = visible(Customer, ctx.actor, Permission.CUSTOMERS_MERGE)
    query = select(Customer).where(or_(*alike), Customer.id != customer.id, reach)
    return ctx.session.scalars(query.order_by(Customer.id).limit(BESIDE)).all()
