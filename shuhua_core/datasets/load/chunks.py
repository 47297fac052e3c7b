"""Streams in parts, so that a long load commits as it goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

ItemT = TypeVar("ItemT")


def in_chunks(stream: Iterable[ItemT], size: int) -> Iterator[list[ItemT]]:
    """Lists of up to ``size`` items, in order."""
    items = iter(stream)
    while chunk := list(islice(items, size)):
        yield chunk
