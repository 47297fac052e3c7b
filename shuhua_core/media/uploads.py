"""Uploads in pieces: the server's side of tus 1.0, without its HTTP.

What is acknowledged is on disk, synced. The offset is the size of the file, which no crash can make untrue. One writer at a time
has a lock on the file itself, so a process that dies lets go of it. The file becomes a media record, and the upload finished, in
one transaction; where that fails, the next question about the upload finishes it.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..kernel.actor import Actor
from ..kernel.deployment import Deployment
from ..kernel.errors import (
    ChecksumMismatch,
    Expired,
    Invalid,
    NotFound,
    StorageFull,
    TooLarge,
    UploadLocked,
    WrongOffset,
    WrongState,
)
from ..kernel.i18n import _
from .files import make_folder, move, sync_folder
from .kinds import HEAD, Format, sniff
from .models import MediaFile, MediaUpload
from .quotas import check_quota
from .service import MediaService, note_refused
from .store import MediaStore, StoredFile

ALGORITHMS = ("sha256", "sha1", "md5")
"""Checksums of a piece, the best one first."""
_CHUNK = 256 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a piece must have."""

    algorithm: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class UploadStatus:
    """How far an upload is."""

    public_id: str
    offset: int
    length: int
    expires_at: datetime
    finished: bool
    sha256: str | None = None
    media_id: int | None = None


