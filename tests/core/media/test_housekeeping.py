"""What the worker does about files: looks at what has come, tells when it refuses, and removes what nobody wants."""

from __future__ import annotations

import io
import os
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from shuhua_core.audit.models import AuditEntry, SecurityEntry
from shuhua_core.kernel.actor import SYSTEM, Actor
from shuhua_core.media.housekeeping import ORPHAN_AGE, sweep_orphans, sweep_unattached
from shuhua_core.media.models import MediaFile
from shuhua_core.media.service import MediaService
from shuhua_core.media.store import VARIANTS, MediaStore
from shuhua_core.media.uploads import Uploads
from shuhua_core.timetable import JOBS
from shuhua_core.worker import run_once
from tests.core.media import samples

SPACE = "a" * 64


@pytest.fixture
def store(deployment):
    return MediaStore(deployment.settings)


@pytest.fixture
def send(deployment, store):
    """Uploads a content in one piece; gives the id of its record."""

    def run(content):
        uploads = Uploads(deployment, store, Actor(kind="public"), SPACE)
        upload = uploads.create(len(content))
        return uploads.append(upload.public_id, 0, io.BytesIO(content), len(content)).media_id

    return run


def record(deployment, media_id):
    with deployment.database.read() as session:
        return session.get(MediaFile, media_id)


def test_the_worker_makes_what_is_shown(deployment, store, send):
    media_id = send(samples.photo("JPEG", 6))
    assert record(deployment, media_id).state == "processing"
    run_once(deployment)
    media = record(deployment, media_id)
    assert (media.state, media.width, media.height) == ("ready", 400, 200)
    assert [variant for variant in VARIANTS if store.has(media.key, variant)] == ["original", "display", "thumbnail"]
    assert list(store.root.glob("work/*")) == []


def test_a_film_is_ready_with_its_poster_and_its_length(deployment, store, send, tmp_path):
    media_id = send(samples.film(tmp_path / "film"))
    run_once(deployment)
    media = record(deployment, media_id)
    assert (media.kind, media.state, media.shown_type) == ("video", "ready", "video/mp4")
    assert 0.5 < media.seconds < 2
    assert all(store.has(media.key, variant) for variant in VARIANTS)


def test_an_mp4_with_nothing_but_sound_is_sound(deployment, send, tmp_path):
    media_id = send(samples.film(tmp_path / "film", "mp4", None, "aac"))
    run_once(deployment)
    assert (record(deployment, media_id).kind, record(deployment, media_id).shown_type) == ("audio", "audio/mp4")


@pytest.mark.parametrize(
    ("content", "reason"), [(samples.photo()[:300], "damaged"), (samples.bomb(), "too_large"), (b"<svg/>", "unsupported")]
)
def test_a_file_that_is_refused_says_why_and_stands_in_the_security_log(deployment, store, send, content, reason):
    media_id = send(content)
    run_once(deployment)
    media = record(deployment, media_id)
    assert (media.state, media.reason) == ("refused", reason)
    assert not [variant for variant in VARIANTS[1:] if store.has(media.key, variant)]
    with deployment.database.read() as session:
        [entry] = session.scalars(select(SecurityEntry).where(SecurityEntry.kind == "upload.rejected")).all()
    assert (entry.record_id, entry.detail) == (media_id, {"reason": reason})


def test_looking_twice_changes_nothing(deployment, send):
    media_id = send(samples.photo())
    run_once(deployment)
    with deployment.database.write() as session:
        from shuhua_core.media.sandbox import Derived

        MediaService(deployment.context(session, SYSTEM)).note_derived(media_id, Derived(refused="damaged"))
    assert record(deployment, media_id).state == "ready"


def test_what_hangs_on_nothing_for_long_is_removed_and_the_log_has_it(deployment, store, send, clock):
    forgotten, attached = send(samples.photo()), send(samples.photo("PNG"))
    run_once(deployment)
    key = record(deployment, forgotten).key
    with deployment.database.write() as session:
        session.execute(update(MediaFile).where(MediaFile.id == attached).values(record_kind="repair", record_id=1))
    clock.set(clock.now() + timedelta(days=deployment.settings.media_unattached_days))
    young = send(samples.photo("WEBP"))
    sweep_unattached(deployment)
    assert record(deployment, forgotten) is None
    assert not [variant for variant in VARIANTS if store.has(key, variant)]
    assert record(deployment, attached)
    assert record(deployment, young)
    with deployment.database.read() as session:
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.event == "media.discarded")).all()
    assert entry.record_id == forgotten


def test_files_without_a_row_are_removed_when_no_transaction_can_still_want_them(deployment, store, send):
    kept = record(deployment, send(samples.photo()))
    lost = [
        store.path("ab" * 20, "original"),
        store.path("cd" * 20, "display"),
        store.path("ef" * 20, "original").with_suffix(".part"),
    ]
    fresh = store.path("12" * 20, "original")
    for path in (*lost, fresh):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    old = deployment.clock.now().timestamp() - ORPHAN_AGE.total_seconds() - 60
    for path in (*lost, store.path(kept.key, "original")):
        os.utime(path, (old, old))
    os.utime(fresh, (old + 3600, old + 3600))
    sweep_orphans(deployment)
    assert not [path for path in lost if path.exists()]
    assert fresh.exists()
    assert store.has(kept.key, "original")


def test_the_worker_sweeps():
    assert {"media.sweep_uploads", "media.sweep_unattached", "media.sweep_orphans"} <= {job.name for job in JOBS}
