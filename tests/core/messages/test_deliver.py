"""Messages on their way: the inbox at once, other channels with quiet hours, retries, and giving up visibly."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.kernel.settings import Settings
from shuhua_core.messages.deliver import Messenger
from shuhua_core.messages.models import Delivery, Message
from shuhua_core.messages.quiet import not_before
from shuhua_core.plugins import PermanentFailure, TemporaryFailure
from shuhua_core.plugins.runner import PluginRunner
from shuhua_core.worker import Worker

ZONE = ZoneInfo("Asia/Shanghai")
SETTINGS = Settings(database_url="sqlite:///unused", secret="x" * 32)


def deliveries(deployment):
    with deployment.database.read() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
        return {each.channel: each for each in rows}


def test_a_message_is_in_the_inbox_at_once_and_goes_out_by_every_channel_that_takes_it(deployment, work, report, pager):
    report()
    work()
    found = deliveries(deployment)
    assert {name: each.state for name, each in found.items()} == {"inbox": "sent", "console": "sent", "pager": "sent"}
    [notice] = pager.sent
    assert notice.recipient.name == "测试·reviewer"
    assert "BX" in notice.text.subject
    assert notice.text.link.startswith("http://127.0.0.1:6543/messages/")


def test_a_channel_that_does_not_take_a_notice_gets_none(deployment, work, report, pager):
    pager.takes = False
    report()
    work()
    assert set(deliveries(deployment)) == {"inbox", "console"}


def test_a_channel_that_cannot_say_is_asked_again_and_holds_no_other_up(deployment, work, report, pager, clock):
    pager.takes = RuntimeError("broken")
    report()
    work()
    assert {name: each.state for name, each in deliveries(deployment).items()} == {"inbox": "sent", "console": "sent"}
    pager.takes = True
    clock.set(clock.now() + timedelta(hours=1))
    work()
    assert len(pager.sent) == 1
    with deployment.database.read() as session:
        assert len(session.scalars(select(Delivery).where(Delivery.channel == "console")).all()) == 1


def test_an_entry_delivered_twice_sends_once(deployment, plugins, work, report, pager):
    report()
    with PluginRunner(plugins, clock=deployment.clock) as runner:
        messenger = Messenger(runner, plugins.channels)
        with deployment.database.read() as session:
            entry = session.scalars(select(OutboxEntry).where(OutboxEntry.event == "repairs.created")).one()
        for _time in range(2):
            messenger.deliver(deployment, entry)
            messenger.send_due(deployment)
    work()
    with deployment.database.read() as session:
        assert len(session.scalars(select(Message)).all()) == 1
    assert len(pager.sent) == 1


def test_a_temporary_failure_is_tried_again_after_the_time_that_the_channel_names(deployment, work, report, pager, clock):
    pager.error = TemporaryFailure("busy", retry_after=600)
    report()
    work()
    waiting = deliveries(deployment)["pager"]
    assert (waiting.state, waiting.attempts, waiting.last_error) == ("waiting", 1, "busy")
    assert waiting.available_at == clock.now() + timedelta(seconds=600)
    pager.error = None
    work()
    assert pager.sent == []
    clock.set(clock.now() + timedelta(seconds=601))
    work()
    sent = deliveries(deployment)["pager"]
    assert (sent.state, sent.attempts, sent.last_error) == ("sent", 2, None)


def test_a_permanent_failure_is_given_up_at_once_and_stays_visible(deployment, work, report, pager):
    pager.error = PermanentFailure("no such number")
    report()
    work()
    failed = deliveries(deployment)["pager"]
    assert (failed.state, failed.attempts, failed.last_error) == ("failed", 1, "no such number")
    assert failed.ended_at is not None


def test_a_channel_that_never_works_is_given_up_after_some_attempts(deployment, work, report, pager, clock):
    pager.error = TemporaryFailure("down")
    report()
    for _time in range(deployment.settings.notice_attempts):
        work()
        clock.set(clock.now() + timedelta(hours=24))
    failed = deliveries(deployment)["pager"]
    assert (failed.state, failed.attempts) == ("failed", deployment.settings.notice_attempts)


def test_a_faulty_plugin_does_not_hold_the_inbox_up_and_resting_costs_no_attempt(deployment, work, report, pager, clock):
    pager.error = RuntimeError("broken")
    for _time in range(7):
        report()
    work()
    with deployment.database.read() as session:
        states = [tuple(row) for row in session.execute(select(Delivery.channel, Delivery.state, Delivery.attempts))]
    assert states.count(("inbox", "sent", 0)) == 7
    assert states.count(("console", "sent", 1)) == 7
    assert {(state, attempts) for channel, state, attempts in states if channel == "pager"} == {("waiting", 1), ("waiting", 0)}


def test_a_worker_without_plugins_fills_the_inbox(deployment, report):
    report()
    with Worker(deployment, jobs=()) as worker:
        worker.run_once()
    assert set(deliveries(deployment)) == {"inbox"}


def test_at_night_only_what_is_urgent_goes_out_the_rest_waits_until_eight(deployment, work, report, pager, clock):
    clock.set(datetime(2026, 11, 22, 22, 30, tzinfo=ZONE))
    report()
    work()
    found = deliveries(deployment)
    assert {name: each.state for name, each in found.items()} == {"inbox": "sent", "console": "sent", "pager": "waiting"}
    clock.set(datetime(2026, 11, 23, 7, 59, tzinfo=ZONE))
    work()
    assert pager.sent == []
    clock.set(datetime(2026, 11, 23, 8, 1, tzinfo=ZONE))
    work()
    assert len(pager.sent) == 1


@pytest.mark.parametrize(
    ("hour", "urgent", "channel", "expected"),
    [
        ((22, 7, 59), False, "sms", (22, 8, 0)),
        ((22, 8, 0), False, "sms", (22, 8, 0)),
        ((22, 19, 59), False, "sms", (22, 19, 59)),
        ((22, 20, 0), False, "sms", (23, 8, 0)),
        ((22, 23, 30), True, "sms", (22, 23, 30)),
        ((22, 23, 30), False, "console", (22, 23, 30)),
    ],
)
def test_the_quiet_hours_are_from_eight_in_the_evening_to_eight_in_the_morning(hour, urgent, channel, expected):
    moment = datetime(2026, 11, *hour, tzinfo=ZONE)
    assert not_before(channel, moment, SETTINGS, urgent=urgent) == datetime(2026, 11, *expected, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("begins", "ends", "hour", "expected"),
    [(22, 6, (22, 21, 0), (22, 21, 0)), (22, 6, (22, 22, 0), (23, 6, 0)), (1, 6, (22, 0, 30), (22, 0, 30)),
     (1, 6, (22, 3, 0), (22, 6, 0)), (9, 9, (22, 9, 0), (22, 9, 0))],
)  # fmt: skip
def test_the_quiet_hours_are_a_setting_and_may_lie_across_midnight_or_not(begins, ends, hour, expected):
    settings = replace(SETTINGS, quiet_from_hour=begins, quiet_to_hour=ends)
    moment = datetime(2026, 11, *hour, tzinfo=ZONE)
    assert not_before("sms", moment, settings, urgent=False) == datetime(2026, 11, *expected, tzinfo=ZONE)