class Uploads:
    """The uploads of one actor, or of one anonymous reporter's ``space``. Each call opens its own short transactions."""

    def __init__(self, deployment: Deployment, store: MediaStore, actor: Actor, space: str | None) -> None:
        self._deployment, self._store, self._actor = deployment, store, actor
        self._space = space if actor.user_id is None else None

    def create(self, length: int, sha256: str | None = None) -> UploadStatus:
        """Begin an upload of ``length`` bytes.

        Raises Invalid, TooLarge, StorageFull, and TooMany where too much of the caller's is unfinished or hangs on nothing.
        """
        settings, now = self._deployment.settings, self._deployment.clock.now()
        most = max(settings.upload_bytes, settings.video_bytes)
        if length < 1:
            raise Invalid({"Upload-Length": _("The file is empty.")})
        if length > most:
            raise TooLarge(_("The file is larger than ${n} MB.", mapping={"n": most // 1_000_000}))
        self._store.check_room(length)
        upload = MediaUpload(
            public_id=secrets.token_urlsafe(32),
            key=secrets.token_hex(20),
            length=length,
            sha256=sha256,
            state="open",
            uploader_id=self._actor.user_id,
            uploader_space=self._space,
            created_at=now,
            expires_at=now + timedelta(hours=settings.upload_hours),
        )
        with self._deployment.database.write() as session:
            check_quota(session, settings, self._actor.user_id, self._space, length)
            session.add(upload)
            path = self._path(upload)
            make_folder(path.parent)
            path.touch(exist_ok=False)
            sync_folder(path.parent)
        return _status(upload, 0)

    def status(self, public_id: str) -> UploadStatus:
        """How far it is; finishes what only waits for its record. Raises NotFound, also for a stranger's, and Expired."""
        upload = self._find(public_id)
        if upload.state == "finished":
            return _status(upload, upload.length)
        with self._opened(upload) as file:
            os.fsync(file)  # what is told here must not be taken back by a power cut
            offset = os.fstat(file).st_size
        if offset < upload.length:
            return _status(upload, offset)
        with self._opened(upload) as file, _locked(file):
            return self._finish(upload)

    def append(self, public_id: str, offset: int, body: BinaryIO, size: int, checksum: Checksum | None = None) -> UploadStatus:
        """Add ``size`` bytes of ``body``, which can seek, at ``offset``; durable when this returns.

        Raises NotFound, Expired, UploadLocked, WrongOffset, TooLarge, ChecksumMismatch, StorageFull; then nothing was added.
        """
        upload = self._find(public_id)
        if upload.state == "finished":
            if offset != upload.length or size:
                raise WrongOffset(offset=upload.length)
            return _status(upload, upload.length)
        with self._opened(upload) as file, _locked(file):
            there = os.fstat(file).st_size
            if offset != there:
                raise WrongOffset(offset=there)
            if offset + size > upload.length:
                raise TooLarge(_("More was sent than was announced."))
            self._store.check_room(size)
            if checksum is not None:
                _verify(body, checksum)
            _write(file, body, there)
            now_there = os.fstat(file).st_size
            return self._finish(upload) if now_there == upload.length else _status(upload, now_there)

    def terminate(self, public_id: str) -> None:
        """Give an unfinished upload up. Raises NotFound, Expired, UploadLocked, WrongState for a finished one."""
        upload = self._find(public_id)
        if upload.state == "finished":
            raise WrongState(state=upload.state)
        with self._opened(upload) as file, _locked(file):
            with self._deployment.database.write() as session:
                session.delete(session.merge(upload))
            self._path(upload).unlink(missing_ok=True)
            self._store.remove(upload.key)

    # Finding --------------------------------------------------------------------------------------------------------

    def _find(self, public_id: str) -> MediaUpload:
        with self._deployment.database.read() as session:
            upload = _load(session, public_id)
        if upload is None or not self._owns(upload):
            raise NotFound
        if upload.state in {"expired", "dropped"}:
            raise Expired
        if upload.state == "open" and upload.expires_at <= self._deployment.clock.now():
            raise Expired
        return upload

    def _owns(self, upload: MediaUpload) -> bool:
        if self._actor.user_id is not None:
            return upload.uploader_id == self._actor.user_id
        return self._space is not None and upload.uploader_id is None and upload.uploader_space == self._space

    def _path(self, upload: MediaUpload) -> Path:
        return self._store.path(upload.key, "upload")

    @contextmanager
    def _opened(self, upload: MediaUpload) -> Iterator[int]:
        """The file, which may have its final name already when the transaction after the renaming has failed."""
        for path, mode in ((self._path(upload), os.O_RDWR), (self._store.path(upload.key, "original"), os.O_RDONLY)):
            try:
                descriptor = os.open(path, mode)
            except FileNotFoundError:
                continue
            break
        else:
            raise Expired
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    # Finishing ------------------------------------------------------------------------------------------------------

    def _finish(self, upload: MediaUpload) -> UploadStatus:
        """Make the complete file a media record. The caller holds the lock."""
        deployment, partial = self._deployment, self._path(upload)
        target = self._store.path(upload.key, "original")
        with (partial if partial.exists() else target).open("rb") as file:
            head = file.read(HEAD)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if upload.sha256 is not None and upload.sha256 != digest:
            self._drop(upload)
            raise ChecksumMismatch(_("The file arrived, but is not the one that was announced. Send it again."))
        form = sniff(head)
        if upload.length > self._store.limit_of(form):
            self._drop(upload)
            most = self._store.limit_of(form) // 1_000_000
            raise TooLarge(_("The file is larger than ${n} MB.", mapping={"n": most}))
        if partial.exists():
            partial.chmod(0o440)  # nobody writes into it any more
            move(partial, target)
        with deployment.database.write() as session:
            stored = _load(session, upload.public_id)
            if stored is None:
                raise NotFound
            media = self._add(session, stored, form, digest) if stored.state == "open" else None
            if media is not None:
                stored.state, stored.sha256, stored.media_id = "finished", digest, media.id
        if media is not None and media.reason is not None:
            note_refused(deployment, media, media.reason)
        return _status(stored, stored.length)

    def _add(self, session: Session, upload: MediaUpload, form: Format | None, digest: str) -> MediaFile:
        service = MediaService(self._deployment.context(session, self._actor))
        known = form is not None
        stored = StoredFile(
            upload.key,
            digest,
            upload.length,
            form.content_type if form else "application/octet-stream",
            form.kind if form else "photo",
            "processing" if known else "refused",
        )
        return service.add(stored, space=upload.uploader_space, reason=None if known else "unsupported")

    def _drop(self, upload: MediaUpload) -> None:
        with self._deployment.database.write() as session:
            stored = _load(session, upload.public_id)
            if stored is not None:
                stored.state = "dropped"
        self._path(upload).unlink(missing_ok=True)


def _load(session: Session, public_id: str) -> MediaUpload | None:
    return session.scalars(select(MediaUpload).where(MediaUpload.public_id == public_id)).one_or_none()


def _status(upload: MediaUpload, offset: int) -> UploadStatus:
    finished = upload.state == "finished"
    return UploadStatus(
        upload.public_id,
        offset,
        upload.length,
        upload.expires_at,
        finished,
        upload.sha256 if finished else None,
        upload.media_id,
    )


@contextmanager
def _locked(file: int) -> Iterator[None]:
    """The only writer, across threads and processes; the lock goes with the descriptor. Raises UploadLocked."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise UploadLocked from error
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _verify(body: BinaryIO, checksum: Checksum) -> None:
    """Before anything is written: a crash must not leave bytes that were never right."""
    digest = hashlib.new(checksum.algorithm, usedforsecurity=False)
    body.seek(0)
    while chunk := body.read(_CHUNK):
        digest.update(chunk)
    if not secrets.compare_digest(digest.digest(), checksum.digest):
        raise ChecksumMismatch


def _write(file: int, body: BinaryIO, offset: int) -> None:
    """Append the body and make it durable; a disk that is full leaves what was there before."""
    body.seek(0)
    os.lseek(file, offset, os.SEEK_SET)
    try:
        while chunk := body.read(_CHUNK):
            left = memoryview(chunk)
            while left:
                left = left[os.write(file, left) :]
        os.fsync(file)
    except OSError as error:
        os.ftruncate(file, offset)
        if error.errno in _FULL:
            raise StorageFull from error
        raise
