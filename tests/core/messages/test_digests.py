"""What is held back at night comes in the morning as one digest, once for each person, channel and device."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from shuhua_core.accounts.models import LoginSession
from shuhua_core.audit.models import SecurityEntry
from shuhua_core.messages import addresses, digests
from shuhua_core.messages.models import Delivery, DeviceAddress
from shuhua_core.plugins import AddressBlocked, AddressGone, ChannelRules, TemporaryFailure
from shuhua_core.plugins.runner import PluginRunner
from shuhua_core.worker import Worker

ZONE = ZoneInfo("Asia/Shanghai")


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def rows(deployment, channel="pager"):
    with deployment.database.read() as session:
        return list(session.scalars(select(Delivery).where(Delivery.channel == channel).order_by(Delivery.id)))


@pytest.fixture
def night(clock, report, work):
    """Three reports in the evening, one of them after midnight; the inbox has them at once."""
    for moment in (at(22, 20, 30), at(22, 23, 0), at(23, 2, 0)):
        clock.set(moment)
        report()
        work()


def test_a_night_comes_as_one_digest_in_the_morning(deployment, night, work, pager, clock):
    assert pager.sent == []
    assert [each.state for each in rows(deployment, "inbox")] == ["sent"] * 3
    clock.set(at(23, 7, 59))
    work()
    assert pager.sent == []
    clock.set(at(23, 8, 0))
    work()
    [notice] = pager.sent
    assert notice.event == "digest"
    assert notice.text.subject == "【舒华售后】夜间消息 3 条"
    lines = notice.text.body.splitlines()
    assert [line.startswith("维修申请 BX2026112") for line in lines] == [True] * 3
    assert len(set(lines)) == 3
    assert notice.text.link.endswith("/messages")
    *members, digest = rows(deployment)
    assert {each.state for each in members} == {"merged"}
    assert {each.digest_id for each in members} == {digest.id}
    assert (digest.state, digest.message_id, digest.attempts) == ("sent", None, 1)
    work()
    assert len(pager.sent) == 1


def test_what_is_urgent_goes_out_at_night_and_is_in_no_digest(night, work, pager, clock, told_urgently):
    told_urgently()
    work()
    [urgent] = pager.sent
    assert urgent.urgent
    clock.set(at(23, 8, 1))
    work()
    digest = pager.sent[-1]
    assert len(pager.sent) == 2
    assert digest.event == "digest"
    assert urgent.text.subject.removeprefix("【舒华售后】") not in digest.text.body


@pytest.fixture
def told_urgently(deployment, settled):
    """The reviewer is told something urgent."""

    def run():
        from shuhua_core.messages.models import Message

        with deployment.database.write() as session:
            session.add(
                Message(
                    source_id="urgent-1",
                    user_id=settled.users["reviewer"],
                    notice="found_dangerous",
                    record_kind="inspection",
                    record_id=1,
                    number="XC20261122-0001",
                    facts={},
                    urgent=True,
                    created_at=deployment.clock.now(),
                )
            )
            session.flush()
            [message] = session.scalars(select(Message).where(Message.source_id == "urgent-1"))
            session.add(
                Delivery(
                    user_id=message.user_id,
                    message_id=message.id,
                    channel="pager",
                    urgent=True,
                    available_at=deployment.clock.now(),
                )
            )

    return run


def test_a_single_message_of_a_night_goes_out_as_itself(report, work, pager, clock):
    clock.set(at(22, 23))
    report()
    work()
    clock.set(at(23, 8, 1))
    work()
    [notice] = pager.sent
    assert "BX" in notice.text.subject
    assert notice.event == "repair_waiting"


def test_a_worker_that_ends_in_the_middle_leaves_the_digest_to_the_next_under_the_same_id(
    deployment, plugins, night, pager, clock
):
    clock.set(at(23, 8, 0))
    with Worker(deployment, plugins, jobs=()) as first:
        with deployment.database.write() as session:
            from shuhua_core.messages.queue import lease

            [leased] = lease(deployment, session, first._messenger._rules, 50)
        pager.send(leased.notice)  # it went out, and then the process died before it could say so
    with Worker(deployment, plugins, jobs=()) as second:
        second.run_until_idle()
        assert len(pager.sent) == 1
        clock.set(at(23, 8, 6))
        second.run_until_idle()
    assert [each.message_id for each in pager.sent] == [pager.sent[0].message_id] * 2
    assert pager.sent[0].text == pager.sent[1].text
    assert [each.state for each in rows(deployment)] == ["merged"] * 3 + ["sent"]


def test_a_digest_that_fails_is_tried_again_as_the_same(deployment, night, work, pager, clock):
    pager.error = TemporaryFailure("busy")
    clock.set(at(23, 8, 0))
    work()
    pager.error = None
    clock.set(at(23, 8, 10))
    work()
    [notice] = pager.sent
    digest = rows(deployment)[-1]
    assert notice.message_id == f"digest:{digest.id}"
    assert digest.attempts == 2


@pytest.mark.usefixtures("night")
def test_each_night_has_a_digest_of_its_own(report, work, pager, clock):
    clock.set(at(23, 8, 0))
    work()
    for minute in (10, 20):
        clock.set(at(23, 21, minute))
        report()
        work()
    clock.set(at(24, 8, 0))
    work()
    assert [each.text.subject for each in pager.sent] == ["【舒华售后】夜间消息 3 条", "【舒华售后】夜间消息 2 条"]


def test_two_workers_that_gather_at_once_make_one_digest(deployment, night, clock):
    clock.set(at(23, 8, 0))
    with deployment.database.write() as session:
        digests.gather_nights(session, clock.now())
        held = select(Delivery).where(Delivery.message_id.is_not(None), Delivery.channel == "pager").order_by(Delivery.id)
        # What the other worker would still see: a message of this night that came after its digest was made.
        late = session.scalars(held).all()[:2]
        for each in late:
            each.state, each.ended_at, each.digest_id = "waiting", None, None
        session.flush()
        digests.gather_nights(session, clock.now())
    found = rows(deployment)
    assert len([each for each in found if each.message_id is None]) == 1
    assert [(each.state, each.held_until) for each in found[:2]] == [("waiting", None)] * 2


def test_a_long_digest_counts_what_it_does_not_name(deployment, report, work, pager, clock):
    clock.set(at(22, 23))
    for _time in range(25):
        report()
    work()
    clock.set(at(23, 8, 0))
    work()
    [notice] = pager.sent
    lines = notice.text.body.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "以及其他 5 条"
    assert len(notice.text.brief.splitlines()) == 6


def test_a_failure_in_the_evening_is_tried_again_within_the_digest_of_the_morning(deployment, report, work, pager, clock):
    pager.error = TemporaryFailure("busy", retry_after=600)
    clock.set(at(22, 19, 50))
    report()
    work()
    pager.error = None
    clock.set(at(22, 22))
    report()
    work()
    clock.set(at(23, 8, 0))
    work()
    [notice] = pager.sent
    assert notice.text.subject == "【舒华售后】夜间消息 2 条"


class TestDevices:
    """A channel that reaches devices: each of a person's phones by itself."""

    @pytest.fixture(autouse=True)
    def devices(self, pager):
        pager.rules = ChannelRules(devices=True, signed=False)

    @pytest.fixture
    def phones(self, deployment, settled):
        with deployment.database.write() as session:
            for name in ("a", "b"):
                signed_in = LoginSession(
                    token_hash=name,
                    user_id=settled.users["reviewer"],
                    kind="device",
                    csrf_token="x",
                    created_at=deployment.clock.now(),
                    last_seen_at=deployment.clock.now(),
                    expires_at=deployment.clock.now() + timedelta(days=30),
                )
                session.add(signed_in)
                session.flush()
                session.add(
                    DeviceAddress(
                        user_id=signed_in.user_id,
                        session_id=signed_in.id,
                        channel="pager",
                        address=f"phone {name}",
                        fingerprint=name,
                        created_at=deployment.clock.now(),
                    )
                )

    def test_every_phone_gets_it(self, phones, report, work, pager):
        report()
        work()
        assert sorted(each.recipient.address for each in pager.sent) == ["phone a", "phone b"]
        assert not pager.sent[0].text.subject.startswith("【")
        assert pager.sent[0].text.brief == "测试公园"

    def test_somebody_without_a_phone_gets_nothing_this_way(self, deployment, report, work, pager):
        report()
        work()
        assert pager.sent == []
        assert rows(deployment) == []

    def test_every_phone_gets_a_digest_of_its_own(self, phones, night, work, pager, clock):
        clock.set(at(23, 8, 0))
        work()
        assert sorted(each.recipient.address for each in pager.sent) == ["phone a", "phone b"]
        assert len({each.message_id for each in pager.sent}) == 2

    @pytest.mark.usefixtures("phones", "night")
    def test_a_phone_that_was_signed_out_gets_nothing_more(self, deployment, work, pager, clock):
        with deployment.database.write() as session:
            session.scalars(select(LoginSession).where(LoginSession.token_hash == "a")).one().ended_at = clock.now()
        clock.set(at(23, 8, 0))
        work()
        assert [each.recipient.address for each in pager.sent] == ["phone b"]
        assert {each.state for each in rows(deployment)} == {"merged", "gone", "sent"}

    def test_an_address_that_is_gone_is_forgotten(self, deployment, phones, report, work, pager):
        pager.error = AddressGone("410")
        report()
        work()
        with deployment.database.read() as session:
            assert {
                tuple(row) for row in session.execute(select(DeviceAddress.address, DeviceAddress.ended_at.is_not(None)))
            } == {("", True)}
        pager.error = None
        report()
        work()
        assert pager.sent == []
        assert [each.state for each in rows(deployment)] == ["gone", "gone"]

    def test_an_address_that_leads_inside_is_a_line_in_the_security_log_each_time(self, deployment, phones, report, work, pager):
        pager.error = AddressBlocked("blocked: the name leads into a private network")
        report()
        for _again in range(3):
            work()
        with deployment.database.read() as session:
            found = session.scalars(select(SecurityEntry).where(SecurityEntry.kind == "egress.blocked")).all()
            sent = {each.id: each.user_id for each in session.scalars(select(Delivery).where(Delivery.channel == "pager"))}
            assert {each.record_id: each.actor_id for each in found} == sent
        assert [each.detail for each in found] == [{"channel": "pager"}] * 2
        assert {each.state for each in rows(deployment)} == {"failed"}

    def test_the_secrets_of_ended_sessions_are_swept(self, deployment, phones, clock):
        from shuhua_core.kernel.actor import SYSTEM

        clock.set(clock.now() + timedelta(days=31))
        with deployment.database.write() as session:
            addresses.sweep(deployment.context(session, SYSTEM))
        with deployment.database.read() as session:
            assert set(session.scalars(select(DeviceAddress.address))) == {""}


