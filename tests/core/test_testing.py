import pytest
from sqlalchemy import text

from shuhua_core.kernel.errors import ConfigurationError
from shuhua_core.plugins import hookimpl
from shuhua_core.testing.factories import accounts
from shuhua_core.testing.sql import SqlCounter


class Provider:
    @hookimpl
    def shuhua_register_notification_channels(self, settings):
        if "path" not in settings:
            raise ValueError("plugin.own.path is missing")
        return []


def test_an_author_loads_a_plugin_as_a_deployment_would(load_plugin):
    assert "own" in load_plugin("own", Provider(), path="/tmp/x").records


def test_what_a_deployment_refuses_is_refused_in_the_authors_test(load_plugin):
    with pytest.raises(ConfigurationError):
        load_plugin("own", Provider())


def test_the_counter_counts_what_is_asked_and_not_the_frame_of_a_transaction(deployment):
    with SqlCounter(deployment.database.engine) as sql, deployment.database.write() as session:
        session.execute(text("SELECT 1"))
        with session.begin_nested():
            session.execute(text("SELECT 2"))
    assert sql.statements == ["SELECT 1", "SELECT 2"]
    with deployment.database.read() as session:
        session.execute(text("SELECT 3"))
    assert sql.count == 2


def test_nothing_of_one_test_is_left_for_the_next(ctx):
    assert ctx.session.execute(text("SELECT count(*) FROM users")).scalar() == 0
    accounts.user(ctx.session, "dispatcher")


def test_nothing_of_the_test_before_is_there(ctx):
    assert ctx.session.execute(text("SELECT count(*) FROM users")).scalar() == 0


def test_each_test_has_a_database_of_its_own(deployment):
    with deployment.database.write() as session:
        assert session.execute(text("SELECT count(*) FROM users")).scalar() == 0
        accounts.user(session, "dispatcher")


def test_nothing_of_another_database_is_there(deployment):
    with deployment.database.read() as session:
        assert session.execute(text("SELECT count(*) FROM users")).scalar() == 0
