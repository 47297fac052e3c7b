import io
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shuhua_core.kernel.clock import SetClock
from shuhua_core.plugins import (
    Column,
    CommittedEvent,
    NoticeText,
    PermanentFailure,
    ReportData,
    TemporaryFailure,
)
from shuhua_core.plugins.errors import FailureKind, PluginFailed
from shuhua_core.plugins.manager import build_plugin_manager
from shuhua_core.plugins.runner import PluginRunner
from shuhua_core.plugins.settings import Limits, PluginSettings
from shuhua_core.plugins.wire import Operation

LIMITS = Limits(memory_mb=256)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EXPECTED = {
    "raises": FailureKind.RAISED,
    "hangs": FailureKind.TIMEOUT,
    "exits": FailureKind.RAISED,
    "dies": FailureKind.EXITED,
    "hogs_memory": FailureKind.MEMORY,
    "floods": FailureKind.OUTPUT,
    "corrupts": FailureKind.GARBLED,
    "wrong_type": FailureKind.WRONG_RESULT,
    "unsendable": FailureKind.WRONG_RESULT,
    "base_exception": FailureKind.RAISED,
    "spins": FailureKind.TIMEOUT,
}


class Seconds:
    """A monotonic clock that a test moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def start(hostile):
    """Start a runner over the named plugins; ended after the test."""
    runners = []

    def start(*names, own=None, limits=LIMITS, **options):
        settings = PluginSettings(limits=limits, own=own or {})
        plugins = build_plugin_manager(settings, load_entry_points=False, plugins=hostile(*names))
        failures = []
        runner = PluginRunner(plugins, on_failure=failures.append, clock=SetClock(NOW), **options)
        runner.failures = failures
        runners.append(runner)
        return runner

    yield start
    for runner in runners:
        runner.close()


def is_running(process):
    """Whether a process, by its folder in /proc, is there and more than a corpse."""
    try:
        return "State:\tZ" not in (process / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def process_of(runner, plugin):
    return runner._seats[plugin].process


@pytest.mark.parametrize("name", EXPECTED)
def test_a_hostile_plugin_fails_alone_and_is_remembered(start, notice, name):
    runner = start(name, "well")
    deadline = 1.0 if EXPECTED[name] is FailureKind.TIMEOUT else 15.0

    with pytest.raises(PluginFailed) as failed:
        runner.send(name, notice, deadline)

    assert failed.value.kind == EXPECTED[name]
    assert runner.send("well", notice).reference.startswith("m-0001")
    assert runner.send("inbox", notice).status == "stored"
    [failure] = runner.failures
    assert (failure.plugin, failure.operation, failure.offer) == (name.replace("_", "-"), "send", name)
    assert (failure.kind, failure.subject, failure.at, failure.resting) == (EXPECTED[name], "m-0001", NOW, False)


def test_a_plugin_that_hangs_is_ended_soon_after_its_deadline(start, notice):
    runner = start("hangs")
    began = time.monotonic()
    with pytest.raises(PluginFailed):
        runner.send("hangs", notice, 0.5)
    assert time.monotonic() - began < 5
    assert process_of(runner, "hangs") is None


def test_what_a_plugin_says_of_a_failure_does_not_reach_the_log(start, notice, caplog):
    runner = start("raises")
    with caplog.at_level(logging.INFO), pytest.raises(PluginFailed):
        runner.send("raises", notice)
    assert "13900001234" in runner.failures[0].detail
    assert "hostile_plugins.py" in runner.failures[0].detail
    assert "13900001234" not in caplog.text


def test_what_a_plugin_prints_spoils_nothing_and_goes_to_the_debug_log(start, notice, caplog):
    runner = start("prints")
    with caplog.at_level(logging.DEBUG):
        assert runner.send("prints", notice).reference == "printed"
    assert "to standard error" in caplog.text
    assert all(record.levelno == logging.DEBUG for record in caplog.records if "printed:" in record.getMessage())


def test_a_slow_plugin_within_its_deadline_is_no_failure(start, notice):
    runner = start("slow")
    assert runner.send("slow", notice).reference == "slow"
    assert runner.failures == []


def test_a_plugin_keeps_its_process_between_calls(start, notice):
    runner = start("well")
    assert runner.send("well", notice).reference == runner.send("well", notice).reference


def test_a_plugin_that_leaves_a_thread_behind_gets_a_new_process(start, notice):
    runner = start("leaves_thread")
    first, second = runner.send("leaves_thread", notice), runner.send("leaves_thread", notice)
    assert first.reference != second.reference
    with pytest.raises(ProcessLookupError):
        os.kill(int(first.reference), 0)


def test_failures_that_a_plugin_announces_are_passed_on_and_not_counted(start, notice):
    runner = start("later", "never")
    with pytest.raises(TemporaryFailure, match="the other side is down") as later:
        runner.send("later", notice)
    with pytest.raises(PermanentFailure, match="no such address"):
        runner.send("never", notice)
    assert later.value.retry_after == 90
    assert runner.failures == []


def test_a_plugin_rests_after_five_failures_and_recovers(start, notice, tmp_path):
    seconds = Seconds()
    runner = start("recovers", monotonic=seconds)
    switch = tmp_path / "works"
    notice = replace(notice, text=NoticeText("", "", str(switch)))
    for _ in range(5):
        with pytest.raises(PluginFailed):
            runner.send("recovers", notice)
    assert [failure.resting for failure in runner.failures] == [False] * 4 + [True]

    seconds.now += 20
    with pytest.raises(PluginFailed) as resting:
        runner.send("recovers", notice)
    assert (resting.value.kind, resting.value.retry_after) == (FailureKind.RESTING, 40)
    assert len(runner.failures) == 5

    seconds.now += 41
    with pytest.raises(PluginFailed) as trial:
        runner.send("recovers", notice)
    assert trial.value.kind is FailureKind.RAISED
    with pytest.raises(PluginFailed) as resting:
        runner.send("recovers", notice)
    assert resting.value.kind is FailureKind.RESTING

    seconds.now += 61
    switch.touch()
    assert runner.send("recovers", notice).reference == "recovered"
    state = next(state for state in runner.states() if state.plugin == "recovers")
    assert (state.breaker, state.failures, state.isolated) == ("closed", 0, True)
    assert state.last_failure is runner.failures[-1]


def test_a_plugin_that_cannot_load_in_its_process_is_a_failure(start, notice):
    runner = start("loads_once", "well")
    with pytest.raises(PluginFailed) as failed:
        runner.send("loads_once", notice)
    assert failed.value.kind is FailureKind.LOADING
    assert "not here" in failed.value.detail
    assert runner.send("well", notice).status == "sent"


def test_a_process_that_was_killed_from_outside_is_replaced(start, notice):
    runner = start("well")
    first = runner.send("well", notice).reference
    os.kill(int(first.split()[1]), signal.SIGKILL)
    while process_of(runner, "well").is_idle():
        time.sleep(0.01)
    assert runner.send("well", notice).reference != first


def test_a_plugin_sees_neither_the_environment_nor_the_settings_of_others(start, notice, monkeypatch):
    monkeypatch.setenv("SHUHUA_SECRET", "0000")
    own = {"own-settings": {"key": "mine"}, "tells": {"key": "theirs"}}
    runner = start("own_settings", "tells", own=own)
    assert runner.send("tells", notice).reference == ""
    assert runner.send("own_settings", notice).reference == "[('key', 'mine')]"


def test_a_report_is_built_in_the_process_of_its_plugin(start):
    runner = start("report_plugin")
    rows = ((number, "螺栓") for number in range(1000))
    data = ReportData("汇总", "zh_Hans", NOW, columns=(Column("号"), Column("件")), rows=rows)
    out = io.BytesIO()
    built = runner.build("reporter", data, out)
    assert (built.rows, built.notes) == (1000, ("done",))
    assert out.getvalue().decode().splitlines()[-1] == "999|螺栓"


def test_a_report_without_end_is_stopped_at_its_size(start):
    runner = start("report_plugin", limits=replace(LIMITS, result_mb=1))
    out = io.BytesIO()
    with pytest.raises(PluginFailed) as failed:
        runner.build("endless", ReportData("", "en", NOW, number="BX-1"), out)
    assert failed.value.kind is FailureKind.OUTPUT
    assert out.getvalue() == b""
    assert runner.failures[0].subject == "BX-1"


def test_events_reach_one_plugin_at_a_time(start):
    runner = start("raises", "well")
    event = CommittedEvent("e-1", "tasks.accepted", NOW, "task", 7, "RW20261122-0001", {"unit": 3})
    assert runner._plugins.event_listeners == ("raises", "well")
    with pytest.raises(PluginFailed):
        runner.committed("raises", event)
    assert runner.failures[0].subject == "e-1"
    with pytest.raises(PluginFailed) as failed:  # it looks for a message id, which an event has not
        runner.committed("well", event)
    assert failed.value.kind is FailureKind.RAISED


def test_accepts_is_asked_in_the_process_of_the_plugin(start, notice):
    runner = start("well")
    assert runner.accepts("well", notice) is True


def test_an_unknown_plugin_or_channel_is_said_to_be_unknown(start, notice):
    runner = start("well")
    with pytest.raises(PluginFailed) as failed:
        runner.send("pigeon", notice)
    assert failed.value.kind is FailureKind.UNKNOWN
    with pytest.raises(PluginFailed) as failed:
        runner.call("pigeon", Operation.SEND, notice)
    assert failed.value.kind is FailureKind.UNKNOWN


def test_calls_to_other_plugins_do_not_wait_for_one_that_hangs(start, notice):
    runner = start("hangs", "well")
    runner.send("well", notice)

    def hang():
        with pytest.raises(PluginFailed):
            runner.send("hangs", notice, 4)

    thread = threading.Thread(target=hang)
    thread.start()
    began = time.monotonic()
    for _ in range(20):
        runner.send("well", notice)
    took = time.monotonic() - began
    with pytest.raises(PluginFailed) as busy:
        runner.send("hangs", notice, 0.1)
    thread.join()
    assert took < 2
    assert busy.value.kind is FailureKind.BUSY


def test_closing_ends_every_process(start, notice):
    runner = start("well")
    process = int(runner.send("well", notice).reference.split()[1])
    runner.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_callback_that_fails_hides_no_failure(start, notice, caplog):
    def broken(_failure):
        raise OSError("disk full")

    runner = start("raises")
    runner._on_failure = broken
    with pytest.raises(PluginFailed):
        runner.send("raises", notice)
    assert "could not be recorded" in caplog.text


def test_no_descriptor_is_left_open(start, notice):
    runner = start("well", "dies")
    runner.send("well", notice)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(4):
        with pytest.raises(PluginFailed):
            runner.send("dies", notice)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("name", ["well", "hangs", "spins"])
def test_no_process_outlives_a_worker_that_was_killed(hostile, name):
    script = Path(__file__).parent / "hostile" / "dying_worker.py"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    worker = subprocess.Popen(
        [sys.executable, str(script), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    with worker:
        process = Path("/proc") / worker.stdout.readline().strip()
        assert process.is_dir()
        worker.kill()
    until = time.monotonic() + 10
    while is_running(process):
        assert time.monotonic() < until, "the plugin's process is still there"
        time.sleep(0.05)
