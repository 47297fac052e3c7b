"""Notices on their way to a phone: encrypted, signed, and to the open internet only."""

import base64
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from push_service import Device, claims_of, unb64
from shuhua_channel_webpush import WebPushChannel, egress, shuhua_register_notification_channels
from shuhua_channel_webpush.keys import Keys, decoded

from shuhua_core.plugins import (
    AddressBlocked,
    AddressGone,
    ChannelRules,
    Notice,
    NoticeText,
    PermanentFailure,
    Recipient,
    TemporaryFailure,
)
from shuhua_core.testing.conformance import ChannelConformance

CONTACT = "mailto:service@example.com"
KEYS = Keys.new()


def make(**rules):
    return WebPushChannel(KEYS, CONTACT, ChannelRules(signed=False, devices=True, trial=True, **rules), timeout=2)


class TestWebPushChannel(ChannelConformance):
    @pytest.fixture
    def channel(self):
        return make()

    @pytest.fixture
    def recipient(self, device, service):
        return Recipient("张三", address=device.address(service.endpoint()))

    @pytest.fixture
    def unreachable(self, service):
        service.status = 503
        return make()

    def test_only_the_device_can_read_it(self, channel, notice, device, service):
        shown = replace(notice, text=replace(notice.text, brief="测试公园"))
        assert channel.send(shown).status == "queued"
        [pushed] = service.received
        told = json.loads(device.read(pushed.body))
        assert told["title"] == "【舒华售后】新工单 RW20261122-0001"
        assert told["body"] == "测试公园"
        assert told["link"] == "https://service.example.cn/tasks/1"
        assert "工单".encode() not in pushed.body
        with pytest.raises(InvalidTag):
            Device().read(pushed.body)

    def test_a_locked_screen_shows_nobodys_data(self, channel, notice, device, service):
        personal = replace(
            notice,
            recipient=replace(notice.recipient, phone="13900001234", email="zhangsan@example.com"),
            text=replace(notice.text, body="王女士 13812345678 泉州市某路 5 号，摆腿坏了"),
        )
        channel.send(personal)
        told = device.read(service.received[0].body).decode()
        for secret in ("张三", "13900001234", "zhangsan", "13812345678", "王女士", "摆腿"):
            assert secret not in told

    def test_the_push_service_sees_who_sends_and_how_urgent_it_is(self, channel, notice, service):
        channel.send(notice)
        channel.send(replace(notice, urgent=True))
        usual, urgent = (each.headers for each in service.received)
        claims = claims_of(usual["authorization"], KEYS.public)
        assert claims["aud"] == service.origin
        assert claims["sub"] == CONTACT
        assert time.time() < claims["exp"] <= time.time() + 24 * 3600
        assert (usual["urgency"], usual["ttl"], usual["content-encoding"]) == ("normal", str(24 * 3600), "aes128gcm")
        assert (urgent["urgency"], urgent["ttl"]) == ("high", str(4 * 3600))

    def test_the_same_message_has_the_same_topic_and_tag(self, channel, notice, device, service):
        channel.send(notice)
        channel.send(notice)
        channel.send(replace(notice, message_id="another"))
        first, again, other = service.received
        assert first.headers["topic"] == again.headers["topic"] != other.headers["topic"]
        assert len(first.headers["topic"]) == 32
        assert json.loads(device.read(first.body))["tag"] == first.headers["topic"]
        assert first.body != again.body

    @pytest.mark.parametrize("status", [404, 410])
    def test_a_device_that_is_gone_is_told_as_such(self, channel, notice, service, status):
        service.status = status
        with pytest.raises(AddressGone):
            channel.send(notice)

    @pytest.mark.parametrize("status", [429, 500, 502, 503])
    def test_what_may_work_later_is_tried_later(self, channel, notice, service, status):
        service.status, service.headers = status, {"Retry-After": "120"}
        with pytest.raises(TemporaryFailure) as failure:
            channel.send(notice)
        assert failure.value.retry_after == 120

    def test_retry_after_may_be_a_moment(self, channel, notice, service):
        service.status = 429
        service.headers = {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=300), usegmt=True)}
        with pytest.raises(TemporaryFailure) as failure:
            channel.send(notice)
        assert 200 < failure.value.retry_after <= 300

    @pytest.mark.parametrize("text", ["soon", "-5", "9" * 30, ""])
    def test_a_strange_retry_after_does_no_harm(self, channel, notice, service, text):
        service.status, service.headers = 503, {"Retry-After": text}
        with pytest.raises(TemporaryFailure) as failure:
            channel.send(notice)
        assert failure.value.retry_after is None or 0 < failure.value.retry_after <= 86_400

    @pytest.mark.parametrize("status", [400, 401, 403, 413])
    def test_what_never_works_is_given_up(self, channel, notice, service, status):
        service.status = status
        with pytest.raises(PermanentFailure) as failure:
            channel.send(notice)
        assert not isinstance(failure.value, AddressGone)
        assert str(status) in str(failure.value)

    def test_a_redirect_is_not_followed(self, channel, notice, service):
        service.status, service.headers = 307, {"Location": service.endpoint("elsewhere")}
        with pytest.raises(PermanentFailure, match="307"):
            channel.send(notice)
        assert [each.path for each in service.received] == ["/send/device"]

    def test_a_push_service_that_is_away_is_tried_later(self, channel, notice, device):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        away = replace(notice, recipient=Recipient("张三", address=device.address(f"http://127.0.0.1:{port}/x")))
        with pytest.raises(TemporaryFailure, match="cannot be reached"):
            channel.send(away)

    @pytest.mark.parametrize(
        "address", [None, "", "zhangsan", "{}", "[]", '{"endpoint": 5, "keys": {"p256dh": "AA", "auth": "AA"}}']
    )
    def test_what_is_no_subscription_is_not_accepted(self, channel, notice, address):
        other = replace(notice, recipient=replace(notice.recipient, address=address))
        assert channel.accepts(other) is False
        with pytest.raises(PermanentFailure):
            channel.send(other)

    def test_the_longest_message_fits_into_what_push_services_take(self, channel, notice, device, service):
        long = replace(notice, text=replace(notice.text, subject="🛠️" * 500, brief="器" * 2000))
        channel.send(long)
        assert len(service.received[0].body) <= 4096
        assert len(json.loads(device.read(service.received[0].body))["title"]) <= 120


