"""Counts attempts to sign in, so that guessing is slow and nobody is locked out for good.

An attempt is counted before the password is checked and taken back when it was right, so that many at once cannot slip
through. A window ends by itself 15 minutes after its first failure, whatever is tried meanwhile. The limit of one login
from one address is low and that of the login from everywhere high, so that a stranger cannot keep its owner out.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import Integer, String, bindparam, column, delete, text, update
from sqlalchemy.orm import Session

from shuhua_core.kernel.types import UtcDateTime

from .models import SignInCounter

WINDOW = timedelta(minutes=15)
LIMITS = {"login_address": 5, "login": 50, "address": 100}
"""Failures within one window after which further attempts wait for its end."""

_COUNT = (
    text(
        "INSERT INTO sign_in_counters (kind, key, failures, window_ends_at) VALUES (:kind, :key, 1, :ends) "
        "ON CONFLICT (kind, key) DO UPDATE SET "
        "failures = CASE WHEN sign_in_counters.window_ends_at <= :now THEN 1 ELSE sign_in_counters.failures + 1 END, "
        "window_ends_at = CASE WHEN sign_in_counters.window_ends_at <= :now THEN :ends ELSE sign_in_counters.window_ends_at END "
        "RETURNING failures, window_ends_at"
    )
    .bindparams(
        bindparam("kind", type_=String),
        bindparam("key", type_=String),
        bindparam("now", type_=UtcDateTime),
        bindparam("ends", type_=UtcDateTime),
    )
    .columns(column("failures", Integer), column("window_ends_at", UtcDateTime))
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A counted attempt: ``retry_after`` seconds when it came too soon, ``first_refused`` when it is the first that did."""

    keys: tuple[tuple[str, str], ...]
    retry_after: int | None
    first_refused: bool


def count_attempt(session: Session, secret: str, login: str, address: str, now: datetime) -> Attempt:
    """Count one attempt for ``login`` from ``address``, in a transaction of its own."""
    place = network(address)
    values = {"login_address": f"{login}\0{place}", "login": login, "address": place}
    keys = tuple((kind, _hashed(secret, value)) for kind, value in values.items())
    wait: list[int] = []
    first = False
    # In one order for everybody, so that two attempts never wait for each other crosswise.
    for kind, key in sorted(keys):
        row = session.execute(_COUNT, {"kind": kind, "key": key, "now": now, "ends": now + WINDOW}).one()
        if row.failures > LIMITS[kind]:
            wait.append(max(1, round((row.window_ends_at - now).total_seconds())))
            first = first or row.failures == LIMITS[kind] + 1
    return Attempt(keys, max(wait) if wait else None, first)


def take_back(session: Session, attempt: Attempt) -> None:
    """The password was right: the attempt counts as no failure, and its login starts afresh from this address."""
    for kind, key in sorted(attempt.keys):
        here = (SignInCounter.kind == kind, SignInCounter.key == key, SignInCounter.failures > 0)
        if kind == "login_address":
            session.execute(delete(SignInCounter).where(*here))
        else:
            session.execute(update(SignInCounter).where(*here).values(failures=SignInCounter.failures - 1))


def network(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 network of an IPv6 address, of which everybody has many."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped) if found.ipv4_mapped else found.exploded[:19]
    return str(found)


def sweep(session: Session, now: datetime) -> None:
    """Forget windows that have ended."""
    session.execute(delete(SignInCounter).where(SignInCounter.window_ends_at <= now))


def _hashed(secret: str, value: str) -> str:
    return hmac.new(secret.encode(), value.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