@pytest.mark.parametrize("failure", [AddressGone, AddressBlocked])
def test_an_address_gone_or_blocked_in_a_process_of_its_own_is_told_as_such(tmp_path, monkeypatch, failure):
    from shuhua_core.plugins.manager import build_plugin_manager
    from shuhua_core.plugins.settings import PluginSettings

    (tmp_path / "gone_channel.py").write_text(
        f"from shuhua_core.plugins import {failure.__name__}, ChannelRules, Label, hookimpl\n"
        "class Channel:\n"
        "    name, label, rules = 'nowhere', Label('无', 'Nowhere'), ChannelRules(devices=True)\n"
        "    def accepts(self, notice):\n        return True\n"
        "    def send(self, notice):\n        raise " + failure.__name__ + "('410')\n"
        "@hookimpl\n"
        "def shuhua_register_notification_channels(settings):\n    return [Channel()]\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins = build_plugin_manager(PluginSettings(), load_entry_points=False, plugins={"gone": "gone_channel"})
    from shuhua_core.plugins import Notice, NoticeText, Recipient

    with PluginRunner(plugins) as runner, pytest.raises(failure, match="410"):
        runner.send("nowhere", Notice("m", "e", Recipient("张三"), NoticeText("s", "b"), at(22, 9)))
