import json
import logging
import pkgutil

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, make_url, select

from shuhua_core import cli, commands
from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.accounts.models import User
from shuhua_core.accounts.sign_in import sign_in
from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.events import Event
from shuhua_core.logs import JsonFormatter
from shuhua_core.worker import run_once

SECRET = "s3cret" * 8
COMMANDS = [cli.typed(each.name) for each in pkgutil.iter_modules(commands.__path__) if not each.name.startswith("_")]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    import os

    for name in [name for name in os.environ if name.startswith("SHUHUA_") and name != "SHUHUA_TEST_POSTGRES"]:
        monkeypatch.delenv(name)


@pytest.fixture
def ini(deployment, tmp_path):
    """An ini file of the test's deployment."""
    url = deployment.database.url.render_as_string(hide_password=False)
    path = tmp_path / "test.ini"
    path.write_text(
        f"[app:main]\nuse = egg:shuhua\nshuhua.database_url = {url}\nshuhua.secret = {SECRET}\n"
        "shuhua.media_path = %(here)s/media\n"
    )
    return path


@pytest.fixture
def run(monkeypatch, capfd):
    """Runs the command as a shell would: gives (exit status, standard output, standard error)."""

    def run(*arguments, stdin=""):
        import io
        import sys

        monkeypatch.setattr(sys, "argv", ["shuhua", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        try:
            cli.main()
            status = 0
        except SystemExit as ended:
            status = ended.code or 0
        out, err = capfd.readouterr()
        return status, out, err

    return run


def test_help_lists_every_command(run):
    status, out, _err = run("--help")
    assert status == 0
    for name in COMMANDS:
        assert f"  {name} " in out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name):
    command = cli.Commands().get_command(None, name)
    result = CliRunner().invoke(command, ["--help"])
    assert result.exit_code == 0
    assert len(command.help) > 20


def test_a_user_added_on_the_command_line_can_sign_in(ini, run, deployment):
    assert run("user", "add", "Boss", "--role", "administrator", "--settings", ini, stdin="a fine password\n")[0] == 0
    with deployment.database.read() as session:
        assert load_actor_by_login(session, "boss").roles == {"administrator"}
    assert sign_in(deployment, "boss", "a fine password", address="192.0.2.1").token
    assert run("user", "password", "boss", "--settings", ini, stdin="another password\n")[0] == 0
    assert sign_in(deployment, "boss", "another password", address="192.0.2.1").token
    with deployment.database.read() as session:
        assert {"accounts.user_added", "accounts.password_changed"} <= set(session.scalars(select(AuditEntry.event)))


@pytest.mark.parametrize(
    "wrong",
    [
        (["user", "add", "boss"], "short\n", "password"),
        (["user", "add", "boss", "--role", "king"], "a fine password\n", "king"),
        (["user", "add", "b oss"], "a fine password\n", "login"),
        (["user", "password", "nobody"], "a fine password\n", "no such record"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence_with_status_2(ini, run, deployment, wrong):
    arguments, stdin, says = wrong
    status, _out, err = run(*arguments, "--settings", ini, stdin=stdin)
    assert status == 2
    assert says in err
    assert "Traceback" not in err
    with deployment.database.read() as session:
        assert session.scalars(select(User)).all() == []


def test_the_log_is_verified_and_a_forgery_found(ini, run, deployment):
    with deployment.database.write() as session:
        for number in range(3):
            deployment.context(session, SYSTEM).publish(Event("things.changed", "thing", number))
    run_once(deployment)
    status, out, _err = run("audit", "verify", "--settings", ini)
    assert status == 0
    assert "links: 3, waiting: 0" in out
    with deployment.database.engine.execution_options(shuhua_write=True).begin() as connection:
        if deployment.database.dialect == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        connection.exec_driver_sql("UPDATE audit SET record_id = 7 WHERE record_id = 1")
    status, _out, err = run("audit", "verify", "--settings", ini)
    assert status == 1
    assert "position 2" in err


@pytest.mark.sqlite
def test_init_makes_a_deployment_and_again_changes_nothing(tmp_path, run, monkeypatch):
    monkeypatch.setenv("SHUHUA_DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite'}")
    monkeypatch.setenv("SHUHUA_SECRET", SECRET)
    monkeypatch.setenv("SHUHUA_MEDIA_PATH", str(tmp_path / "media"))
    for _round in range(2):
        status, out, _err = run("init")
        assert status == 0
        assert "Ready at revision" in out
    with create_engine(f"sqlite:///{tmp_path / 'new.sqlite'}").connect() as connection:
        assert connection.exec_driver_sql("SELECT name_zh FROM divisions WHERE code = '350582'").scalar() == "晋江市"
    assert (tmp_path / "media").is_dir()
    assert "database: 0001" in run("migrate", "show")[1]
    assert run("worker", "--once")[0] == 0
    assert run("migrate", "down", "base", "--yes")[0] == 0
    assert "database: empty" in run("migrate", "show")[1]
    status, _out, err = run("worker", "--once")
    assert status == 2
    assert "shuhua migrate up" in err
    assert run("migrate", "up")[0] == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[app:main]\nshuhua.database_url = sqlite:////x.sqlite\n", "shuhua.secret"),
        (f"[app:main]\nshuhua.secret = {SECRET}\n", "shuhua.database_url"),
        (f"[app:main]\nshuhua.secret = {SECRET}\nshuhua.databse_url = x\n", "shuhua.database_url"),
        ("[server:main]\nuse = egg:waitress\n", "app:main"),
        ("no ini at all", "cannot be read"),
        ("[app:main]\na = %(nothing)s\n", "cannot be read"),
    ],
)
def test_wrong_settings_are_told_in_a_sentence_without_the_secret(tmp_path, run, text, says):
    path = tmp_path / "wrong.ini"
    path.write_text(text)
    status, _out, err = run("init", "--settings", path)
    assert status == 2
    assert says in err
    assert SECRET not in err
    assert "Traceback" not in err


def test_a_missing_file_is_told(tmp_path, run):
    status, _out, err = run("init", "--settings", tmp_path / "none.ini")
    assert status == 2
    assert "none.ini" in err


@pytest.mark.postgres
def test_a_database_that_is_away_is_told_without_its_password(run, monkeypatch, postgres_url):
    url = make_url(postgres_url).set(port=1, username="shuhua", password="hunter2")
    monkeypatch.setenv("SHUHUA_DATABASE_URL", url.render_as_string(hide_password=False))
    monkeypatch.setenv("SHUHUA_SECRET", SECRET)
    status, _out, err = run("audit", "verify")
    assert status == 2
    assert "hunter2" not in err
    assert "Traceback" not in err


def test_a_database_that_was_never_prepared_is_told_so(template, run, monkeypatch):
    url = template.empty()
    monkeypatch.setenv("SHUHUA_DATABASE_URL", url)
    monkeypatch.setenv("SHUHUA_SECRET", SECRET)
    status, _out, err = run("audit", "verify")
    template.drop(url)
    assert status == 2
    assert "shuhua init" in err


def test_the_web_part_that_is_not_installed_is_told(ini, run, monkeypatch, deployment):
    import sys

    from shuhua_core import revision

    monkeypatch.setattr(revision, "require_current", lambda _database: None)
    monkeypatch.setitem(sys.modules, "waitress", None)
    status, _out, err = run("serve", "--settings", ini)
    assert status == 2
    assert "shuhua[web]" in err


def test_a_log_line_cannot_pretend_to_be_two():
    record = logging.makeLogRecord({"msg": "name %s", "args": ('a\n{"level": "error"}\x1b[31m',), "name": "x", "user_id": 7})
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "\x1b" not in line
    assert json.loads(line)["user_id"] == 7
