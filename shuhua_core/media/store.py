"""Files on disk: written, synced, renamed and the folder synced before anybody is told that they are kept."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from ..kernel.errors import Invalid, TooLarge, UnsupportedMedia
from ..kernel.i18n import _

ACCEPTED = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MAXIMUM_PIXELS = 60_000_000
SHOWN_EDGE = 2000
THUMBNAIL_EDGE = 320
_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture that is safely on disk, with its derivatives."""

    key: str
    sha256: str
    size: int
    content_type: str
    width: int
    height: int


class MediaStore:
    """The folder of a deployment's files: ``original``, ``shown`` (JPEG, turned right, no metadata) and ``thumbnail``."""

    def __init__(self, root: Path, maximum_bytes: int) -> None:
        self._root, self._maximum = root, maximum_bytes

    def path(self, key: str, variant: str) -> Path:
        """Where a variant lies; ``key`` comes from the database, never from a client."""
        return self._root / variant / key[:2] / key

    def receive(self, stream: BinaryIO) -> StoredPicture:
        """Keep a picture and draw its derivatives. Call it before the database transaction begins: it takes long.

        Raises TooLarge, UnsupportedMedia (by content, not by name), Invalid (a broken picture); then nothing is kept.
        """
        key = secrets.token_hex(20)
        original = self.path(key, "original")
        digest, size = self._write_original(stream, original)
        try:
            content_type, width, height = self._draw(key, original)
        except BaseException:
            for variant in ("original", "shown", "thumbnail"):
                self.path(key, variant).unlink(missing_ok=True)
            raise
        return StoredPicture(key, digest, size, content_type, width, height)

    def _write_original(self, stream: BinaryIO, target: Path) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".part")
        try:
            with partial.open("wb") as file:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > self._maximum:
                        raise TooLarge(_("The file is larger than ${n} MB.", mapping={"n": self._maximum // 1_000_000}))
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(target)
        finally:
            partial.unlink(missing_ok=True)
        _sync_folder(target.parent)
        return digest.hexdigest(), size

    def _draw(self, key: str, original: Path) -> tuple[str, int, int]:
        try:
            with Image.open(original, formats=list(ACCEPTED)) as picture:
                if picture.width * picture.height > MAXIMUM_PIXELS:
                    raise TooLarge(_("The picture has too many pixels."))
                content_type = ACCEPTED[str(picture.format)]
                picture.draft("RGB", (SHOWN_EDGE, SHOWN_EDGE))
                upright = ImageOps.exif_transpose(picture)
                flat = _on_white(upright)
        except UnidentifiedImageError as error:
            raise UnsupportedMedia() from error
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise Invalid({"file": _("The picture is damaged and cannot be read.")}) from error
        flat.thumbnail((SHOWN_EDGE, SHOWN_EDGE))
        width, height = flat.size
        self._write_jpeg(flat, self.path(key, "shown"), 85)
        flat.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
        self._write_jpeg(flat, self.path(key, "thumbnail"), 80)
        return content_type, width, height

    @staticmethod
    def _write_jpeg(picture: Image.Image, target: Path, quality: int) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            picture.save(file, "JPEG", quality=quality)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(target.parent)


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture as RGB, transparency on white, without anything that its file carried along."""
    if picture.mode in {"RGBA", "LA", "P"}:
        picture = picture.convert("RGBA")
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        return ground
    flat = picture.convert("RGB")
    flat.info.clear()
    return flat


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
