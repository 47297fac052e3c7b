"""The channel: encrypts a notice for one device and hands it to the device's push service."""

import hashlib
import http.client
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import VapidException

from shuhua_core.plugins import (
    AddressBlocked,
    AddressGone,
    ChannelRules,
    Label,
    Notice,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
)

from .egress import Answer, Blocked, Target, post
from .keys import Keys, decoded, encoded

MOST_TITLE, MOST_BODY = 120, 400
"""Characters that a locked screen shows at most; together they stay well below the 4096 bytes that push services take."""
URGENT_HOURS = 4
"""After that, somebody who was told of an emergency has been told in another way."""


@dataclass(frozen=True)
class Subscription:
    """What a browser gave: where its push service is, and the keys that only the browser can answer to."""

    endpoint: str
    key: bytes
    secret: bytes

    @classmethod
    def of(cls, address: str | None) -> "Subscription | None":
        """From the JSON of a browser's subscription; None where it is none."""
        try:
            told = json.loads(address or "")
            endpoint, keys = told["endpoint"], told["keys"]
            key, secret = decoded(keys["p256dh"]), decoded(keys["auth"])
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        return cls(endpoint, key, secret) if isinstance(endpoint, str) and len(secret) == 16 else None


class WebPushChannel:
    """Reaches single devices. What it sends says which event, which number and which place, and no more."""

    name = "webpush"
    label = Label(zh="手机推送", en="Push")

    def __init__(self, keys: Keys, contact: str, rules: ChannelRules, keep_hours: int = 24, timeout: float = 10) -> None:
        self.rules = rules
        self._keys, self._contact, self._timeout = keys, contact, timeout
        self._keep = keep_hours

    def accepts(self, notice: Notice) -> bool:
        """Whether it is for a device that has subscribed."""
        return Subscription.of(notice.recipient.address) is not None

    def send(self, notice: Notice) -> Receipt:
        """Hand it to the push service, which keeps it for some hours until the device is there."""
        device = Subscription.of(notice.recipient.address)
        if device is None:
            raise PermanentFailure("this is no subscription of a browser")
        try:
            target = Target.of(device.endpoint, trial=self.rules.trial)
            # A new pair of keys for each message, so that none can be read by who later finds a key.
            body = http_ece.encrypt(
                payload(notice), private_key=ec.generate_private_key(ec.SECP256R1()), dh=device.key, auth_secret=device.secret,
                salt=os.urandom(16), version="aes128gcm",
            )  # fmt: skip
            answer = post(target, body, self._headers(notice, target), timeout=self._timeout)
        except Blocked as blocked:
            raise AddressBlocked(f"blocked: {blocked}") from None
        except (http_ece.ECEException, VapidException) as error:
            raise PermanentFailure("it cannot be encrypted or signed for this device") from error
        except (OSError, http.client.HTTPException) as error:
            raise TemporaryFailure(f"the push service cannot be reached: {type(error).__name__}") from error
        return _receipt(answer)

    def _headers(self, notice: Notice, target: Target) -> dict[str, str]:
        hours = min(URGENT_HOURS, self._keep) if notice.urgent else self._keep
        return {
            "Authorization": self._keys.authorization(target.origin, self._contact),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(hours * 3600),
            "Urgency": "high" if notice.urgent else "normal",
            # Sent again, it takes the place of the one that still waits.
            "Topic": topic(notice.message_id),
        }


def topic(message_id: str) -> str:
    """A name of the message that tells a push service nothing: 32 characters at most, of base64url."""
    return encoded(hashlib.sha256(message_id.encode("utf-8", "replace")).digest())[:32]


def payload(notice: Notice) -> bytes:
    """What the service worker shows: event and number, the place, and where a click leads."""
    told = {
        "title": cut(notice.text.subject, MOST_TITLE),
        "body": cut(notice.text.brief, MOST_BODY),
        "link": notice.text.link,
        "tag": topic(notice.message_id),
        "urgent": notice.urgent,
        "at": notice.created_at.astimezone(UTC).isoformat(),
    }
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")


def cut(text: str, most: int) -> str:
    """As many characters as there is room for."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _receipt(answer: Answer) -> Receipt:
    """What an answer means; raises what the core has to know."""
    status, after = answer.status, _retry_after(answer.headers)
    if 200 <= status < 300:
        return Receipt("queued", answer.headers.get("location"))
    if status in {404, 410}:
        raise AddressGone(f"the push service answers {status}")
    if status in {408, 425, 429} or status >= 500:
        raise TemporaryFailure(f"the push service answers {status}", retry_after=after)
    raise PermanentFailure(f"the push service answers {status}: {' '.join(answer.text.split())[:150]}")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, told as such or as a moment; at most a day is believed."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        return float(min(int(text), 86_400))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - datetime.now(UTC)).total_seconds(), 1.0), 86_400.0)
