"""Uploads on disk and in the database: one writer at a time, whoever dies, and never a byte more than is there."""

from __future__ import annotations

import hashlib
import io
import random
import shutil
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from shuhua_core.kernel.actor import Actor
from shuhua_core.kernel.errors import ChecksumMismatch, Expired, NotFound, TooLarge, UploadLocked, WrongOffset, WrongState
from shuhua_core.media.models import MediaFile, MediaUpload
from shuhua_core.media.store import MediaStore
from shuhua_core.media.uploads import Checksum, Uploads
from tests.conftest import open_for_test

PHONE = Actor(kind="public")

HOLDER = """
import fcntl, os, sys, time
file = os.open(sys.argv[1], os.O_RDWR)
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def deployment(database_url, tmp_path, clock):
    """The walks leave many uploads open, on purpose."""
    opened = open_for_test(
        database_url, tmp_path / "media", clock, uploads_open_public=100_000, uploads_open_public_bytes=1 << 40
    )
    yield opened
    opened.database.dispose()


@pytest.fixture
def uploads(deployment):
    """Those of a phone without an account."""
    return Uploads(deployment, MediaStore(deployment.settings), PHONE, "a" * 64)


def send(uploads, upload, offset, content, checksum=None):
    return uploads.append(upload.public_id, offset, io.BytesIO(content), len(content), checksum)


def part(deployment, upload):
    """The file of an upload that is under way."""
    with deployment.database.read() as session:
        key = session.scalar(select(MediaUpload.key).where(MediaUpload.public_id == upload.public_id))
    return MediaStore(deployment.settings).path(key, "upload")


def test_a_second_writer_is_told_so_until_the_process_of_the_first_has_died(uploads, deployment):
    upload = uploads.create(6)
    command = [sys.executable, "-c", HOLDER, str(part(deployment, upload))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(UploadLocked):
            send(uploads, upload, 0, b"abc")
        with pytest.raises(UploadLocked):
            uploads.terminate(upload.public_id)
        assert uploads.status(upload.public_id).offset == 0
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert send(uploads, upload, 0, b"abc").offset == 3


def test_of_pieces_sent_at_once_one_is_written(uploads):
    upload, size = uploads.create(2_000_000), 1_000_000
    barrier, results = threading.Barrier(6), []

    def run(byte):
        barrier.wait()
        try:
            results.append(send(uploads, upload, 0, bytes([byte]) * size).offset)
        except (UploadLocked, WrongOffset) as error:
            results.append(type(error))

    threads = [threading.Thread(target=run, args=(index,)) for index in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert results.count(size) == 1
    assert set(results) <= {size, UploadLocked, WrongOffset}
    assert uploads.status(upload.public_id).offset == size


def test_what_was_written_before_a_crash_counts_and_nothing_else(uploads, deployment):
    content = random.Random(1).randbytes(1000)
    upload = uploads.create(len(content))
    send(uploads, upload, 0, content[:400])
    with part(deployment, upload).open("ab") as file:  # a process that died in the middle of a piece
        file.write(content[400:450])
    assert uploads.status(upload.public_id).offset == 450
    done = send(uploads, upload, 450, content[450:])
    assert done.sha256 == hashlib.sha256(content).hexdigest()


def test_every_byte_is_synced_before_it_is_acknowledged(uploads, deployment, monkeypatch):
    """The order on the disk: bytes, sync, answer; for the whole also the folder of its final name."""
    from shuhua_core.media import files
    from shuhua_core.media import uploads as module

    done = []
    real_sync, real_folder = module.os.fsync, files.sync_folder
    monkeypatch.setattr(module.os, "fsync", lambda file: (done.append("sync"), real_sync(file))[1])
    monkeypatch.setattr(files, "sync_folder", lambda folder: (done.append(folder.parent.name), real_folder(folder))[1])
    upload = uploads.create(6)
    done.clear()
    send(uploads, upload, 0, b"abc")
    assert done == ["sync"]
    done.clear()
    send(uploads, upload, 3, b"def")
    assert done[0] == "sync"
    assert "original" in done


def test_the_file_a_record_names_is_never_changed_again(uploads, deployment):
    upload = uploads.create(3)
    done = send(uploads, upload, 0, b"abc")
    with deployment.database.read() as session:
        media = session.get_one(MediaFile, done.media_id)
    path = MediaStore(deployment.settings).path(media.key, "original")
    for offset, content in ((0, b"xyz"), (3, b"x"), (1, b"")):
        with pytest.raises(WrongOffset):
            send(uploads, upload, offset, content)
    assert path.read_bytes() == b"abc"
    assert path.stat().st_mode & 0o777 == 0o440


class Model(RuleBasedStateMachine):
    """One upload against a model of three lines: the bytes, how many were acknowledged, and whether it is over."""

    deployment: object
    clock: object
    others = st.binary(min_size=0, max_size=40)

    def __init__(self):
        super().__init__()
        self.store = MediaStore(self.deployment.settings)
        self.uploads = Uploads(self.deployment, self.store, PHONE, "b" * 64)
        self.content, self.sent, self.over, self.done = b"", 0, None, False
        self.upload = None

    @precondition(lambda self: self.upload is None)
    @rule(content=st.binary(min_size=1, max_size=120))
    def begin(self, content):
        self.content = content
        self.upload = self.uploads.create(len(content))

    def attempt(self, offset, piece, checksum=None):
        return self.uploads.append(self.upload.public_id, offset, io.BytesIO(piece), len(piece), checksum)

    @precondition(lambda self: self.upload and not self.over and not self.done)
    @rule(size=st.integers(0, 60), algorithm=st.sampled_from([None, "sha256", "sha1", "md5"]))
    def send_what_comes_next(self, size, algorithm):
        piece = self.content[self.sent : self.sent + size]
        checksum = Checksum(algorithm, hashlib.new(algorithm, piece).digest()) if algorithm else None
        status = self.attempt(self.sent, piece, checksum)
        self.sent += len(piece)
        self.done = self.sent == len(self.content)
        assert (status.offset, status.finished) == (self.sent, self.done)

    @precondition(lambda self: self.upload and not self.over)
    @rule(offset=st.integers(0, 200), piece=others)
    def send_at_another_offset(self, offset, piece):
        if offset != self.sent:
            with pytest.raises(WrongOffset) as error:
                self.attempt(offset, piece)
            assert error.value.details["offset"] == self.sent

    @precondition(lambda self: self.upload and not self.over and not self.done)
    @rule(piece=st.binary(min_size=1, max_size=20))
    def send_what_was_damaged(self, piece):
        if self.sent + len(piece) <= len(self.content):
            with pytest.raises(ChecksumMismatch):
                self.attempt(self.sent, piece, Checksum("sha256", hashlib.sha256(piece + b"!").digest()))

    @precondition(lambda self: self.upload and not self.over and not self.done)
    @rule()
    def send_too_much(self):
        with pytest.raises(TooLarge):
            self.attempt(self.sent, self.content[self.sent :] + b"!")

    @precondition(lambda self: self.upload and not self.over and not self.done)
    @rule()
    def be_locked_out(self):
        with part(self.deployment, self.upload).open("rb") as file:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
            with pytest.raises(UploadLocked):
                self.attempt(self.sent, b"")

    @precondition(lambda self: self.upload)
    @rule()
    def be_somebody_else(self):
        other = Uploads(self.deployment, self.store, PHONE, "c" * 64)
        with pytest.raises(NotFound):
            other.status(self.upload.public_id)

    @precondition(lambda self: self.upload and not self.over)
    @rule()
    def give_up(self):
        if self.done:
            with pytest.raises(WrongState):
                self.uploads.terminate(self.upload.public_id)
        else:
            self.uploads.terminate(self.upload.public_id)
            self.over = NotFound

    @precondition(lambda self: self.upload and not self.over and not self.done)
    @rule()
    def let_it_expire(self):
        self.clock.set(self.clock.now() + timedelta(hours=self.deployment.settings.upload_hours))
        self.over = Expired

    @precondition(lambda self: self.upload)
    @rule()
    def restart(self):
        self.uploads = Uploads(self.deployment, MediaStore(self.deployment.settings), PHONE, "b" * 64)

    @invariant()
    def the_server_knows_what_the_model_knows(self):
        if self.upload is None:
            return
        if self.over:
            with pytest.raises(self.over):
                self.uploads.status(self.upload.public_id)
            return
        status = self.uploads.status(self.upload.public_id)
        assert (status.offset, status.finished) == (self.sent, self.done)
        if self.done:
            assert status.sha256 == hashlib.sha256(self.content).hexdigest()
        else:
            assert part(self.deployment, self.upload).read_bytes() == self.content[: self.sent]


def walk(deployment, clock, examples, phases=(Phase.generate, Phase.shrink)):
    class Here(Model):
        pass

    Here.deployment, Here.clock = deployment, clock
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=20,
            deadline=None,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.sqlite
def test_whatever_is_sent_in_whatever_order_the_offset_is_what_is_there(deployment, clock):
    walk(deployment, clock, 40)


@pytest.mark.sqlite
def test_a_planted_fault_in_the_offsets_is_found(deployment, clock, monkeypatch):
    """A server that takes any offset, as if the client knew."""
    monkeypatch.setattr("shuhua_core.media.uploads.WrongOffset", lambda **_details: _Ignored())
    with pytest.raises(BaseException):  # noqa: B017, PT011 - whatever the model meets first
        walk(deployment, clock, 40, (Phase.generate,))


class _Ignored(Exception):
    """In place of the refusal."""


def test_uploads_that_have_expired_leave_the_disk_and_are_told_of_for_a_while(uploads, deployment, clock):
    from shuhua_core.media.housekeeping import TOLD_FOR, sweep_uploads

    upload, young = uploads.create(6), None
    send(uploads, upload, 0, b"abc")
    path = part(deployment, upload)
    clock.set(clock.now() + timedelta(hours=deployment.settings.upload_hours))
    young = uploads.create(6)
    sweep_uploads(deployment)
    assert not path.exists()
    assert part(deployment, young).exists()
    with pytest.raises(Expired):
        uploads.status(upload.public_id)
    clock.set(clock.now() + TOLD_FOR)
    sweep_uploads(deployment)
    with pytest.raises(NotFound):
        uploads.status(upload.public_id)


def test_an_upload_that_never_began_makes_room_for_others_soon(uploads, deployment, clock):
    from shuhua_core.media.housekeeping import EMPTY_FOR, sweep_uploads

    lost, begun = uploads.create(6), uploads.create(6)
    send(uploads, begun, 0, b"abc")
    clock.set(clock.now() + EMPTY_FOR)
    young = uploads.create(6)
    sweep_uploads(deployment)
    with pytest.raises(Expired):
        uploads.status(lost.public_id)
    assert uploads.status(begun.public_id).offset == 3
    assert uploads.status(young.public_id).offset == 0


def test_the_disk_is_asked_before_anything_is_written(uploads, monkeypatch):
    from shuhua_core.kernel.errors import StorageFull

    monkeypatch.setattr(shutil, "disk_usage", lambda _path: type("Disk", (), {"total": 1000, "free": 110}))
    uploads.create(10)
    with pytest.raises(StorageFull):
        uploads.create(11)
