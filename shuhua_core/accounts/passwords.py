"""Passwords: what is accepted, how they are kept, and checks that take the same time for everybody."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from translationstring import TranslationString

from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.i18n import _

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id with 19 MiB and two passes (OWASP's first choice): some 30 ms, so it runs outside of writing transactions."""

MINIMUM, MAXIMUM = 10, 200
DEMO_PASSWORD = "shuhua-demo"  # noqa: S105 - known to everybody, and refused where the deployment is no demonstration

COMMON = frozenset(tomllib.loads((Path(__file__).parent / "common_passwords.toml").read_text())["words"].split())
"""Passwords of at least ten characters that guessers try first."""


def problem(password: str, *, login: str = "", demo: bool = False) -> TranslationString | None:
    """Why this password is not accepted, or None when it is."""
    if password == DEMO_PASSWORD:
        return None if demo else _("This password belongs to the demonstration. Choose one of your own.")
    if len(password) < MINIMUM:
        return _("Use at least ${n} characters.", mapping={"n": MINIMUM})
    if len(password) > MAXIMUM:
        return _("Use at most ${n} characters.", mapping={"n": MAXIMUM})
    lowered = password.lower()
    if lowered in COMMON or len(set(password)) < 4:
        return _("This password is among the first that are guessed. Choose another.")
    if login and lowered.strip("0123456789!@#$%*_-.") == login.lower():
        return _("Your login cannot be your password. Choose another.")
    return None


def accepted_hash(password: Any, *, login: str = "", demo: bool = False, field: str = "password") -> str:
    """The hash of a new password that keeps the rules. Raises Invalid on ``field``. Call it before a writing transaction."""
    if not isinstance(password, str):
        raise Invalid({field: _("Enter text.")})
    found = problem(password, login=login, demo=demo)
    if found is not None:
        raise Invalid({field: found})
    return hash_password(password)


def hash_password(password: str) -> str:
    """The argon2id hash to keep."""
    return HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password fits; takes as long when there is no such user or no password at all."""
    try:
        return HASHER.verify(stored or _stand_in(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)


_stand_ins: dict[int, str] = {}


def _stand_in() -> str:
    """A hash that no password fits, made with today's parameters."""
    key = id(HASHER)
    if key not in _stand_ins:
        _stand_ins[key] = HASHER.hash("no password of anybody")
    return _stand_ins[key]
