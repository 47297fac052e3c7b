"""A COMMIT that the database refuses leaves nothing behind that the next writer would meet."""

import sqlite3

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError


class Refusing(sqlite3.Connection):
    """A connection whose next commit fails as on a full disk, with the transaction still open, as SQLite leaves it."""

    refuses = False

    def commit(self):
        if Refusing.refuses:
            Refusing.refuses = False
            raise sqlite3.OperationalError("disk I/O error")
        super().commit()


@pytest.mark.sqlite
def test_a_connection_whose_commit_failed_is_rolled_back_before_it_is_used_again(deployment):
    database = deployment.database

    @event.listens_for(database.engine, "do_connect")
    def connect(_dialect, _record, arguments, options):
        options["factory"] = Refusing

    database.engine.pool.dispose()
    Refusing.refuses = True
    with pytest.raises(OperationalError, match="disk"), database.write() as session:
        session.execute(text("UPDATE roles SET zh = 'x'"))
    with database.write() as session:
        session.execute(text("UPDATE roles SET en = 'y'"))
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM roles WHERE zh = 'x'")) == 0
        assert session.scalar(text("SELECT count(*) FROM roles WHERE en <> 'y'")) == 0
