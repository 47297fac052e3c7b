"""The pair of keys by which push services know a deployment (VAPID, RFC 8292). The private one stays in the settings."""

import base64
import time
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02, VapidException

LIFETIME = 12 * 3600
"""Seconds for which one signature is good; push services allow a day."""


def encoded(data: bytes) -> str:
    """base64url without the padding, as all of Web Push has it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of base64url, padded or not; ValueError for anything else."""
    raw = text.strip().rstrip("=")
    if not raw.isascii() or not all(each.isalnum() or each in "-_" for each in raw):
        raise ValueError("not base64url")
    return base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4))


@dataclass(frozen=True)
class Keys:
    """A private key, and what follows from it."""

    private: str
    public: str
    signer: Vapid02

    @classmethod
    def of(cls, private: str) -> "Keys":
        """From the private key as the settings hold it: 32 bytes in base64url. Raises ValueError."""
        wrong = ValueError("plugin.webpush.private_key: make one with `python -m shuhua_channel_webpush`")
        try:
            raw = decoded(private)
            if len(raw) != 32:
                raise wrong
            signer = Vapid02.from_raw(encoded(raw).encode())
        except (ValueError, VapidException):
            raise wrong from None
        point = signer.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return cls(encoded(raw), encoded(point), signer)

    @classmethod
    def new(cls) -> "Keys":
        """A pair like no other."""
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        return cls.of(encoded(number.to_bytes(32, "big")))

    def authorization(self, audience: str, contact: str) -> str:
        """The header that tells a push service who sends."""
        claims = {"aud": audience, "exp": int(time.time()) + LIFETIME, "sub": contact}
        return str(self.signer.sign(claims)["Authorization"])
