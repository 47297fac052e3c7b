import json

import pytest
from shuhua_channel_file import FileChannel, shuhua_register_notification_channels

from shuhua_core.testing.conformance import ChannelConformance


class TestFileChannel(ChannelConformance):
    @pytest.fixture
    def channel(self, tmp_path):
        return FileChannel(tmp_path / "notices.jsonl")

    @pytest.fixture
    def unreachable(self, tmp_path):
        return FileChannel(tmp_path / "no such folder" / "notices.jsonl")

    def test_a_notice_is_one_line(self, channel, notice, tmp_path):
        channel.send(notice)
        channel.send(notice)
        lines = (tmp_path / "notices.jsonl").read_text().splitlines()
        assert [json.loads(line)["message_id"] for line in lines] == ["conformance-1", "conformance-1"]
        assert json.loads(lines[0])["recipient"]["name"] == "张三"

    def test_only_its_owner_may_read_the_file(self, channel, notice, tmp_path):
        channel.send(notice)
        assert (tmp_path / "notices.jsonl").stat().st_mode & 0o777 == 0o600


def test_it_refuses_to_start_without_a_path():
    with pytest.raises(ValueError, match=r"plugin\.file\.path"):
        shuhua_register_notification_channels({})
