"""Pictures for what takes one: plainly invented, drawn once and kept as often as records ask for them."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from shuhua_core.kernel.settings import Settings
from shuhua_core.media.store import MediaStore, StoredFile

_SIZE = (640, 480)
_VARIANTS = ("original", "display", "thumbnail")


def draw() -> bytes:
    """A picture of an invented piece of equipment after its repair, as PNG."""
    picture = Image.new("RGB", _SIZE, "#dfe9ef")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 360, *_SIZE), fill="#b8c9a3")
    for left in (180, 400):
        pen.rectangle((left, 120, left + 24, 400), fill="#2c6e8f")
    pen.rectangle((170, 110, 434, 138), fill="#e0a030")
    pen.line((240, 138, 220, 330), fill="#444444", width=10)
    pen.line((370, 138, 390, 330), fill="#444444", width=10)
    pen.text((24, 20), "DEMO: tried after the repair, safe to use", fill="#333333")
    data = BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


class Proofs:
    """Gives a new stored picture each time, of which the disk holds one copy."""

    def __init__(self, settings: Settings) -> None:
        self._store = MediaStore(settings)
        self._first: StoredFile | None = None

    def next(self) -> StoredFile:
        """A picture that no record has yet."""
        if self._first is None:
            self._first = self._store.receive(BytesIO(draw()))
            return self._first
        key = secrets.token_hex(20)
        for variant in _VARIANTS:
            _link(self._store.path(self._first.key, variant), self._store.path(key, variant))
        return replace(self._first, key=key)


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
