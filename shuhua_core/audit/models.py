"""The log of changes, its chain, and the security log."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column, object_session
from sqlalchemy.orm.attributes import get_history

from shuhua_core.kernel.db import Base
from shuhua_core.kernel.scope import ScopeColumns
from shuhua_core.kernel.types import BigInt, code_string

HASHED = (
    "id",
    "at",
    "actor_id",
    "actor_kind",
    "event",
    "action",
    "record_kind",
    "record_id",
    "number",
    "request_id",
    "detail",
)
"""Columns of an audit entry that the chain covers and that never change."""


class AuditEntry(Base):
    """One change: who did what to which record when. Append-only, except that an erasure may empty ``personal``."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_feed", "txid", "id"),
        Index("ix_audit_record", "record_kind", "record_id", "id"),
        Index("ix_audit_actor", "actor_id", "id"),
        Index("ix_audit_event", "event", "at"),
    )
    __scope__: ClassVar[ScopeColumns] = ScopeColumns("audit", own={"user_id": "actor_id"})

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    txid: Mapped[int] = mapped_column(BigInteger, default=0)
    """PostgreSQL's transaction id, by which the chain is laid in an order that no later commit changes; 0 on SQLite."""
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(BigInt)
    """No foreign key: nothing that happens to a user may change what was written."""
    actor_kind: Mapped[str] = mapped_column(String(10))
    event: Mapped[str] = mapped_column(String(60))
    action: Mapped[str | None] = mapped_column(String(40))
    record_kind: Mapped[str] = mapped_column(String(30))
    record_id: Mapped[int] = mapped_column(BigInt)
    number: Mapped[str | None] = mapped_column(code_string(40), index=True)
    request_id: Mapped[str | None] = mapped_column(code_string(40), index=True)
    detail: Mapped[dict[str, Any]]
    """States before and after, values and changes: hashed, so without personal data."""
    personal: Mapped[dict[str, Any] | None]
    """Notes, names and the like, outside of the hash."""


class AuditChain(Base):
    """A link per audit entry, in commit order: its hash covers the entry and the link before it."""

    __tablename__ = "audit_chain"

    position: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    audit_id: Mapped[int] = mapped_column(BigInt, ForeignKey("audit.id", ondelete="RESTRICT"), unique=True)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class SecurityEntry(Base):
    """Something refused or disclosed: a failed sign-in, an object out of scope, a field that must not be sent.

    Names and ids only: no personal data, no token, no phone number.
    """

    __tablename__ = "security_log"
    __table_args__ = (Index("ix_security_log_kind", "kind", "at"),)
    __scope__: ClassVar[ScopeColumns] = ScopeColumns("security", own={"user_id": "actor_id"})

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[int | None] = mapped_column(BigInt)
    actor_kind: Mapped[str | None] = mapped_column(String(10))
    record_kind: Mapped[str | None] = mapped_column(String(30))
    record_id: Mapped[int | None] = mapped_column(BigInt)
    request_id: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(45))
    """The network address that the attempt came from."""
    detail: Mapped[dict[str, Any]]


class RunningEntry(Base):
    """How the system ran: what its processes noted as unusual, and what its jobs did. No personal data; kept for a while."""

    __tablename__ = "running_log"
    __table_args__ = (Index("ix_running_log_level", "level", "at"),)
    __scope__: ClassVar[ScopeColumns] = ScopeColumns("running")

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    level: Mapped[str] = mapped_column(String(10))
    logger: Mapped[str] = mapped_column(String(100))
    message: Mapped[str] = mapped_column(String(500))
    process: Mapped[str] = mapped_column(String(60))
    """Host and number of the process."""
    request_id: Mapped[str | None] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]]


class JobRun(Base):
    """The last run of each job of the timetable."""

    __tablename__ = "job_runs"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    error: Mapped[str | None] = mapped_column(String(200))
    """The kind of error with which it failed; None when it did its work."""
    runs: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime | None]
    """When somebody asked for it to run at once."""


def _only_personal(_mapper: Mapper[AuditEntry], _connection: Any, entry: AuditEntry) -> None:
    session = object_session(entry)
    if session is not None and not session.is_modified(entry):
        return
    if any(get_history(entry, name).has_changes() for name in (*HASHED, "txid")):
        raise RuntimeError("an audit entry is never changed")


def _refuse(_mapper: Mapper[Any], _connection: Any, _entry: Any) -> None:
    raise RuntimeError("the audit is append-only")


event.listen(AuditEntry, "before_update", _only_personal)
for _model in (AuditEntry, AuditChain, SecurityEntry):
    event.listen(_model, "before_delete", _refuse)
for _model in (AuditChain, SecurityEntry):
    event.listen(_model, "before_update", _refuse)
