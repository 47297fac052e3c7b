"""Versions of workflow tables in the database. A stored version never changes; a record names the one it runs under."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .db import Base
from .errors import ConfigurationError
from .i18n import _
from .prepared import Prepared
from .workflow import Workflow, from_data


class WorkflowVersion(Base):
    """One version of one table, as data."""

    __tablename__ = "workflow_versions"

    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Workflows:
    """The versions a process has met. Asking for the newest always asks the database, so every process sees a new one at once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], Workflow] = {}
        self._lock = threading.Lock()

    def get(self, session: Session, name: str, version: int) -> Workflow:
        """One version. Raises ConfigurationError when it was never stored."""
        found = self._known.get((name, version))
        if found is None:
            stored = session.get(WorkflowVersion, (name, version))
            if stored is None:
                raise ConfigurationError(
                    _("Workflow ${name} has no version ${version}.", mapping={"name": name, "version": version})
                )
            found = from_data(stored.body, version)
            with self._lock:
                self._known[name, version] = found
        return found

    def newest(self, session: Session, name: str) -> Workflow:
        """The version under which new records begin."""
        version = newest_version(session, name)
        if version is None:
            raise ConfigurationError(_("Workflow ${name} is not in the database. Run `shuhua init`.", mapping={"name": name}))
        return self.get(session, name, version)


_VERSIONS = WorkflowVersion.__table__
_IN_FORCE = select(_VERSIONS.c.name, func.max(_VERSIONS.c.version).label("version")).group_by(_VERSIONS.c.name)
_NEWEST = Prepared(select(func.max(_VERSIONS.c.version)).where(_VERSIONS.c.name == bindparam("name")))


def newest_version(session: Session, name: str) -> int | None:
    """The version in force, or None when the table was never stored."""
    found: int | None = _NEWEST.scalar(session, {"name": name})
    return found


def versions_in_force(session: Session) -> dict[str, int]:
    """The newest version of each table, by its name."""
    return {row.name: row.version for row in session.execute(_IN_FORCE)}


def put_in_force(session: Session, workflow: Workflow, now: datetime) -> int:
    """Store ``workflow`` as the next version, unless the newest is equal; returns the version in force.

    The caller has checked it (:func:`shuhua_core.kernel.workflow.problems`).
    """
    newest = session.scalars(
        select(WorkflowVersion).where(WorkflowVersion.name == workflow.name).order_by(WorkflowVersion.version.desc()).limit(1)
    ).first()
    if newest is not None and newest.body == workflow.as_data():
        return newest.version
    version = (newest.version if newest else 0) + 1
    session.add(WorkflowVersion(name=workflow.name, version=version, body=workflow.as_data(), created_at=now))
    session.flush()
    return version
