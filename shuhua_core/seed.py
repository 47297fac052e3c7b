"""What every deployment starts with: maker, roles, choice lists, workflows, checklists. Running it again changes nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from .accounts.models import Organisation, Role, RolePermission
from .accounts.organisations import add_organisation
from .accounts.permissions import Permission
from .accounts.roles import roles_changed
from .choices.lists import seed_choices
from .inspections.checklists import seed_checklists
from .kernel.actor import ScopeKind
from .kernel.errors import ConfigurationError
from .kernel.i18n import _
from .kernel.transition import Machine
from .kernel.workflow import Workflow, from_toml, problems
from .kernel.workflow_store import newest_version, put_in_force
from .repairs.events import RepairEvent
from .repairs.machine import MACHINE as REPAIRS
from .sites.lifetimes.seeding import seed_lifetimes
from .tasks.events import TaskEvent
from .tasks.machine import MACHINE as TASKS

_HERE = Path(__file__).parent
ROLES = _HERE / "accounts" / "roles.toml"
MACHINES: tuple[tuple[Machine, type[StrEnum]], ...] = ((REPAIRS, RepairEvent), (TASKS, TaskEvent))
"""The machines whose tables are data, with the events that their rows may name."""
SYSTEM_PERMISSION = "system"
"""What a row says that only the system itself takes; no role can hold it."""


def seed(session: Session, now: datetime, maker: str = "舒华") -> None:
    """Put in what is missing: the maker, its roles, choice lists, workflow tables, checklists, and rules."""
    seed_maker(session, maker)
    seed_roles(session)
    seed_choices(session, now)
    seed_workflows(session, now)
    seed_checklists(session, now)
    seed_lifetimes(session, now)


def seed_maker(session: Session, name: str) -> Organisation:
    """The maker, root of the tree; made when there is none."""
    found = session.scalars(select(Organisation).where(Organisation.kind == "maker").order_by(Organisation.id).limit(1)).first()
    if found is not None:
        return found
    return add_organisation(session, kind="maker", name=name, parent=None, divisions=[""])


def seed_roles(session: Session) -> None:
    """The roles of ``roles.toml`` that are not there yet; one that is there is data of the deployment and left alone."""
    present = set(session.scalars(select(Role.code)))
    missing = [each for each in read_roles(ROLES) if each["code"] not in present]
    for each in missing:
        role = Role(code=each["code"], zh=each["zh"], en=each["en"], builtin=True)
        session.add(role)
        session.flush()
        session.add_all(
            RolePermission(role_id=role.id, permission=name, scope=scope) for name, scope in each["permissions"].items()
        )
    if missing:
        roles_changed(session)


def read_roles(path: Path) -> list[dict[str, Any]]:
    """The roles of a file. Raises ConfigurationError for a permission or scope that does not exist."""
    with path.open("rb") as file:
        roles: list[dict[str, Any]] = tomllib.load(file)["role"]
    for role in roles:
        for name, scope in role["permissions"].items():
            if name not in set(Permission) or scope not in set(ScopeKind):
                raise ConfigurationError(
                    _(
                        "Role ${role}: there is no permission ${permission} with scope ${scope}.",
                        mapping={"role": role["code"], "permission": name, "scope": scope},
                    )
                )
    return roles


def seed_workflows(session: Session, now: datetime) -> None:
    """Both tables as their first version, checked. A deployment that has put its own version in force keeps it."""
    for machine, _events in MACHINES:
        if newest_version(session, machine.workflow) is None:
            workflow = from_toml(_HERE / machine.workflow / "workflow.toml")
            refuse_problems(workflow)
            put_in_force(session, workflow, now)


def refuse_problems(workflow: Workflow, used_states: Collection[str] = ()) -> None:
    """Raise ConfigurationError when the table cannot be put in force; ``used_states`` are those of stored records."""
    machine, events = next(each for each in MACHINES if each[0].workflow == workflow.name)
    found = problems(
        workflow,
        permissions={*Permission, SYSTEM_PERMISSION},
        schemas=machine.schemas,
        events=set(events),
        guards=machine.guards,
        used_states=used_states,
    )
    if found:
        values = {"name": workflow.name, "problems": "; ".join(found)}
        raise ConfigurationError(_("Workflow ${name} cannot be put in force: ${problems}", mapping=values))
