"""Projects, host units, sites and pieces as rows, with what the services write of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuhua_core.accounts.events import AccountEvent
from shuhua_core.accounts.models import Organisation, Role, User, UserRole
from shuhua_core.accounts.organisations import branch_for_division
from shuhua_core.archives import records
from shuhua_core.archives.events import ArchiveEvent
from shuhua_core.archives.models import ProductModel, Project
from shuhua_core.archives.phones import normalise
from shuhua_core.datasets.invented import EquipmentPlan, ProjectPlan, SitePlan
from shuhua_core.datasets.load.store import Store
from shuhua_core.datasets.load.world_load import WorldLoader, morning, site_values
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.schema import deserialize
from shuhua_core.places.positions import set_position
from shuhua_core.sites.derived import scope_of
from shuhua_core.sites.effects import MACHINE
from shuhua_core.sites.events import EquipmentEvent, SiteEvent
from shuhua_core.sites.lifetimes.reckon import reckoner_for, settle_ends
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.schema import SiteCreate
from shuhua_core.sites.service import SITE_PERSONAL
from shuhua_core.sites.states import worst


class NumberedKeys(dict[str, int]):
    """Ids that follow from keys such as ``equipment:17:3``: the first id, and what each number counts."""

    def __init__(self, first: int, weights: tuple[int, ...]) -> None:
        super().__init__()
        self._first, self._weights = first, weights

    def __missing__(self, key: str) -> int:
        numbers = map(int, key.split(":")[1:])
        return self._first + sum(number * weight for number, weight in zip(numbers, self._weights, strict=True))


class BulkWorld:
    """Makes what a plan's people have, in the store."""

    def __init__(self, people: WorldLoader, store: Store, session: Session) -> None:
        self._people, self._ids, self._store = people, people.ids, store
        self._paths = dict(session.execute(select(Organisation.id, Organisation.path)).all())
        self._models = {model.id: model.name for model in session.scalars(select(ProductModel))}
        self._host_role = session.scalars(select(Role.id).where(Role.code == "host_unit")).one()
        self._branches: dict[str | None, str] = {}

    def project(self, project: ProjectPlan) -> None:
        """A project."""
        ctx = self._people.history.at(morning(project.signed_on))
        made = self._store.new(
            Project,
            number=project.number,
            name=project.name,
            kind=project.kind,
            division_code=project.division,
            amount=project.amount,
            customer_id=self._ids.customers[project.customer],
            started_on=project.signed_on,
            organisation_path=self._branch(ctx, project.division),
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        records.publish(ctx, ArchiveEvent.PROJECT_CREATED, "project", made, records.initial(made))

    def site(self, site: SitePlan) -> None:
        """A site with its host unit and its pieces."""
        ctx = self._people.history.at(morning(site.installed_on))
        unit_id = self._people.unit(site.division)
        host = self._host(ctx, site) if site.host is not None else None
        values = deserialize(SiteCreate, site_values(site, self._ids, host_unit_id=host, unit_id=unit_id))
        position = values.pop("position")
        del values["media_ids"]
        made = self._store.new(
            Site,
            **values,
            organisation_path=self._paths[values["organisation_id"]],
            state="empty",
            state_at=ctx.now,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        set_position(made, position)
        records.publish(ctx, SiteEvent.CREATED, "site", made, records.initial(made), personal=SITE_PERSONAL)
        for piece in site.equipment:
            if piece.spare_from is not None:
                self._spare(self._people.history.at(morning(piece.spare_from)), piece)
            else:
                self._piece(ctx, made, piece)

    def _piece(self, ctx: Context, site: Site, piece: EquipmentPlan) -> None:
        model_id = self._ids.models[piece.model.number]
        made = self._store.new(
            Equipment,
            id=self._ids.equipment[piece.key],
            number=piece.number,
            serial=piece.serial,
            batch=piece.batch,
            name=self._models[model_id],
            model_id=model_id,
            produced_on=piece.produced_on,
            installed_on=piece.installed_on,
            site_id=site.id,
            customer_id=site.customer_id,
            project_id=site.project_id,
            **scope_of(site, None),
            state="normal",
            state_at=ctx.now,
            state_source="create",
            workflow_version=EQUIPMENT_WORKFLOW.version,
            code=piece.label,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        settle_ends(made, reckoner_for(ctx.session, model_id))
        MACHINE.begin(ctx, made, event=EquipmentEvent.CREATED, values={"site_id": site.id, "model_id": model_id})
        derive_state(ctx, site, {made.state, site.state})

    def _spare(self, ctx: Context, piece: EquipmentPlan) -> None:
        """A piece in the stock of the branch."""
        model_id = self._ids.models[piece.model.number]
        made = self._store.new(
            Equipment,
            id=self._ids.equipment[piece.key],
            number=piece.number,
            serial=piece.serial,
            batch=piece.batch,
            name=self._models[model_id],
            model_id=model_id,
            produced_on=piece.produced_on,
            **scope_of(None, self._branch(ctx, None)),
            state="in_stock",
            state_at=ctx.now,
            state_source="create",
            workflow_version=EQUIPMENT_WORKFLOW.version,
            code=piece.label,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        settle_ends(made, reckoner_for(ctx.session, model_id))
        MACHINE.begin(ctx, made, event=EquipmentEvent.CREATED, values={"site_id": None, "model_id": model_id})

    def _host(self, ctx: Context, site: SitePlan) -> int:
        branch_id = self._ids.organisations["branch"]
        unit_id = self._store.next_id(Organisation)
        path = f"{self._paths[branch_id]}{unit_id}/"
        unit = self._store.new(Organisation, kind="host_unit", name=site.host_unit, parent_id=branch_id, path=path)
        told = {"kind": unit.kind, "path": unit.path}
        ctx.publish(Event(AccountEvent.ORGANISATION_ADDED, "organisation", unit.id, action="create", values=told))
        key = str(site.host)
        user = self._store.new(
            User,
            login=self._people.login(key),
            name=site.contact,
            phone=normalise(site.phone),
            organisation_id=unit.id,
            organisation_path=path,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        self._store.new(UserRole, user_id=user.id, role_id=self._host_role)
        values: dict[str, Any] = {"roles": ["host_unit"], "kind": user.kind}
        ctx.publish(Event(AccountEvent.USER_ADDED, "user", user.id, action="create", values=values, version=user.version))
        self._ids.organisations[key], self._ids.users[key] = unit.id, user.id
        return unit.id

    def _branch(self, ctx: Context, division: str | None) -> str:
        if division not in self._branches:
            self._branches[division] = branch_for_division(ctx.session, division).path
        return self._branches[division]


def derive_state(ctx: Context, site: Site, states: set[str]) -> bool:
    """Give a site the worst of the states, as its pieces' services do; tells whether it changed."""
    before, after = site.state, worst(states)
    if before == after:
        return False
    site.state, site.state_at = after, ctx.now
    ctx.publish(Event(SiteEvent.STATE_CHANGED, "site", site.id, site.number, before=before, after=after))
    return True
