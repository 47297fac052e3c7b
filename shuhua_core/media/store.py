"""Files on disk: written, synced, renamed and the folder synced before anybody is told that they are kept."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..kernel.errors import Invalid, ServiceError, StorageFull, TooLarge, UnsupportedMedia
from ..kernel.i18n import _
from ..kernel.settings import Settings
from .files import make_folder, move, sync_file, sync_folder
from .kinds import HEAD, Format, sniff
from .refusals import reason_text
from .sandbox import Derived, Limits, derive

VARIANTS = ("original", "content", "display", "thumbnail")
_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is safely on disk; a photo with what is shown of it, while videos and sound wait for the worker."""

    key: str
    sha256: str
    size: int
    content_type: str
    kind: str
    state: str
    width: int | None = None
    height: int | None = None


class MediaStore:
    """The folder of a deployment's files.

    ``original`` holds what was sent, ``display`` and ``thumbnail`` pictures drawn anew (JPEG), ``content`` videos and sound
    written anew; ``upload`` what is still being sent, ``work`` what is being derived.
    """

    def __init__(self, settings: Settings, limits: Limits | None = None) -> None:
        self._settings, self._limits = settings, limits
        self.root = settings.media_path

    def path(self, key: str, variant: str) -> Path:
        """Where a variant lies; ``key`` comes from the database, never from a client."""
        return self.root / variant / key[:2] / key

    def has(self, key: str, variant: str) -> bool:
        """Whether the variant is there."""
        return self.path(key, variant).is_file()

    def limit_of(self, form: Format | None) -> int:
        """Largest size of a file of this format. What is no format at all is refused later, with a receipt."""
        is_photo = form is not None and form.kind == "photo"
        return self._settings.upload_bytes if is_photo else max(self._settings.upload_bytes, self._settings.video_bytes)

    def check_room(self, wanted: int) -> None:
        """Raises StorageFull where ``wanted`` bytes would leave less free than is kept for the database."""
        make_folder(self.root)
        disk = shutil.disk_usage(self.root)
        if disk.free - wanted < disk.total * self._settings.disk_reserve_percent // 100:
            raise StorageFull

    def receive(self, stream: BinaryIO) -> StoredFile:
        """Keep a file and derive what is shown of a photo. Call it before the database transaction begins: it takes long.

        Raises TooLarge, UnsupportedMedia (by content, not by name), Invalid (a broken one), StorageFull; nothing is kept then.
        """
        head = stream.read(HEAD)
        form = sniff(head)
        if form is None:
            raise UnsupportedMedia
        key = secrets.token_hex(20)
        digest, size = self._write_original(head, stream, self.path(key, "original"), self.limit_of(form))
        if form.kind != "photo":
            return StoredFile(key, digest, size, form.content_type, form.kind, "processing")
        try:
            derived = self._accepted(key, form)
        except BaseException:
            self.remove(key)
            raise
        facts = derived.facts
        return StoredFile(key, digest, size, form.content_type, "photo", "ready", facts["width"], facts["height"])

    def _accepted(self, key: str, form: Format) -> Derived:
        derived = self.derive(key, form)
        if derived.refused is not None:
            raise _refusal(derived.refused)
        return derived

    def derive(self, key: str, form: Format) -> Derived:
        """Make the variants of an original, durable before this returns; of a file that is refused there are none."""
        with self._workplace() as folder:
            derived = derive(self.path(key, "original"), form, folder, self._limits)
            if derived.refused is None:
                for made in sorted(folder.iterdir()):
                    if made.name in VARIANTS:
                        sync_file(made)
                        move(made, self.path(key, made.name))
        return derived

    def remove(self, key: str) -> None:
        """Remove a file with all that was made of it."""
        for variant in VARIANTS:
            self.path(key, variant).unlink(missing_ok=True)

    @contextmanager
    def _workplace(self) -> Iterator[Path]:
        """An empty folder on the same disk, gone afterwards."""
        work = self.root / "work"
        make_folder(work)
        with tempfile.TemporaryDirectory(dir=work, ignore_cleanup_errors=True) as name:
            yield Path(name)

    def _write_original(self, head: bytes, stream: BinaryIO, target: Path, maximum: int) -> tuple[str, int]:
        self.check_room(0)
        digest, size, chunk = hashlib.sha256(), 0, head
        make_folder(target.parent)
        partial = target.with_suffix(".part")
        try:
            with partial.open("wb") as file:
                while chunk:
                    size += len(chunk)
                    if size > maximum:
                        raise TooLarge(_("The file is larger than ${n} MB.", mapping={"n": maximum // 1_000_000}))
                    digest.update(chunk)
                    file.write(chunk)
                    chunk = stream.read(_CHUNK)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(target)
        finally:
            partial.unlink(missing_ok=True)
        sync_folder(target.parent)
        return digest.hexdigest(), size


def _refusal(code: str) -> ServiceError:
    if code in {"unsupported", "no_reader"}:
        return UnsupportedMedia(reason_text(code))
    if code in {"too_large", "too_costly"}:
        return TooLarge(reason_text(code))
    return Invalid({"file": reason_text(code)})
