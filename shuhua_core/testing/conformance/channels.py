"""What every notification channel must do."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shuhua_core.plugins.contracts import (
    Notice,
    NoticeText,
    NotificationChannel,
    PermanentFailure,
    Receipt,
    Recipient,
    TemporaryFailure,
    rules_of,
)
from shuhua_core.plugins.verify import problems

AWKWARD_TEXTS = (
    "第一行\n第二行\r\n第三行",
    '引号 " 和 \\ 与 <b>标签</b> & {花括号} %s ${name}',
    "控制符 \x00\x07\x1b[31m",
    "emoji 🛠️ 与生僻字 𠮷",
    "长" * 5000,
    "",
)


class ChannelConformance:
    """Give ``channel``, ready to send somewhere harmless, and ``recipient`` if it needs a special one.

    ``unreachable`` gives a channel whose other side cannot be reached, where there is such a thing; without it that test
    is about ``channel`` itself.
    """

    @pytest.fixture
    def channel(self) -> NotificationChannel:
        """The channel to test."""
        raise NotImplementedError("give a fixture named channel")

    @pytest.fixture
    def unreachable(self, channel: NotificationChannel) -> NotificationChannel:
        """The channel with nobody at the other side."""
        return channel

    @pytest.fixture
    def recipient(self) -> Recipient:
        """Somebody whom the channel can reach."""
        return Recipient("张三", "zh_Hans", phone="13900001234", email="zhangsan@example.com", address="zhangsan")

    @pytest.fixture
    def notice(self, recipient: Recipient) -> Notice:
        """An ordinary notice."""
        return Notice(
            message_id="conformance-1",
            event="tasks.allocated",
            recipient=recipient,
            text=NoticeText(
                "【舒华售后】新工单 RW20261122-0001", "请在今天 18:00 前接收。", "https://service.example.cn/tasks/1"
            ),
            created_at=datetime(2026, 11, 22, 8, 56, tzinfo=UTC),
        )

    def test_it_satisfies_the_contract(self, channel: NotificationChannel) -> None:
        """Name, label and methods are as the contract says."""
        assert problems("channel", channel) == []

    def test_what_it_bears_is_the_same_each_time(self, channel: NotificationChannel) -> None:
        """The core asks once, at its start."""
        assert rules_of(channel) == rules_of(channel)

    def test_it_accepts_what_it_can_send(self, channel: NotificationChannel, notice: Notice) -> None:
        """It says so with a bool, and the same each time."""
        assert channel.accepts(notice) is True
        assert channel.accepts(notice) is True

    def test_it_decides_about_a_recipient_without_any_address(self, channel: NotificationChannel, notice: Notice) -> None:
        """It answers yes or no and raises nothing."""
        assert channel.accepts(replace(notice, recipient=Recipient("无名"))) in {True, False}

    def test_it_gives_a_receipt(self, channel: NotificationChannel, notice: Notice) -> None:
        """Sending gives a Receipt."""
        assert isinstance(channel.send(notice), Receipt)

    def test_it_may_be_asked_to_send_the_same_notice_again(self, channel: NotificationChannel, notice: Notice) -> None:
        """A repeated message id is no fault: delivery is at least once."""
        channel.send(notice)
        assert isinstance(channel.send(notice), Receipt)

    @pytest.mark.parametrize("text", AWKWARD_TEXTS)
    def test_it_takes_awkward_text(self, channel: NotificationChannel, notice: Notice, text: str) -> None:
        """It sends it, or refuses it with one of the two failures of the contract."""
        awkward = replace(notice, text=replace(notice.text, subject=text, body=text, link=None), urgent=True)
        outcome = _outcome(channel, awkward)
        assert isinstance(outcome, Receipt) or str(outcome)

    def test_it_announces_that_nobody_is_there(self, unreachable: NotificationChannel, notice: Notice) -> None:
        """Sending without another side is a TemporaryFailure or PermanentFailure, or it needs none."""
        outcome = _outcome(unreachable, notice)
        assert isinstance(outcome, Receipt) or str(outcome)
        assert (getattr(outcome, "retry_after", None) or 0) >= 0


def _outcome(channel: NotificationChannel, notice: Notice) -> Receipt | TemporaryFailure | PermanentFailure:
    try:
        return channel.send(notice)
    except (TemporaryFailure, PermanentFailure) as failure:
        return failure
