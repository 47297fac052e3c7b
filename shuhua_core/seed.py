"""What every deployment starts with: roles, workflow tables, and the maker itself. Running it again changes nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from .accounts.models import Organisation, Role, RolePermission
from .accounts.organisations import add_organisation
from .accounts.permissions import Permission
from .accounts.roles import roles_changed
from .kernel.actor import ScopeKind
from .kernel.errors import ConfigurationError
from .kernel.i18n import _
from .kernel.workflow import Workflow, from_toml, problems
from .kernel.workflow_store import WorkflowVersion, put_in_force

_HERE = Path(__file__).parent
ROLES = _HERE / "accounts" / "roles.toml"
WORKFLOWS = {name: _HERE / name / "workflow.toml" for name in ("repairs", "tasks")}
SYSTEM_PERMISSION = "system"
"""What a row says that only the system itself takes; no role can hold it."""


def seed(session: Session, now: datetime, maker: str = "舒华") -> None:
    """Put in what is missing: the maker, the roles that come with the system, and both workflow tables."""
    seed_maker(session, maker)
    seed_roles(session)
    seed_workflows(session, now)


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


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a room's table may use; None where they are not known here."""

    schemas: Collection[str]
    events: Collection[str]
    guards: Collection[str]


def seed_workflows(session: Session, now: datetime, names: Mapping[str, Names] | None = None) -> None:
    """Both tables as version 1, checked first. A deployment that has put its own version in force keeps it."""
    for name, path in WORKFLOWS.items():
        if session.scalar(select(WorkflowVersion.version).where(WorkflowVersion.name == name).limit(1)) is not None:
            continue
        workflow = from_toml(path)
        refuse_problems(workflow, (names or {}).get(name))
        put_in_force(session, workflow, now)


def refuse_problems(workflow: Workflow, names: Names | None = None) -> None:
    """Raise ConfigurationError when the table cannot be put in force; names are checked against those that are known."""
    own = Names(
        schemas={row.schema for row in workflow.rows if row.schema},
        events={row.event for row in workflow.rows},
        guards={row.guard for row in workflow.rows if row.guard},
    )
    names = names or own
    found = problems(
        workflow,
        permissions={*Permission, SYSTEM_PERMISSION},
        schemas=names.schemas,
        events=names.events,
        guards=names.guards,
    )
    if found:
        raise ConfigurationError(
            _("Workflow ${name} cannot be put in force: ${problems}", mapping={"name": workflow.name, "problems": "; ".join(found)})
        )
