"""``shuhua demo``: its folder, its children and its data."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from shuhua_core import migrations, seed
from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.accounts.models import User
from shuhua_core.commands import _processes
from shuhua_core.commands import demo as demo_command
from shuhua_core.commands._demo_folder import DemoFolder
from shuhua_core.commands._deployment import read_settings
from shuhua_core.datasets.load import demo_data
from shuhua_core.followups.models import Followup
from shuhua_core.house import open_deployment
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.scope import visible
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Site
from shuhua_core.tasks.models import Task

ROOT = Path(__file__).parents[3]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def do_all(_name: str, steps: Iterable[int], _total: int) -> None:
    """Runs a long step in silence."""
    for _count in steps:
        pass


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> DemoFolder:
    """The demo's folder with a small database."""
    folder = DemoFolder(tmp_path_factory.mktemp("demo"))
    settings = read_settings(folder.prepare("127.0.0.1", 6543), {})
    with pytest.MonkeyPatch.context() as patch:
        cases, refusals = demo_data.boston.read()
        patch.setattr(demo_data, "SITES", 80)
        patch.setattr(demo_data, "REPAIRS", 100)
        patch.setattr(demo_data.boston, "read", lambda: (cases[::200], refusals[:5]))
        report = demo_data.make_demo(settings, folder.database, do_all)
    assert report.refused
    return folder


@pytest.fixture
def demo(place: DemoFolder) -> Iterator[Deployment]:
    """The deployment of that database."""
    opened = open_deployment(read_settings(place.prepare("127.0.0.1", 6543), {}))
    yield opened
    opened.database.dispose()


def states(demo: Deployment, login: str, model: type, permission: str) -> set[str]:
    with demo.database.read() as session:
        condition = visible(model, load_actor_by_login(session, login), permission)
        return set(session.scalars(select(model.state).where(condition)))


def test_every_login_is_there_and_can_sign_in(demo: Deployment) -> None:
    with demo.database.read() as session:
        able = set(session.scalars(select(User.login).where(User.password_hash.is_not(None))))
    assert able == set(demo_data.LOGINS)


def test_each_login_has_the_role_that_its_name_says(demo: Deployment) -> None:
    with demo.database.read() as session:
        for login in demo_data.LOGINS:
            role = login.removesuffix("_2").removesuffix("_boston")
            assert load_actor_by_login(session, login).roles == {role}


def test_everybody_who_works_has_work_to_see(demo: Deployment) -> None:
    assert {"pending_review", "need_info"} <= states(demo, "reviewer", RepairRequest, "repairs.review")
    assert {"unallocated", "pending_accept", "completed"} <= states(demo, "dispatcher", Task, "tasks.view")
    for login in ("agent_manager", "agent_manager_2", "department_manager"):
        assert {"pending_accept", "accepted", "assigned"} <= states(demo, login, Task, "tasks.accept") | {"accepted"}
    assert {"assigned", "repairing", "on_hold"} <= states(demo, "repairer", Task, "tasks.carry_out")
    assert {"draft", "pending_review", "in_progress", "resolved"} <= states(demo, "customer", RepairRequest, "repairs.view")
    assert "pending_check" in states(demo, "host_unit", Task, "tasks.check")
    assert "open" in states(demo, "followup_clerk", Followup, "followups.view")
    for login in ("agent_manager", "repairer", "host_unit", "collector", "authority"):
        assert states(demo, login, Site, "sites.view")


def test_history_ends_now(demo: Deployment) -> None:
    with demo.database.read() as session:
        last = session.scalar(select(func.max(RepairRequest.updated_at)))
    assert last is not None
    assert timedelta(0) <= datetime.now(UTC) - last < timedelta(hours=1)


def test_the_real_set_is_seen_by_its_own_logins_and_those_above(demo: Deployment) -> None:
    with demo.database.read() as session:
        real = set(session.scalars(select(RepairRequest.id).where(RepairRequest.external_number.is_not(None))))
        for login, sees in (
            ("dispatcher_boston", True),
            ("reviewer_boston", True),
            ("leader", True),
            ("administrator", True),
            ("dispatcher", False),
            ("reviewer", False),
            ("authority", False),
        ):
            actor = load_actor_by_login(session, login)
            seen = set(session.scalars(select(RepairRequest.id).where(visible(RepairRequest, actor, "repairs.view"))))
            assert (real <= seen) if sees else not (real & seen), login


def test_a_load_that_is_interrupted_leaves_no_database(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path)
    settings = read_settings(folder.prepare("127.0.0.1", 6543), {})

    def interrupted(_name: str, _steps: Iterable[int], _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo_data.make_demo(settings, folder.database, interrupted)
    assert not folder.database.exists()


def test_data_of_another_version_are_told(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path)
    settings = read_settings(folder.prepare("127.0.0.1", 6543), {})
    demo_command._bring_up_to_date(settings)
    with sqlite3.connect(folder.database) as connection:
        connection.execute("ALTER TABLE sites ADD COLUMN of_old INTEGER")
    connection.close()
    with pytest.raises(demo_command.click.ClickException, match="make demo-reset"):
        demo_command._bring_up_to_date(settings)


def test_the_secret_stays_and_the_address_follows(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path / "demo")
    first = read_settings(folder.prepare("127.0.0.1", 6543), {})
    second = read_settings(folder.prepare("127.0.0.1", 7000), {})
    assert first.secret == second.secret
    assert second.origin == "http://127.0.0.1:7000"
    assert folder.ini.stat().st_mode & 0o077 == 0


def test_a_reset_removes_the_demos_files_alone(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path)
    folder.prepare("127.0.0.1", 6543)
    folder.database.touch()
    (tmp_path / "mine.txt").touch()
    folder.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_port_in_use_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not _processes.port_is_free("127.0.0.1", port)
        ended = subprocess.run(
            [sys.executable, "-m", "shuhua_core.cli", "demo", "--port", str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 1
    assert f"Port {port} is in use" in ended.stderr


def test_it_says_ready_serves_and_stops_with_its_children(tmp_path: Path) -> None:
    folder, port = DemoFolder(tmp_path), free_port()
    deployment = open_deployment(read_settings(folder.prepare("127.0.0.1", port), {}))
    migrations.upgrade(deployment.database)
    with deployment.database.write() as session:
        seed.seed(session, datetime.now(UTC))
    deployment.database.dispose()
    folder.note.write_text('{"loaded_at": "2026-01-01T00:00:00+00:00"}')
    command = [sys.executable, "-m", "shuhua_core.cli", "demo", "--port", str(port), "--folder", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            lines = []
            for line in process.stdout or ():
                lines.append(line.strip())
                if line.startswith("ready"):
                    break
            assert lines[-1] == f"ready http://127.0.0.1:{port}/"
            assert any("dispatcher_boston" in line for line in lines)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=20) as answer:
                assert answer.status == 200
            children = _children(process.pid)
            assert len(children) == 2
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=40)
        finally:
            process.kill()
    assert process.returncode == 0
    assert out.strip() == "stopped"
    assert "make demo-reset" in err
    assert not any(_alive(child) for child in children)


def test_a_child_that_ends_by_itself_is_told_with_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with pytest.raises(_processes.click.ClickException, match="no-such-command"):  # noqa: SIM117, PT012 - the block as a command has it
            with _processes.Processes(tmp_path) as processes:
                processes.start("server", "no-such-command")
                processes.wait_until_ready(f"http://127.0.0.1:{free_port()}/readyz")
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.append(int(entry.name))
    return found


def _alive(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True
