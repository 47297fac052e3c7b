"""What the worker and the process of a plugin say to each other.

A frame is a mark, two lengths, a JSON head and a block of bytes. Requests carry a pickled argument, since the plugin's
process may trust the worker. Answers carry plain JSON and the bytes of a document: the worker never unpickles what comes
from a plugin.
"""

import json
import struct
from enum import StrEnum
from typing import Any, NamedTuple

MARK = b"SHPL"
_LENGTHS = struct.Struct(">4sII")
PREFIX = _LENGTHS.size
MAX_HEAD = 64 * 1024


class Operation(StrEnum):
    """What a plugin can be asked to do."""

    ACCEPTS = "accepts"
    SEND = "send"
    BUILD = "build"
    EVENT = "event"


class Garbled(Exception):
    """Bytes that are no frame."""


class Frame(NamedTuple):
    """A message in one direction."""

    head: dict[str, Any]
    body: bytes = b""

    def encode(self) -> bytes:
        """The frame as bytes; TypeError or ValueError if the head is not plain JSON."""
        head = json.dumps(self.head, allow_nan=False).encode()
        if len(head) > MAX_HEAD:
            raise ValueError("too much in the head of an answer")
        return _LENGTHS.pack(MARK, len(head), len(self.body)) + head + self.body


def lengths(prefix: bytes) -> tuple[int, int]:
    """The lengths of head and body; Garbled if these bytes begin no frame."""
    mark, head, body = _LENGTHS.unpack(prefix)
    if mark != MARK or head > MAX_HEAD:
        raise Garbled
    return head, body


def decode(head: bytes, body: bytes) -> Frame:
    """A frame from its parts; Garbled if the head is no JSON object."""
    try:
        value = json.loads(head)
    except ValueError:
        raise Garbled from None
    if not isinstance(value, dict):
        raise Garbled
    return Frame(value, body)
