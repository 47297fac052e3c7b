"""JSON in and out: strict when reading, fast when writing."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import orjson

from .errors import Malformed


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object in ``body``. Raises :class:`Malformed` for anything else, a key that stands twice, NaN or bad UTF-8."""
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed() from error
    if not isinstance(value, dict):
        raise Malformed()
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def dump_stored(value: Any) -> str:
    """``value`` as JSON for a column. Raises TypeError for what is no JSON, moments among it."""
    try:
        return orjson.dumps(value, option=_PLAIN).decode()
    except TypeError:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)


_PLAIN = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS


def dump(value: Any) -> bytes:
    """``value`` as JSON; moments in RFC 3339, Decimals as strings."""
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)
