"""One person's data, found by their phone or login: handed out as a file, or erased everywhere, on their request."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from sqlalchemy import inspect, or_, select

from ..accounts.erasing import ErasingService
from ..accounts.models import LoginSession, User
from ..accounts.permissions import Permission
from ..accounts.users import UserService
from ..archives.models import Contact, Customer
from ..archives.phones import normalise
from ..kernel.actor import ScopeKind
from ..kernel.context import Context
from ..kernel.errors import Invalid, NotAllowed, NotFound
from ..kernel.events import Event
from ..kernel.i18n import _
from ..kernel.schema import InputSchema, Text, deserialize
from ..kernel.schema import field as schema_field
from ..kernel.steps import Step, plain
from ..media.models import MediaFile
from ..media.store import MediaStore
from ..messages.models import Message
from ..quarantine.models import HeldRequest
from ..repairs.follower_models import Follower
from ..repairs.models import RepairRequest
from .events import PrivacyEvent
from .reporters import erase_reporter

SECRET = frozenset({"password_hash", "token_hash", "csrf_token", "morton", "uploader_space"})
"""Columns that are nobody's personal data but keys of the system."""
VARIANTS = ("original", "content", "display")


class PersonSchema(InputSchema):
    """Who is meant."""

    phone = schema_field(Text(40), _("Phone"))
    login = schema_field(Text(60), _("Login"))


@dataclass(frozen=True, slots=True)
class Person:
    """All that is stored about one person."""

    phone: str | None
    user: User | None
    records: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many records of each kind."""
        return {name: len(rows) for name, rows in self.records.items()} | {"user": int(self.user is not None)}


class PersonService:
    """For administrators who answer such requests; every use is logged."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.session = ctx.session

    def find(self, data: Any) -> Person:
        """What there is of the person whom phone or login name. Raises Invalid, NotFound, NotAllowed."""
        if not any(grant.scope is ScopeKind.ALL for grant in self.ctx.actor.reach(Permission.PERSONS_ERASE)):
            raise NotAllowed
        values = deserialize(PersonSchema, data)
        if not values["phone"] and not values["login"]:
            raise Invalid({"phone": _("Enter a phone or a login.")})
        phone = normalise(values["phone"]) if values["phone"] else None
        if values["phone"] and phone is None:
            raise Invalid({"phone": _("Enter the whole phone number.")})
        user = None
        if values["login"]:
            user = self.session.scalars(select(User).where(User.login == values["login"].lower())).one_or_none()
            if user is None or user.erased_at is not None:
                raise NotFound(_("Nothing is stored about such a person."))
        found = Person(phone, user, self._records(phone, user))
        if user is None and not any(found.records.values()):
            raise NotFound(_("Nothing is stored about such a person."))
        return found

    def export(self, data: Any, store: MediaStore) -> BinaryIO:
        """A zip with ``person.json`` and the files that the person sent. The caller closes it."""
        person = self.find(data)
        out = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            told: dict[str, Any] = {"made_at": self.ctx.now.isoformat(), "user": _row(person.user) if person.user else None}
            told |= {name: [_row(each) for each in rows] for name, rows in person.records.items()}
            archive.writestr("person.json", json.dumps(told, ensure_ascii=False, indent=1, default=str))
            for media in person.records["media"]:
                variant = next((each for each in VARIANTS if store.has(media.key, each)), None)
                if variant is not None:
                    archive.write(store.path(media.key, variant), f"media/{media.id}")
        out.seek(0)
        self._publish(PrivacyEvent.PERSON_EXPORTED, person, "export_person")
        return out

    def erase(self, data: Any) -> Person:
        """Erase the person everywhere: account, requests, contacts, and what they are as a customer."""
        person = self.find(data)
        counts = person.counts
        for repair in person.records["repairs"]:
            erase_reporter(self.ctx, repair, "request")
        for follower in person.records["followers"]:
            follower.name = follower.phone = None
        for held in person.records["held"]:
            held.body = {}
        for contact in person.records["contacts"]:
            contact.name, contact.phone, contact.phone_tail = f"#{contact.id}", f"erased-{contact.id}", ""
            contact.note = contact.user_id = None
        for customer in person.records["customers"]:
            customer.name = f"#{customer.id}"
            customer.address = customer.contact_name = customer.phone = customer.phone_tail = None
            customer.email = customer.fax = customer.note = None
        self.session.flush()
        if person.user is not None:
            users = UserService(self.ctx)
            user = users.for_change(person.user.id)
            users.refuse_giving(users.roles_of([user.id])[user.id], user)
            ErasingService(self.ctx).erase(user)
        self._publish(PrivacyEvent.PERSON_ERASED, person, "erase_person", counts)
        return person

    def _records(self, phone: str | None, user: User | None) -> dict[str, Sequence[Any]]:
        user_id = user.id if user is not None else None
        repairs = self._all(RepairRequest, caller_phone=phone, reporter_id=user_id)
        repair_ids = [each.id for each in repairs]
        steps = select(Step).where(
            or_(
                Step.actor_id == user_id if user_id else Step.id < 0,
                (Step.record_kind == "repair") & Step.record_id.in_(repair_ids),
            )
        )
        # A company's own phone is not a person: only customers who are people are one.
        people = [each for each in self._all(Customer, phone=phone) if each.kind == "person"]
        sent = or_(
            MediaFile.uploader_id == user_id if user_id else MediaFile.id < 0,
            (MediaFile.record_kind == "repair") & MediaFile.record_id.in_(repair_ids),
        )
        return {
            "repairs": repairs,
            "steps": self.session.scalars(steps.order_by(Step.id)).all(),
            "followers": self._all(Follower, phone=phone),
            "contacts": self._all(Contact, phone=phone, user_id=user_id),
            "customers": people,
            "messages": self._all(Message, user_id=user_id),
            "sessions": self._all(LoginSession, user_id=user_id),
            "held": self._all(HeldRequest, user_id=user_id),
            "media": self.session.scalars(select(MediaFile).where(sent).order_by(MediaFile.id)).all(),
        }

    def _all(self, model: Any, **columns: Any) -> Sequence[Any]:
        """Rows of which one of the columns has its value; columns without a value are not asked for."""
        given = [getattr(model, name) == value for name, value in columns.items() if value is not None]
        if not given:
            return []
        return self.session.scalars(select(model).where(or_(*given)).order_by(model.id)).all()

    def _publish(self, event: PrivacyEvent, person: Person, action: str, counts: Mapping[str, int] | None = None) -> None:
        user_id = person.user.id if person.user is not None else None
        values = {"user_id": user_id, "counts": dict(counts or person.counts)}
        self.ctx.publish(Event(event, "person", user_id or 0, action=action, values=values))


def _row(record: Any) -> dict[str, Any]:
    """A record's own columns as plain values, without keys of the system."""
    columns = inspect(type(record)).column_attrs
    return plain({each.key: getattr(record, each.key) for each in columns if each.key not in SECRET})
