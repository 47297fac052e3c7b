import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from shuhua_core import migrations, revision, seed
from shuhua_core.kernel.db import Database
from shuhua_core.kernel.errors import ConfigurationError
from shuhua_core.kernel.text_index import INDEXES, is_of_an_index
from shuhua_core.models import Base
from tests.template import SEEDED_AT

TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
}


@pytest.fixture
def empty(template):
    """A database without any table, opened."""
    url = template.empty()
    database = Database(url)
    yield database
    database.dispose()
    template.drop(url)


def tables(database):
    found = set(inspect(database.engine).get_table_names()) - {"alembic_version"}
    return {name for name in found if not is_of_an_index(name, "table")}


def test_the_migrations_make_exactly_the_tables_of_the_models(empty):
    migrations.upgrade(empty)
    with empty.engine.connect() as connection:
        ours = {"include_name": lambda name, kind, _parents: not is_of_an_index(name, kind)}
        assert compare_metadata(MigrationContext.configure(connection, opts=ours), Base.metadata) == []
    assert tables(empty) == set(Base.metadata.tables)
    assert migrations.fits(empty)


def test_tables_of_another_version_do_not_fit(empty):
    migrations.upgrade(empty)
    with empty.write() as session:
        session.execute(text("ALTER TABLE sites ADD COLUMN of_old INTEGER"))
    assert not migrations.fits(empty)


def test_the_migrations_protect_the_log_as_the_models_do(empty, deployment):
    migrations.upgrade(empty)
    query = text(TRIGGERS[empty.dialect])
    with empty.engine.connect() as migrated, deployment.database.engine.connect() as created:
        assert migrated.execute(query).all() == created.execute(query).all() != []


def test_the_migrations_index_texts_and_going_back_leaves_nothing_of_it(empty):
    query = text("SELECT name FROM sqlite_master" if empty.dialect == "sqlite" else "SELECT indexname FROM pg_indexes")

    def present():
        with empty.engine.connect() as connection:
            return {name for name in connection.scalars(query) if is_of_an_index(name, "table")}

    migrations.upgrade(empty)
    assert present() >= {index.name for index in INDEXES.values()}
    migrations.downgrade(empty, "base")
    assert present() == set()


def test_up_down_and_up_again(empty):
    migrations.upgrade(empty)
    with empty.write() as session:
        seed.seed(session, SEEDED_AT)
    migrations.downgrade(empty, "base")
    assert tables(empty) == set()
    migrations.upgrade(empty)
    with empty.write() as session:
        seed.seed(session, SEEDED_AT)
        seed.seed(session, SEEDED_AT)
    revision.require_current(empty)


def test_the_newest_revision_is_the_one_that_alembic_finds():
    assert revision.newest() == ScriptDirectory(str(migrations.HERE)).get_current_head()


def test_the_newest_revision_is_the_one_after_which_none_comes(tmp_path):
    assert revision.newest(tmp_path) is None
    (tmp_path / "first.py").write_text('revision = "0001"\ndown_revision = None\n')
    (tmp_path / "second.py").write_text('revision: str = "0002"\ndown_revision: str | None = "0001"\n')
    assert revision.newest(tmp_path) == "0002"
    (tmp_path / "other.py").write_text('revision = "0003"\ndown_revision = "0001"\n')
    with pytest.raises(ValueError, match="more than one"):
        revision.newest(tmp_path)


def test_a_server_checks_the_revision_without_alembic():
    code = "import sys, shuhua_core.commands.serve, shuhua_core.commands.worker; sys.exit('alembic' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_database_that_was_not_migrated_is_refused_with_the_way_out(empty):
    with pytest.raises(ConfigurationError) as refused:
        revision.require_current(empty)
    assert "shuhua migrate up" in refused.value.message


def test_a_migration_that_fails_changes_nothing(empty):
    def fail():
        with migrations.migrating(empty) as connection:
            connection.execute(text("CREATE TABLE half (id INTEGER)"))
            connection.execute(text("CREATE TABLE half (id INTEGER)"))

    with pytest.raises(Exception, match="half"):
        fail()
    assert tables(empty) == set()


@pytest.mark.sqlite
def test_copying_a_table_deletes_no_row_that_refers_to_it(empty):
    with migrations.migrating(empty) as connection:
        connection.execute(text("CREATE TABLE parents (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE children (parent_id INTEGER REFERENCES parents (id) ON DELETE CASCADE)"))
        connection.execute(text("INSERT INTO parents VALUES (1)"))
        connection.execute(text("INSERT INTO children VALUES (1)"))
    with migrations.migrating(empty) as connection:
        connection.execute(text("CREATE TABLE copied (id INTEGER PRIMARY KEY, name TEXT)"))
        connection.execute(text("INSERT INTO copied (id) SELECT id FROM parents"))
        connection.execute(text("DROP TABLE parents"))
        connection.execute(text("ALTER TABLE copied RENAME TO parents"))
    with empty.read() as session:
        assert session.scalar(text("SELECT count(*) FROM children")) == 1
        assert session.scalar(text("PRAGMA foreign_keys")) == 1


@pytest.mark.sqlite
def test_a_migration_that_leaves_a_row_referring_to_nothing_is_undone(empty):
    with migrations.migrating(empty) as connection:
        connection.execute(text("CREATE TABLE parents (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE children (parent_id INTEGER REFERENCES parents (id))"))
        connection.execute(text("INSERT INTO parents VALUES (1)"))
        connection.execute(text("INSERT INTO children VALUES (1)"))

    def fail():
        with migrations.migrating(empty) as connection:
            connection.execute(text("DELETE FROM parents"))

    with pytest.raises(ConfigurationError, match="refer to nothing"):
        fail()
    with empty.read() as session:
        assert session.scalar(text("SELECT count(*) FROM parents")) == 1
