"""What a channel bears: so many a minute, so many bytes, one digest instead of a burst."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from shuhua_core.accounts.links import ask_for_reset
from shuhua_core.messages.letters import cut, fitted
from shuhua_core.messages.models import Delivery
from shuhua_core.plugins import ChannelRules, NoticeText, TemporaryFailure
from shuhua_core.plugins.contracts import LEAST_BYTES
from shuhua_core.plugins.runner import PluginRunner
from shuhua_core.worker import Worker


@pytest.fixture
def many(report, work, pager):
    """Five messages for one person, while the channel takes nothing."""
    pager.takes = True
    for _time in range(5):
        report()


def test_no_more_go_out_in_a_minute_than_the_channel_bears(deployment, many, work, pager, clock):
    pager.rules = ChannelRules(a_minute=2)
    with Worker(deployment, make(deployment, pager), jobs=()) as worker:
        sent = []
        for _second in range(0, 190, 10):
            worker.run_until_idle()
            sent.append(len(pager.sent))
            clock.set(clock.now() + timedelta(seconds=10))
    assert sent[:6] == [2] * 6
    assert sent[6:12] == [4] * 6
    assert sent[12:] == [5] * 7


def make(deployment, *channels):
    from shuhua_core.plugins import hookimpl
    from shuhua_core.plugins.manager import build_plugin_manager

    class Plugin:
        @hookimpl
        def shuhua_register_notification_channels(self):
            return channels

    return build_plugin_manager(deployment.settings, load_entry_points=False, plugins={"pager": Plugin()})


def test_what_fails_counts_too_and_waits_out_the_minute(deployment, many, pager, clock):
    pager.rules = ChannelRules(a_minute=2)
    pager.error = TemporaryFailure("busy", retry_after=1)
    start = clock.now()
    with Worker(deployment, make(deployment, pager), jobs=()) as worker:
        worker.run_until_idle()
    with deployment.database.read() as session:
        tried = session.scalars(select(Delivery).where(Delivery.channel == "pager", Delivery.attempts > 0)).all()
    assert len(tried) == 2
    assert {each.available_at for each in tried} == {start + timedelta(seconds=60)}


def test_workers_share_what_a_channel_bears(deployment, many, pager):
    pager.rules = ChannelRules(a_minute=3)
    plugins = make(deployment, pager)
    with Worker(deployment, plugins, jobs=()) as first:
        for _round in range(10):
            first._deliver_batch()
    barrier = threading.Barrier(4)

    def send():
        from shuhua_core.messages.deliver import Messenger

        with PluginRunner(plugins, clock=deployment.clock) as runner:
            messenger = Messenger(runner, plugins.channels)
            barrier.wait()
            for _round in range(3):
                messenger.send_due(deployment)

    threads = [threading.Thread(target=send) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pager.sent) == 3
    assert len({each.message_id for each in pager.sent}) == 3


def test_a_slow_channel_holds_no_other_up(deployment, many, work, pager):
    pager.rules = ChannelRules(a_minute=1)
    with Worker(deployment, make(deployment, pager), jobs=()) as worker:
        worker.run_until_idle()
    with deployment.database.read() as session:
        states = [tuple(row) for row in session.execute(select(Delivery.channel, Delivery.state))]
    assert states.count(("console", "sent")) == 5
    assert states.count(("pager", "sent")) == 1


def test_a_burst_becomes_a_digest_where_the_channel_merges(deployment, many, pager):
    pager.rules = ChannelRules(merges=True)
    with Worker(deployment, make(deployment, pager), jobs=()) as worker:
        worker.run_until_idle()
    [notice] = pager.sent
    assert notice.text.subject == "【舒华售后】新消息 5 条"
    assert len(notice.text.body.splitlines()) == 5


def test_the_first_line_names_the_service_the_event_and_the_number(report, work, pager):
    report()
    work()
    [notice] = pager.sent
    assert notice.text.subject == "【舒华售后】维修申请 BX20261122-0001 待审核"


def test_a_text_is_no_longer_than_the_channel_bears(deployment, report, pager):
    pager.rules = ChannelRules(max_bytes=140)
    report(symptom="左侧摆腿的轴承松动，走起来有很大的声音，小孩子在旁边玩很危险")
    with Worker(deployment, make(deployment, pager), jobs=()) as worker:
        worker.run_until_idle()
    [notice] = pager.sent
    text = notice.text
    assert len("\n".join(each for each in (text.subject, text.body, text.link) if each).encode()) <= 140
    assert text.subject == "【舒华售后】维修申请 BX20261122-0001 待审核"
    assert text.body.endswith("…")
    assert text.link is not None


LINES = st.text(st.characters(exclude_categories=("Cs",)), max_size=80)


@given(LINES, LINES, st.none() | LINES, st.integers(LEAST_BYTES, 400))
def test_fitting_never_splits_a_character_and_never_passes_the_bound(subject, body, link, most):
    found = fitted(NoticeText(subject, body, link), most)
    whole = "\n".join(each for each in (found.subject, found.body, found.link) if each)
    assert len(whole.encode()) <= most
    for before, after in ((subject, found.subject), (body, found.body)):
        assert after == before or before.startswith(after.removesuffix("…"))
    assert found.link in {link, None}


@pytest.mark.parametrize(
    ("text", "most", "expected"), [("售后", 6, "售后"), ("售后服务", 9, "售后…"), ("🛠️🛠️", 7, "🛠…"), ("abc", 3, "abc")]
)
def test_cutting_counts_bytes_and_keeps_characters(text, most, expected):
    assert cut(text, most) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({}, (20, 2048)), ({"messages_a_minute": "5"}, (5, 2048)), ({"messages_a_minute": "0", "message_bytes": "0"}, (None, None)),
     ({"message_bytes": " 100 "}, (20, 100))],
)  # fmt: skip
def test_the_bounds_of_a_channel_are_settings_of_its_plugin(settings, expected):
    rules = ChannelRules(a_minute=20, max_bytes=2048).as_set(settings)
    assert (rules.a_minute, rules.max_bytes) == expected


@pytest.mark.parametrize("settings", [{"messages_a_minute": "many"}, {"message_bytes": "5"}, {"messages_a_minute": "-1"}])
def test_bounds_that_make_no_sense_stop_the_start(settings):
    with pytest.raises(ValueError, match=r"messages_a_minute|max_bytes"):
        ChannelRules().as_set(settings)


def test_invitations_count_at_the_channel_that_may_carry_them(deployment, many, pager, clock):
    living = replace(deployment, settings=replace(deployment.settings, link_channels="pager"))
    pager.rules = ChannelRules(a_minute=4)
    for login in ("customer", "reviewer", "dispatcher"):
        ask_for_reset(living, login, address="192.0.2.1")
    with Worker(living, make(living, pager), jobs=()) as worker:
        sent = []
        for _second in range(0, 190, 10):
            worker.run_until_idle()
            sent.append(len(pager.sent))
            clock.set(clock.now() + timedelta(seconds=10))
    # Five messages and three links, four a minute.
    assert sent[:6] == [4] * 6
    assert sent[6:] == [8] * 13
    assert len([each for each in pager.sent if each.event == "account_link"]) == 3