def test_our_reading_of_the_rfc_is_the_rfcs():
    """The example of RFC 8291, appendix A: what the tests decrypt with is right by itself."""
    private = ec.derive_private_key(int.from_bytes(unb64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), ec.SECP256R1())
    device = Device(private, unb64("BTBZMqHH6r4Tts7J_aSIgg"))
    body = unb64(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95b"
        "Qpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert device.read(body) == b"When I grow up, I want to be a watermelon"


class TestTheOpenInternet:
    """Nothing is sent to where a browser's push service cannot be."""

    @pytest.fixture
    def notice(self, device):
        def make_notice(endpoint):
            recipient = Recipient("张三", address=device.address(endpoint))
            return Notice("m-1", "assigned", recipient, NoticeText("s", "b"), datetime(2026, 11, 22, 1, tzinfo=UTC))

        return make_notice

    @pytest.fixture
    def strict(self):
        return WebPushChannel(KEYS, CONTACT, ChannelRules(devices=True), timeout=2)

    @pytest.mark.parametrize(
        "endpoint",
        [
            "http://push.example.com/x",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://[::ffff:127.0.0.1]/x",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1/x",
            "https://2130706433/x",
            "https://0177.0.0.1/x",
            "https://localhost/x",
            "https://user:secret@push.example.com/x",
            "https://push.example.com:8443/x",
            "https://push.example.com:99999999/x",
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
        ],
    )
    def test_it_is_blocked(self, strict, notice, endpoint):
        with pytest.raises(AddressBlocked, match="blocked"):
            strict.send(notice(endpoint))

    def test_a_name_that_leads_inside_is_blocked_when_it_is_looked_up(self, strict, notice, monkeypatch, service):
        # What looked public when it was saved leads to this machine by now.
        monkeypatch.setattr(egress.socket, "getaddrinfo", lambda *_args, **_more: [(2, 1, 6, "", ("127.0.0.1", 443))])
        with pytest.raises(AddressBlocked, match="private network"):
            strict.send(notice("https://push.example.com/x"))
        assert service.received == []

    def test_one_address_inside_among_others_blocks_it(self, strict, notice, monkeypatch):
        both = [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("192.168.1.1", 443))]
        monkeypatch.setattr(egress.socket, "getaddrinfo", lambda *_args, **_more: both)
        with pytest.raises(AddressBlocked, match="private network"):
            strict.send(notice("https://push.example.com/x"))

    def test_the_connection_goes_to_the_address_that_was_looked_at(self, strict, notice, monkeypatch):
        asked, went = [], []

        def lookup(host, *_args, **_more):
            asked.append(host)
            return [(2, 1, 6, "", ("8.8.8.8" if len(asked) == 1 else "127.0.0.1", 443))]

        def connect(where, *_args, **_more):
            went.append(where)
            raise ConnectionRefusedError

        monkeypatch.setattr(egress.socket, "getaddrinfo", lookup)
        monkeypatch.setattr(egress.socket, "create_connection", connect)
        with pytest.raises(TemporaryFailure):
            strict.send(notice("https://push.example.com/x"))
        assert asked == ["push.example.com"]
        assert went == [("8.8.8.8", 443)]

    @pytest.mark.parametrize(
        ("address", "public"),
        [("8.8.8.8", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("::1", False), ("::", False), ("0.0.0.0", False),
         ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.0.1", False), ("100.64.0.1", False), ("169.254.169.254", False),
         ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:10.0.0.1", False), ("::ffff:8.8.8.8", True),
         ("64:ff9b::a00:1", False),
         ("2002:7f00:1::", False), ("224.0.0.1", False), ("ff02::1", False), ("push.example.com", False)],
    )  # fmt: skip
    def test_which_addresses_are_public(self, address, public):
        assert egress.is_public(address) is public


class TestSettings:
    def test_the_keys_are_made_by_a_command_and_taken_by_the_plugin(self):
        path = {"PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "shuhua_channel_webpush"]
        made = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **path})
        told = dict(line.split(" = ") for line in made.stdout.splitlines() if " = " in line)
        settings = {name.removeprefix("plugin.webpush."): value for name, value in told.items()}
        [channel] = shuhua_register_notification_channels(settings)
        public = channel.rules.public["application_server_key"]
        assert public in made.stdout
        assert decoded(public)[0] == 4
        assert len(decoded(public)) == 65
        assert channel.rules.devices
        assert not channel.rules.trial
        assert settings["private_key"] not in repr(channel.rules)

    def test_padded_keys_are_taken_too(self):
        padded = base64.urlsafe_b64encode(unb64(KEYS.private)).decode()
        assert Keys.of(padded).public == KEYS.public

    @pytest.mark.parametrize(
        ("name", "value"),
        [("private_key", ""), ("private_key", "abc"), ("private_key", "A" * 43), ("private_key", "密钥"), ("contact", ""),
         ("contact", "service@example.com"), ("trial", "maybe"), ("keep_hours", "0"), ("keep_hours", "many"), ("timeout", "60"),
         ("messages_a_minute", "x")],
    )  # fmt: skip
    def test_it_refuses_to_start_with_what_cannot_work(self, name, value):
        settings = {"private_key": KEYS.private, "contact": CONTACT, name: value}
        with pytest.raises(ValueError, match=name):
            shuhua_register_notification_channels(settings)
