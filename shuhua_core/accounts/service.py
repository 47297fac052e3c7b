"""Organisations as administrators change them. Users are in ``users``, roles in ``role_service``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, VersionStale
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import deserialize, given
from shuhua_core.kernel.scope import get_visible, visible

from .events import AccountEvent
from .models import DutyArea, Organisation
from .organisations import add_organisation
from .permissions import Permission
from .schema import OrganisationPatchSchema, OrganisationSchema


class OrganisationService:
    """The tree of organisations within the actor's reach."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.session = ctx.session

    def get(self, organisation_id: int) -> Organisation:
        """One organisation. Raises NotFound."""
        return get_visible(self.session, Organisation, self.ctx.actor, Permission.ACCOUNTS_VIEW, organisation_id)

    def tree(self) -> Sequence[Organisation]:
        """All that the actor may read, each after the one it belongs to."""
        return self.session.scalars(
            select(Organisation)
            .where(visible(Organisation, self.ctx.actor, Permission.ACCOUNTS_VIEW))
            .order_by(Organisation.path)
        ).all()

    def divisions_of(self, organisation_id: int) -> list[str]:
        """The duty areas of an organisation."""
        query = select(DutyArea.division_prefix).where(DutyArea.organisation_id == organisation_id)
        return list(self.session.scalars(query.order_by(DutyArea.division_prefix)))

    def create(self, data: Any) -> Organisation:
        """A new organisation (:class:`OrganisationSchema`)."""
        if not self.ctx.actor.may(Permission.ACCOUNTS_EDIT):
            raise NotAllowed
        values = deserialize(OrganisationSchema, data)
        try:
            parent = get_visible(self.session, Organisation, self.ctx.actor, Permission.ACCOUNTS_EDIT, values.pop("parent_id"))
        except NotFound as error:
            raise Invalid({"parent_id": _("There is no such organisation.")}) from error
        made = add_organisation(self.session, parent=parent, **values)
        told = {"kind": made.kind, "path": made.path}
        self.ctx.publish(Event(AccountEvent.ORGANISATION_ADDED, "organisation", made.id, action="create", values=told))
        return made

    def update(self, organisation_id: int, data: Any, *, expected_version: int | None = None) -> Organisation:
        """Change what ``data`` names (:class:`OrganisationPatchSchema`)."""
        actor = self.ctx.actor
        if not actor.may(Permission.ACCOUNTS_EDIT):
            self.get(organisation_id)
            raise NotAllowed
        found = get_visible(self.session, Organisation, actor, Permission.ACCOUNTS_EDIT, organisation_id, for_update=True)
        if expected_version is not None and expected_version != found.version:
            raise VersionStale(version=found.version)
        values = given(OrganisationPatchSchema, data)
        if values.get("active") is False and found.kind == "maker":
            raise Invalid({"active": _("The maker stays active.")})
        if "name" in values and not values["name"]:
            raise Invalid({"name": _("This is required.")})
        changes: dict[str, Any] = {}
        if "divisions" in values:
            before, wanted = self.divisions_of(found.id), sorted(values.pop("divisions") or ())
            if before != wanted:
                self.session.execute(delete(DutyArea).where(DutyArea.organisation_id == found.id))
                self.session.add_all(DutyArea(organisation_id=found.id, division_prefix=each) for each in wanted)
                changes["divisions"] = [before, wanted]
        for name, value in values.items():
            if name == "active" and value is None:
                continue
            if getattr(found, name) != value:
                changes[name] = [getattr(found, name), value]
                setattr(found, name, value)
        found.version += 1
        self.session.flush()
        personal = {"phone": changes.pop("phone")} if "phone" in changes else {}
        self.ctx.publish(
            Event(
                AccountEvent.ORGANISATION_CHANGED, "organisation", found.id, action="update", changes=changes, personal=personal
            )
        )
        return found
