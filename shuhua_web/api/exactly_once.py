"""``Idempotency-Key``: the same request twice has one effect and one answer."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request

from shuhua_core.kernel.errors import KeyMissing

from ..i18n import _
from ..security import derive

KEY_OWNER = "shuhua.key_owner"
"""In the environment: id of the user whose keys these are, where a manager carries out what that user sent."""
_SPACE = re.compile(r"[A-Za-z0-9_-]{32,128}")


@dataclass(frozen=True, slots=True)
class KeyUse:
    """One key in its key space."""

    space: str
    key: str


def key_space(request: Request) -> str:
    """Whose keys these are: the user's, or those of an anonymous client, which names a secret of its own for them.

    The secret itself is not kept: its hash is. Raises KeyMissing where an anonymous client sends none.
    """
    user_id = request.environ.get(KEY_OWNER, request.actor.user_id)
    secret = request.headers.get("Idempotency-Space", "" if user_id is None else None)
    if secret is not None and not _SPACE.fullmatch(secret):
        raise KeyMissing(
            _("Without signing in, send an Idempotency-Space header: a secret of your own of 32 to 128 letters, digits, _ and -.")
        )
    if user_id is not None:
        return f"user:{user_id}"
    return f"anon:{hashlib.sha256(str(secret).encode()).hexdigest()}"


def sent_key(request: Request) -> str:
    """The request's Idempotency-Key. Raises KeyMissing where it is missing or no UUID."""
    sent = request.headers.get("Idempotency-Key", "")
    try:
        key = str(uuid.UUID(sent))
    except ValueError:
        raise KeyMissing from None
    if len(sent) != 36:
        raise KeyMissing
    return key


def key_use(request: Request) -> KeyUse:
    """The request's key in its space. Raises KeyMissing where it is missing or no UUID."""
    key = sent_key(request)
    return KeyUse(key_space(request), key)


def key_token(request: Request, purpose: str) -> str:
    """A secret token for what this request makes, the same for each replay of it, so that nobody has to store it.

    Store its SHA-256 beside the record. It can be made from nothing but the deployment's secret and the caller's own key.
    """
    use = key_use(request)
    return derive(request.deployment.settings.secret, purpose, use.space, use.key)


def canonical(body: Mapping[str, Any]) -> bytes:
    """The body as bytes that do not depend on white space and the order of members; takes all that JSON can hold."""
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def without_secrets(body: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    """The body as it may be stored: of each secret only that there was one."""
    return {name: (value is not None if name in secrets else value) for name, value in body.items()}


def with_secrets(request: Request, body: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    """A stored body with its secrets again."""
    return {
        name: ((key_token(request, secrets[name]) if value else None) if name in secrets else value)
        for name, value in body.items()
    }


def hidden_location(location: str | None, body: Mapping[str, Any], secrets: Mapping[str, str]) -> str | None:
    """An address as it may be stored: the name of the secret stands for it. Tokens hold no braces."""
    for name in secrets:
        if location is not None and body.get(name):
            location = location.replace(body[name], f"{{{name}}}")
    return location


def shown_location(request: Request, location: str | None, secrets: Mapping[str, str]) -> str | None:
    """A stored address with its secrets again."""
    for name, purpose in secrets.items():
        if location is not None and f"{{{name}}}" in location:
            location = location.replace(f"{{{name}}}", key_token(request, purpose))
    return location
