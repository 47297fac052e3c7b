"""What the worker does about media: looks at what has come, and removes what nobody wants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select, update

from ..kernel.actor import SYSTEM
from ..kernel.deployment import Deployment
from ..kernel.events import Event
from ..kernel.outbox import OutboxEntry
from .events import MediaEvent
from .kinds import HEAD, sniff
from .models import MediaFile, MediaUpload
from .sandbox import Derived
from .service import MediaService, note_refused
from .store import MediaStore

TOLD_FOR = timedelta(days=30)
"""How long an upload that is over is remembered, so that a phone coming back is told so."""
ORPHAN_AGE = timedelta(hours=24)
"""Younger files without a row may belong to a transaction that is still under way."""
EMPTY_FOR = timedelta(hours=2)
"""How long an upload may be without its first byte: the phone never heard of it, since the answer to its beginning was lost."""
BATCH = 200


def look_at(deployment: Deployment, entry: OutboxEntry) -> None:
    """A delivery: derive what is shown of a file that has come. Repeating it changes nothing."""
    with deployment.database.read() as session:
        media = session.get(MediaFile, entry.record_id)
    if media is None or media.state != "processing":
        return
    store = MediaStore(deployment.settings)
    try:
        with store.path(media.key, "original").open("rb") as file:
            form = sniff(file.read(HEAD))
    except FileNotFoundError:
        form = None
    derived = store.derive(media.key, form) if form is not None else Derived(refused="unsupported")
    with deployment.database.write() as session:
        MediaService(deployment.context(session, SYSTEM)).note_derived(media.id, derived)
    if derived.refused is not None:
        note_refused(deployment, media, derived.refused)


def sweep_uploads(deployment: Deployment) -> None:
    """A job: the files of uploads that have expired, or never began, go at once, their rows later."""
    store, now = MediaStore(deployment.settings), deployment.clock.now()
    with deployment.database.write() as session:
        old = select(MediaUpload).where(MediaUpload.state == "open", MediaUpload.created_at <= now - EMPTY_FOR)
        keys = [each.key for each in session.scalars(old) if each.expires_at <= now or _is_empty(store.path(each.key, "upload"))]
        session.execute(update(MediaUpload).where(MediaUpload.key.in_(keys)).values(state="expired"))
        session.execute(delete(MediaUpload).where(MediaUpload.state != "open", MediaUpload.expires_at <= now - TOLD_FOR))
    for key in keys:
        store.path(key, "upload").unlink(missing_ok=True)
        store.remove(key)


def _is_empty(path: Path) -> bool:
    return path.is_file() and path.stat().st_size == 0


def sweep_unattached(deployment: Deployment) -> None:
    """A job: files that hung on nothing for long are removed, row first, so that no row is without its file."""
    store, now = MediaStore(deployment.settings), deployment.clock.now()
    before = now - timedelta(days=deployment.settings.media_unattached_days)
    with deployment.database.write() as session:
        ctx = deployment.context(session, SYSTEM)
        free = (MediaFile.record_kind.is_(None), MediaFile.created_at <= before)
        found = session.execute(select(MediaFile.id, MediaFile.key, MediaFile.sha256).where(*free).limit(BATCH)).all()
        for media_id, _key, digest in found:
            ctx.publish(Event(MediaEvent.DISCARDED, "media", media_id, values={"sha256": digest}))
        session.execute(delete(MediaFile).where(MediaFile.id.in_([row[0] for row in found]), *free))
    for _media_id, key, _digest in found:
        store.remove(key)


def sweep_orphans(deployment: Deployment) -> None:
    """A job: files whose transaction has failed, and leftovers of processes that died."""
    store = MediaStore(deployment.settings)
    for variant in ("original", "content", "display", "thumbnail", "upload"):
        for folder in _folders(store.root / variant):
            old = [path for path in folder.iterdir() if _is_old(path, deployment.clock.now())]
            known = _known(deployment, [path.stem for path in old])
            for path in old:
                if path.stem not in known or path.suffix == ".part":
                    path.unlink(missing_ok=True)


def _folders(root: Path) -> Iterator[Path]:
    if root.is_dir():
        yield from (each for each in root.iterdir() if each.is_dir())


def _is_old(path: Path, now: datetime) -> bool:
    try:
        return path.is_file() and now.timestamp() - path.stat().st_mtime > ORPHAN_AGE.total_seconds()
    except FileNotFoundError:
        return False


def _known(deployment: Deployment, keys: Iterable[str]) -> set[str]:
    """Those of the keys that some row names."""
    wanted, found = list(keys), set[str]()
    with deployment.database.read() as session:
        for start in range(0, len(wanted), BATCH):
            some = wanted[start : start + BATCH]
            found.update(session.scalars(select(MediaFile.key).where(MediaFile.key.in_(some))))
            found.update(session.scalars(select(MediaUpload.key).where(MediaUpload.key.in_(some), MediaUpload.state == "open")))
    return found
