"""People who call: looked up by phone, and kept once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.events import ArchiveEvent
from shuhua_core.archives.models import Contact, Customer
from shuhua_core.archives.phones import TAIL, normalise, tail
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Conflict, Invalid, NotAllowed
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.prepared import Prepared
from shuhua_core.kernel.scope import covers, get_visible, visible

FOUND_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody that a phone number stands for: a contact, or the main contact of a customer (then ``contact_id`` is None)."""

    name: str
    phone: str
    contact_id: int | None
    customer_id: int | None
    customer_number: str | None
    customer_name: str | None


def find_callers(ctx: Context, phone: str) -> Sequence[Caller]:
    """Whom a phone number, or its last four digits, may stand for, within what the actor may see; the latest first.

    Raises Invalid for ``phone`` when it is neither, NotAllowed without the right to read customers.
    """
    if not ctx.actor.may(Permission.CUSTOMERS_VIEW):
        raise NotAllowed
    phone = phone.strip()
    last_four = bool(re.fullmatch(rf"[0-9]{{{TAIL}}}", phone))
    wanted = phone if last_four else normalise(phone)
    if wanted is None:
        raise Invalid({"phone": _("Enter a whole phone number, or its last four digits.")})
    return [*_contacts(ctx, wanted, last_four), *_main_contacts(ctx, wanted, last_four)][:FOUND_AT_MOST]


def _contacts(ctx: Context, wanted: str, last_four: bool) -> list[Caller]:
    rows = ctx.session.execute(
        select(Contact.name, Contact.phone, Contact.id, Customer.id, Customer.number, Customer.name)
        .outerjoin(Customer, (Customer.id == Contact.customer_id) & visible(Customer, ctx.actor, Permission.CUSTOMERS_VIEW))
        .where((Contact.phone_tail if last_four else Contact.phone) == wanted)
        .where(visible(Contact, ctx.actor, Permission.CUSTOMERS_VIEW))
        .order_by(Contact.updated_at.desc(), Contact.id.desc())
        .limit(FOUND_AT_MOST)
    )
    return [Caller(*row) for row in rows]


def _main_contacts(ctx: Context, wanted: str, last_four: bool) -> list[Caller]:
    rows = ctx.session.execute(
        select(Customer.contact_name, Customer.phone, Customer.id, Customer.number, Customer.name)
        .where((Customer.phone_tail if last_four else Customer.phone) == wanted)
        .where(visible(Customer, ctx.actor, Permission.CUSTOMERS_VIEW))
        .order_by(Customer.updated_at.desc(), Customer.id.desc())
        .limit(FOUND_AT_MOST)
    )
    return [
        Caller(name or customer, phone or "", None, customer_id, number, customer)
        for name, phone, customer_id, number, customer in rows
    ]


def reveal_contact(ctx: Context, contact_id: int) -> Contact:
    """The contact with the whole phone number; that it was shown is recorded. Raises NotFound, NotAllowed."""
    contact = get_visible(ctx.session, Contact, ctx.actor, Permission.CUSTOMERS_VIEW, contact_id)
    if not covers(contact, ctx.actor, Permission.PHONES_REVEAL):
        raise NotAllowed
    ctx.publish(Event(ArchiveEvent.CONTACT_PHONE_REVEALED, "contact", contact.id))
    return contact


def keep_contact(
    ctx: Context,
    *,
    name: str,
    phone: str,
    organisation_path: str | None,
    customer_id: int | None = None,
    user_id: int | None = None,
    note: str | None = None,
) -> Contact:
    """The contact with this name and (normalised) phone of the branch, made when there is none yet.

    What was unknown before (customer, account, note) is filled in. The caller has checked the right to do so.
    """
    contact_id = keep_contact_id(
        ctx,
        name=name,
        phone=phone,
        organisation_path=organisation_path,
        customer_id=customer_id,
        user_id=user_id,
        note=note,
    )
    return ctx.session.get_one(Contact, contact_id)


def keep_contact_id(
    ctx: Context,
    *,
    name: str,
    phone: str,
    organisation_path: str | None,
    customer_id: int | None = None,
    user_id: int | None = None,
    note: str | None = None,
) -> int:
    """The id of the contact that :func:`keep_contact` gives; a new one is not read back."""
    path = organisation_path or ""
    values = {
        "name": name,
        "phone": phone,
        "phone_tail": tail(phone),
        "organisation_path": path,
        "customer_id": customer_id,
        "user_id": user_id,
        "note": note,
        "created_at": ctx.now,
        "updated_at": ctx.now,
    }
    # Two calls of the same person may be entered at once: the unique constraint lets one of them through.
    made = _inserting(ctx.session.get_bind().dialect.name, tuple(values)).scalar(ctx.session, values)
    if made is not None:
        ctx.publish(Event(ArchiveEvent.CONTACT_KEPT, "contact", made, values={"customer_id": customer_id}))
        return int(made)
    contact = _known(ctx, name, phone, path)
    if contact is None:
        raise Conflict
    _complete(ctx, contact, customer_id, user_id, note)
    return contact.id


@cache
def _inserting(dialect: str, columns: tuple[str, ...]) -> Prepared:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    table = Contact.__table__
    return Prepared(insert(table).on_conflict_do_nothing().returning(table.c.id), columns)  # type: ignore[arg-type]


_KNOWN = select(Contact).where(
    Contact.phone == bindparam("phone"), Contact.name == bindparam("name"), Contact.organisation_path == bindparam("path")
)


def _known(ctx: Context, name: str, phone: str, path: str) -> Contact | None:
    return ctx.session.scalars(_KNOWN, {"phone": phone, "name": name, "path": path}).one_or_none()


def _complete(ctx: Context, contact: Contact, customer_id: int | None, user_id: int | None, note: str | None) -> None:
    contact.updated_at = ctx.now
    contact.user_id = contact.user_id or user_id
    contact.note = contact.note or note
    if customer_id is not None and contact.customer_id is None:
        contact.customer_id = customer_id
        contact.version += 1
        ctx.session.flush()
        ctx.publish(Event(ArchiveEvent.CONTACT_LINKED, "contact", contact.id, values={"customer_id": customer_id}))
