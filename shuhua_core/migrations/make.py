"""Writes the first revision anew from the models: ``python -m shuhua_core.migrations.make``.

Until the first release the schema is one revision, 0001, and this command makes it again after a change of a model. From
then on it refuses, and a change gets a revision of its own: ``python -m shuhua_core.migrations.make "what changes"``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from shuhua_core.audit.triggers import create_statements
from shuhua_core.kernel.db import Database
from shuhua_core.kernel.text_index import INDEXES
from shuhua_core.sites import cell_triggers

from . import HERE, migrating, upgrade

FIRST = HERE / "versions" / "0001_initial.py"
PROTECTED = ("audit", "audit_chain")


def make_first() -> Path:
    """Replace revision 0001 by one that makes the tables of the models and their triggers."""
    others = [path for path in (HERE / "versions").glob("*.py") if path != FIRST]
    if others:
        raise SystemExit("There are later revisions: add one (give it a message), and leave the first as it is.")
    FIRST.unlink(missing_ok=True)
    made = _autogenerate("The tables of the first release", "0001", batch=False)
    made.rename(FIRST)
    FIRST.write_text(_with_triggers(FIRST.read_text()))
    _format(FIRST)
    return FIRST


def make_next(message: str) -> Path:
    """Add a revision with the difference between the newest one and the models; to be read and finished by hand."""
    number = len(list((HERE / "versions").glob("*.py"))) + 1
    made = _autogenerate(message, f"{number:04d}")
    _format(made)
    return made


def _autogenerate(message: str, number: str, *, batch: bool = True) -> Path:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.sqlite")
        upgrade(database)
        config = Config()
        config.set_main_option("script_location", str(HERE))
        with migrating(database) as connection:
            config.attributes.update(connection=connection, batch=batch)
            script = command.revision(config, message, autogenerate=True, rev_id=number)
        database.dispose()
    return Path(script.path)  # type: ignore[union-attr]


def _with_triggers(source: str) -> str:
    """The statements as they are now, in full: a revision must not change when the code does."""
    names = "\n".join(
        f"    {dialect!r}: [\n" + "".join(f"        {statement!r},\n" for statement in _triggers(dialect)) + "    ],"
        for dialect in ("sqlite", "postgresql")
    )
    table = f"TRIGGERS = {{\n{names}\n}}\n\n\n"
    source = source.replace("def upgrade() -> None:", table + "def upgrade() -> None:", 1)
    run = "    for statement in TRIGGERS[op.get_bind().dialect.name]:\n        op.execute(statement)\n"
    drop = "    if op.get_bind().dialect.name == 'postgresql':\n        op.execute('DROP FUNCTION shuhua_append_only()')\n"
    drop += "        op.execute('DROP FUNCTION shuhua_count_site()')\n"
    drop += "        op.execute('DROP FUNCTION shuhua_grams(text, text)')\n"
    drop += "        op.execute('DROP FUNCTION shuhua_gram_query(text, integer)')\n    else:\n"
    drop += "".join(
        f"        op.execute({statement!r})\n" for index in INDEXES.values() for statement in index.drop_statements("sqlite")
    )
    return source.replace("\n\n\ndef downgrade()", "\n" + run + "\n\ndef downgrade()", 1).rstrip() + "\n" + drop


def _triggers(dialect: str) -> list[str]:
    """What protects the log, counts the sites and indexes texts: each statement once, in order."""
    protection = (statement for table in PROTECTED for statement in create_statements(dialect, table))
    indexes = (statement for index in INDEXES.values() for statement in index.create_statements(dialect))
    return list(dict.fromkeys((*protection, *cell_triggers.create_statements(dialect), *indexes)))


def _format(path: Path) -> None:
    for arguments in (("check", "--fix", "--exit-zero", "--quiet"), ("format", "--quiet")):
        subprocess.run([sys.executable, "-m", "ruff", *arguments, str(path)], check=True)  # noqa: S603 - our own file


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.stdout.write(f"{make_next(arguments[0]) if arguments else make_first()}\n")
