"""The invented world into a deployment, through the services: who works where, what stands where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuhua_core.accounts.events import AccountEvent
from shuhua_core.accounts.models import Organisation
from shuhua_core.accounts.organisations import add_organisation
from shuhua_core.accounts.users import UserService
from shuhua_core.archives.service import CustomerService, ModelService, ProjectService
from shuhua_core.datasets.invent import Plan
from shuhua_core.datasets.invented import CustomerPlan, EquipmentPlan, OrganisationPlan, PersonPlan, ProjectPlan, SitePlan
from shuhua_core.datasets.invented_world import ZONE
from shuhua_core.datasets.load.history import History
from shuhua_core.datasets.load.lives import Lives
from shuhua_core.datasets.vocabulary import Model
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.events import Event
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.service import SiteService

OPENING = time(9, 0)


@dataclass
class Ids:
    """The id in the database of each thing that a plan names by its key."""

    organisations: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    """Of people, of customers (their contact's account) and of host units (who signs there), by those keys."""
    customers: dict[str, int] = field(default_factory=dict)
    projects: dict[str, int] = field(default_factory=dict)
    models: dict[str, int] = field(default_factory=dict)
    sites: dict[str, int] = field(default_factory=dict)
    equipment: dict[str, int] = field(default_factory=dict)
    repairs: dict[str, int] = field(default_factory=dict)
    tasks: dict[str, int] = field(default_factory=dict)


def morning(day: date) -> datetime:
    """When a working day begins in the deployment."""
    return datetime.combine(day, OPENING, ZONE).astimezone(UTC)


def the_maker(session: Session) -> Organisation:
    """The root of the tree."""
    return session.scalars(select(Organisation).where(Organisation.kind == "maker").order_by(Organisation.id).limit(1)).one()


def add_unit(ctx: Context, *, kind: str, name: str, parent: Organisation, **more: Any) -> Organisation:
    """A new organisation, whose duty areas may be those of any country."""
    made = add_organisation(ctx.session, kind=kind, name=name, parent=parent, **more)
    told = {"kind": made.kind, "path": made.path}
    ctx.publish(Event(AccountEvent.ORGANISATION_ADDED, "organisation", made.id, action="create", values=told))
    return made


def add_person(ctx: Context, login: str, role: str, name: str, *, password_hash: str | None = None, **more: Any) -> int:
    """A new user with one role; gives the id."""
    values = {"login": login, "name": name, "roles": [role], **more}
    return UserService(ctx).create(values, password_hash=password_hash).id


class WorldLoader:
    """Loads everything of a plan but its history.

    ``logins`` names the logins of some people, by key; the others' follow from their keys. People in ``logins`` get
    ``password_hash``; nobody else can sign in.
    """

    def __init__(
        self, history: History, plan: Plan, *, logins: Mapping[str, str] | None = None, password_hash: str | None = None
    ) -> None:
        self.history, self.plan, self.ids = history, plan, Ids()
        self._logins, self._password_hash = dict(logins or {}), password_hash
        self._founded = morning(plan.starts_at.date())
        self._agents: dict[str, int] = {}

    def people(self) -> None:
        """Organisations, staff, customers with their accounts, projects and models."""
        for unit in self.plan.organisations():
            self._organisation(unit)
        for person in self.plan.people():
            self._person(person)
        for model in self.plan.models():
            self._model(model)
        for customer in self.plan.customers():
            self._customer(customer)

    def projects(self, projects: Iterable[ProjectPlan]) -> None:
        """These projects."""
        for project in projects:
            self._project(project)

    def site(self, site: SitePlan) -> None:
        """A site with its host unit and its pieces."""
        ctx = self.history.at(morning(site.installed_on))
        values = site_values(site, self.ids, host_unit_id=self.host(site), unit_id=self.unit(site.division))
        made = SiteService(ctx).create(values)
        self.ids.sites[site.key] = made.id
        for piece in site.equipment:
            if piece.spare_from is not None:
                ctx = self.history.at(morning(piece.spare_from))
            self.ids.equipment[piece.key] = EquipmentService(ctx).create(piece_values(piece, site, self.ids)).id
        self.lives.carry_out(site)

    @cached_property
    def lives(self) -> Lives:
        """What carries out the lives of pieces."""
        return Lives(self.history, self.ids)

    def host(self, site: SitePlan) -> int | None:
        """The organisation of a site where the host unit checks repairs, made with somebody who signs; its id."""
        if site.host is None:
            return None
        ctx = self.history.at(morning(site.installed_on))
        branch = ctx.session.get_one(Organisation, self.ids.organisations["branch"])
        unit = add_unit(ctx, kind="host_unit", name=site.host_unit, parent=branch)
        self.ids.organisations[site.host] = unit.id
        self.ids.users[site.host] = add_person(
            ctx,
            self.login(site.host),
            "host_unit",
            site.contact,
            phone=site.phone,
            organisation_id=unit.id,
            password_hash=self.password(site.host),
        )
        return unit.id

    def unit(self, division: str) -> int | None:
        """The agent in whose area the division lies, who looks after its sites; its id."""
        return next((self._agents[division[:length]] for length in (6, 4) if division[:length] in self._agents), None)

    def login(self, key: str) -> str:
        """The login of whom a key names."""
        return self._logins.get(key) or key.replace(":", ".")

    def password(self, key: str) -> str | None:
        """The hash of their password; None for who cannot sign in."""
        return self._password_hash if key in self._logins else None

    def _organisation(self, unit: OrganisationPlan) -> None:
        ctx = self.history.at(self._founded)
        if unit.parent is None:
            self.ids.organisations[unit.key] = the_maker(ctx.session).id
            return
        parent = ctx.session.get_one(Organisation, self.ids.organisations[unit.parent])
        made = add_unit(
            ctx,
            kind=unit.kind,
            name=unit.name_zh,
            name_en=unit.name_en,
            parent=parent,
            phone=unit.phone,
            divisions=unit.duty_areas,
        )
        self.ids.organisations[unit.key] = made.id
        if unit.kind == "agent":
            self._agents |= dict.fromkeys(unit.duty_areas, made.id)

    def _person(self, person: PersonPlan) -> None:
        self.ids.users[person.key] = add_person(
            self.history.at(self._founded),
            self.login(person.key),
            person.role,
            person.name,
            phone=person.phone,
            organisation_id=self.ids.organisations[person.organisation],
            password_hash=self.password(person.key),
        )

    def _model(self, model: Model) -> None:
        made = ModelService(self.history.at(self._founded)).create(
            {
                "number": model.number,
                "name": model.name_zh,
                "name_en": model.name_en,
                "type": model.type.kind,
                # The plain series goes by the rules, the sturdy one by its own values.
                "warranty_months": model.warranty_months if model.sturdy else None,
                "safe_life_years": model.safe_life_years if model.sturdy else None,
            }
        )
        self.ids.models[model.number] = made.id

    def _customer(self, customer: CustomerPlan) -> None:
        ctx = self.history.at(self._founded)
        made = CustomerService(ctx).create(
            {
                "number": customer.number,
                "name": customer.name,
                "kind": customer.kind,
                "division_code": customer.division,
                "address": customer.address,
                "contact_name": customer.contact,
                "phone": customer.phone,
                "email": customer.email,
                "fax": customer.fax,
            }
        )
        self.ids.customers[customer.key] = made.id
        self.ids.users[customer.key] = add_person(
            ctx,
            self.login(customer.key),
            "customer",
            customer.contact,
            kind="customer",
            phone=customer.phone,
            customer_id=made.id,
            password_hash=self.password(customer.key),
        )

    def _project(self, project: ProjectPlan) -> None:
        made = ProjectService(self.history.at(morning(project.signed_on))).create(
            {
                "number": project.number,
                "name": project.name,
                "kind": project.kind,
                "division_code": project.division,
                "amount": f"{project.amount:.2f}",
                "customer_id": self.ids.customers[project.customer],
                "started_on": project.signed_on.isoformat(),
            }
        )
        self.ids.projects[project.key] = made.id


def site_values(site: SitePlan, ids: Ids, *, host_unit_id: int | None, unit_id: int | None) -> dict[str, Any]:
    """A site as :class:`shuhua_core.sites.schema.SiteCreate` reads it."""
    return {
        "number": site.number,
        "name": site.name,
        "kind": site.kind,
        "division_code": site.division,
        "address": site.address,
        "position": {
            "longitude": site.lon,
            "latitude": site.lat,
            "datum": "wgs84",
            "accuracy": site.accuracy,
            "source": "gps",
        },
        "project_id": ids.projects[site.project],
        "customer_id": ids.customers[site.customer],
        "host_unit_id": host_unit_id,
        "organisation_id": unit_id,
        "contact_name": site.contact,
        "phone": site.phone,
        "installed_on": site.installed_on.isoformat(),
    }


def piece_values(piece: EquipmentPlan, site: SitePlan, ids: Ids) -> dict[str, Any]:
    """A piece as :class:`shuhua_core.sites.schema.EquipmentCreate` reads it."""
    made = {
        "number": piece.number,
        "serial": piece.serial,
        "batch": piece.batch,
        "model_id": ids.models[piece.model.number],
        "produced_on": piece.produced_on.isoformat(),
        "code": piece.label,
    }
    if piece.spare_from is not None:
        return made
    return {**made, "installed_on": piece.installed_on.isoformat(), "site_id": ids.sites[site.key]}
