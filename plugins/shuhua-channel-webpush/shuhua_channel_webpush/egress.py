"""One request to a push service: only to the open internet, and never further than the address that was asked for."""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

MOST_ANSWER = 4096
"""Bytes of an answer that are read; nothing in it is used but for a person to look at."""


class Blocked(Exception):
    """The address leads, or has come to lead, to where nothing may be sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a push service said; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Target:
    """An address that something may be sent to, looked up once."""

    secure: bool
    host: str
    port: int
    path: str
    resolved: str
    origin: str

    @classmethod
    def of(cls, address: str, *, trial: bool) -> "Target":
        """Look at an address and where its name leads. ``trial`` allows http and this machine.

        Raises Blocked where it is not https at a public name on its own port, and OSError where it leads nowhere.
        """
        try:
            parts = urlsplit(address)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise Blocked("no address") from None
        host = parts.hostname or ""
        if not host or parts.username is not None or parts.password is not None:
            raise Blocked("no address of a push service")
        if parts.scheme not in ({"http", "https"} if trial else {"https"}) or not (trial or port == 443):
            raise Blocked("not https on its own port")
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        resolved = _resolved(host, port, trial=trial)
        return cls(parts.scheme == "https", host, port, path, resolved, f"{parts.scheme}://{parts.netloc}")


class _Pinned(http.client.HTTPConnection):
    """A connection to the one address that was looked at: looking the name up again could give another."""

    def __init__(self, target: Target, timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self._target = target

    def connect(self) -> None:
        self.sock = socket.create_connection((self._target.resolved, self.port), self.timeout)
        if self._target.secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def post(target: Target, body: bytes, headers: Mapping[str, str], *, timeout: float) -> Answer:
    """Send ``body`` there and give the answer; a redirect is an answer like any other and is not followed.

    Raises OSError and http.client.HTTPException where the other side cannot be reached.
    """
    connection = _Pinned(target, timeout)
    try:
        connection.request("POST", target.path, body, dict(headers))
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status, told, answer.read(MOST_ANSWER).decode("utf-8", "replace"))
    finally:
        connection.close()


def _resolved(host: str, port: int, *, trial: bool) -> str:
    """An address of the host. One that is not public blocks it, whatever the others are."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found:
        raise OSError("the name leads nowhere")
    if not trial and not all(is_public(each) for each in found):
        raise Blocked("the name leads into a private network")
    return found[0]


def is_public(address: str) -> bool:
    """Whether an address is on the open internet; one of IPv4 that IPv6 wraps is judged as what it wraps."""
    try:
        number = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(number, ipaddress.IPv6Address):
        wrapped = number.ipv4_mapped or number.sixtofour or (number.teredo[1] if number.teredo else None)
        if number in ipaddress.ip_network("64:ff9b::/96"):
            wrapped = ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(str(wrapped))
    return number.is_global and not number.is_multicast
