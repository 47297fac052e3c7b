"""The database itself refuses to change or delete the log, whoever asks."""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

from .models import HASHED, AuditChain, AuditEntry

_PROTECTED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("audit", (*HASHED, "txid")),
    ("audit_chain", ("position", "audit_id", "previous_hash", "hash")),
)

_FUNCTION = """CREATE OR REPLACE FUNCTION shuhua_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$"""


def create_statements(dialect: str, table: str) -> list[str]:
    """The SQL that protects ``table``, whose list of columns may not be updated and whose rows may not be deleted."""
    columns = ", ".join(f'"{name}"' for name in dict(_PROTECTED)[table])
    if dialect == "sqlite":
        refuse = "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {columns} ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        ]
    call = "EXECUTE FUNCTION shuhua_append_only()"
    return [
        _FUNCTION,
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {columns} ON {table} FOR EACH ROW {call}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {call}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}",
    ]


def _listen(table: Table) -> None:
    for dialect in ("sqlite", "postgresql"):
        for statement in create_statements(dialect, table.name):
            event.listen(table, "after_create", DDL(statement).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]


for _model in (AuditEntry, AuditChain):
    _listen(_model.__table__)  # type: ignore[arg-type]
