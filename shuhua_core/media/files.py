"""Writing files so that they are still there when the power has gone."""

from __future__ import annotations

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make names that were added to or removed from ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make a file's bytes durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_DURABLE: set[Path] = set()
"""Folders whose names this process has made durable. One that is there may be another writer's, who has yet to do it."""


def make_folder(folder: Path) -> None:
    """Make a folder and those that it lies in, and all their names durable."""
    if folder in _DURABLE and folder.is_dir():
        return
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)
    _DURABLE.add(folder)


def move(source: Path, target: Path) -> None:
    """Give a file, whose bytes are durable already, another name for good."""
    make_folder(target.parent)
    source.rename(target)
    sync_folder(target.parent)
