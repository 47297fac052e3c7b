"""Leave and stand-ins: while somebody is away, another gets their notices and the rights of their daily work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import Date, InputSchema, RecordId, deserialize, field
from shuhua_core.kernel.scope import covers, visible

from .events import AccountEvent
from .models import Absence, User
from .permissions import Permission
from .users import UserService

LONGEST = timedelta(days=366)


class OwnAbsenceSchema(InputSchema):
    """From which day to which one is away, and who stands in."""

    starts_on = field(Date(), _("First day"), required=True)
    ends_on = field(Date(), _("Last day"), required=True)
    stand_in_id = field(
        RecordId("user"), _("Stand-in"), help=_("Gets the notices, and the rights of the daily work, for these days.")
    )


class AbsenceSchema(OwnAbsenceSchema):
    """The same of somebody else."""

    user_id = field(RecordId("user"), _("Who is away"), required=True)


class AbsenceService:
    """Absences of the actor, and of those whose accounts they keep."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.session = ctx.session

    def open(self) -> Sequence[Absence]:
        """Those that have not ended, within the actor's reach, the nearest first."""
        reach = visible(User, self.ctx.actor, Permission.ACCOUNTS_VIEW)
        return self._not_ended(reach)

    def own(self) -> Sequence[Absence]:
        """The actor's own that have not ended."""
        return self._not_ended(User.id == self.ctx.actor.user_id)

    def create(self, data: Any) -> Absence:
        """An absence of somebody whose account the actor keeps (:class:`AbsenceSchema`)."""
        values = deserialize(AbsenceSchema, data)
        users = UserService(self.ctx)
        try:
            user = users.for_change(values["user_id"])
        except NotFound as error:
            raise Invalid({"user_id": _("There is no such user.")}) from error
        stand_in = self._stand_in(user, values["stand_in_id"])
        if stand_in is not None:
            users.refuse_giving(users.roles_of([user.id])[user.id], stand_in)
        return self._add(user, stand_in, values)

    def create_own(self, data: Any) -> Absence:
        """The actor's own absence (:class:`OwnAbsenceSchema`)."""
        values = deserialize(OwnAbsenceSchema, data)
        user = self.session.get_one(User, self.ctx.actor.user_id)
        return self._add(user, self._stand_in(user, values["stand_in_id"]), values)

    def end(self, absence_id: int) -> None:
        """End an absence now, or take one back that has not begun. Raises NotFound, NotAllowed."""
        absence = self.session.get(Absence, absence_id, with_for_update=True)
        user = self.session.get(User, absence.user_id) if absence is not None else None
        own = user is not None and user.id == self.ctx.actor.user_id
        if absence is None or user is None or not (own or covers(user, self.ctx.actor, Permission.ACCOUNTS_VIEW)):
            raise NotFound
        if not own and not covers(user, self.ctx.actor, Permission.ACCOUNTS_EDIT):
            raise NotAllowed
        absence.ends_at = min(absence.ends_at, max(self.ctx.now, absence.starts_at))
        self.session.flush()
        values = {"absence_id": absence.id}
        self.ctx.publish(Event(AccountEvent.ABSENCE_ENDED, "user", user.id, action="end_absence", values=values))

    def colleagues(self, user: User) -> Sequence[User]:
        """Who can stand in: active people of the same organisation, of those above it and below it."""
        if user.organisation_path is None:
            return []
        query = select(User).where(User.active, User.id != user.id, User.kind != "customer", User.organisation_path.is_not(None))
        return [each for each in self.session.scalars(query.order_by(User.name, User.id)) if _near(user, each)]

    def _not_ended(self, which: ColumnElement[bool]) -> Sequence[Absence]:
        there = (Absence.ends_at > self.ctx.now, Absence.ends_at > Absence.starts_at)  # one taken back has no length
        query = select(Absence).join(User, User.id == Absence.user_id).where(*there, which)
        return self.session.scalars(query.order_by(Absence.starts_at, Absence.id)).all()

    def _stand_in(self, user: User, stand_in_id: int | None) -> User | None:
        if stand_in_id is None:
            return None
        found = self.session.get(User, stand_in_id)
        if found is None or not found.active or found.id == user.id or not _near(user, found):
            raise Invalid({"stand_in_id": _("Choose an active colleague of the same unit, or of one above or below it.")})
        return found

    def _add(self, user: User, stand_in: User | None, values: dict[str, Any]) -> Absence:
        if values["ends_on"] < values["starts_on"]:
            raise Invalid({"ends_on": _("The last day comes before the first.")})
        zone = self.ctx.deployment.settings.timezone
        starts_at = datetime.combine(values["starts_on"], time(), zone)
        ends_at = datetime.combine(values["ends_on"] + timedelta(days=1), time(), zone)
        if ends_at <= self.ctx.now or ends_at - starts_at > LONGEST:
            raise Invalid({"ends_on": _("Choose days that are not over, a year at most.")})
        made = Absence(
            user_id=user.id,
            stand_in_id=stand_in.id if stand_in else None,
            starts_at=starts_at,
            ends_at=ends_at,
            created_at=self.ctx.now,
            created_by=self.ctx.actor.user_id,
        )
        self.session.add(made)
        self.session.flush()
        told = {
            "absence_id": made.id,
            "stand_in_id": made.stand_in_id,
            "starts_at": starts_at.isoformat(),
            "ends_at": ends_at.isoformat(),
        }
        self.ctx.publish(Event(AccountEvent.ABSENCE_ADDED, "user", user.id, action="add_absence", values=told))
        return made


def stand_ins(session: Session, user_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Those of these users who are away now -> who stands in for them, in one statement."""
    if not user_ids:
        return {}
    away = (Absence.user_id.in_(user_ids), Absence.starts_at <= now, Absence.ends_at > now)
    query = select(Absence.user_id, Absence.stand_in_id).join(User, User.id == Absence.stand_in_id).where(*away, User.active)
    return {row.user_id: row.stand_in_id for row in session.execute(query) if row.stand_in_id is not None}


def _near(user: User, other: User) -> bool:
    one, two = user.organisation_path, other.organisation_path
    return one is not None and two is not None and (one.startswith(two) or two.startswith(one))
