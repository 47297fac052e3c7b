"""Uploads in pieces, as the protocol has it: offsets, checksums, expiration, other people's uploads."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import secrets
from datetime import timedelta
from functools import partial

import pytest
import requests

from shuhua_core.media.models import MediaFile, MediaUpload
from shuhua_core.media.store import MediaStore
from tests.functional.live import at_once, serving
from tests.web.client import ApiClient
from tests.web.media.tus_client import PIECE, Tus
from tests.web.work import count, jpeg


@pytest.fixture
def tus(as_):
    """The repairer's phone."""
    return Tus(as_("repairer").api)


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def on_disk(deployment, variant="upload"):
    return [path for path in deployment.settings.media_path.glob(f"{variant}/*/*") if path.is_file()]


def test_a_file_comes_in_pieces_and_its_receipt_is_the_hash_of_the_whole(tus, deployment):
    content = jpeg()
    upload = tus.begin(len(content))
    assert tus.head(upload).headers["Upload-Offset"] == "0"
    first = tus.patch(upload, 0, content[:100])
    assert (first.status_int, first.headers["Upload-Offset"]) == (204, "100")
    assert "Upload-Sha256" not in first.headers
    last = tus.patch(upload, 100, content[100:])
    assert last.headers["Upload-Sha256"] == hashlib.sha256(content).hexdigest()
    media = tus.json(upload)["media"]
    assert str(media["id"]) == last.headers["Upload-Media-Id"]
    assert (media["kind"], media["state"], media["sha256"]) == ("photo", "processing", hashlib.sha256(content).hexdigest())
    [original] = on_disk(deployment, "original")
    assert original.read_bytes() == content
    assert not original.stat().st_mode & 0o222
    assert on_disk(deployment) == []


def test_the_offset_may_be_asked_for_and_is_never_cached(tus):
    upload = tus.begin(10)
    tus.patch(upload, 0, b"abc")
    answer = tus.head(upload)
    assert (answer.status_int, answer.headers["Upload-Offset"], answer.headers["Upload-Length"]) == (200, "3", "10")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert tus.json(upload)["offset"] == 3


def test_a_piece_at_another_offset_is_409_and_adds_nothing(tus):
    upload = tus.begin(10)
    tus.patch(upload, 0, b"abc")
    for offset in (0, 2, 4, 10):
        answer = tus.patch(upload, offset, b"x", status=409)
        assert (answer.json["code"], answer.json["offset"]) == ("wrong_offset", 3)
    assert tus.json(upload)["offset"] == 3


@pytest.mark.parametrize("algorithm", ["sha256", "sha1", "md5"])
def test_a_piece_with_a_wrong_checksum_is_460_and_adds_nothing(tus, algorithm):
    upload = tus.begin(6)
    right = b64(hashlib.new(algorithm, b"abc").digest())
    answer = tus.patch(upload, 0, b"abX", checksum=f"{algorithm} {right}", status=460)
    assert answer.json["code"] == "checksum_mismatch"
    assert tus.json(upload)["offset"] == 0
    assert tus.patch(upload, 0, b"abc", checksum=f"{algorithm} {right}").headers["Upload-Offset"] == "3"


@pytest.mark.parametrize("checksum", ["crc32 AAAA", "sha256", "sha256 %%%", "sha256 AAA"])
def test_a_checksum_that_cannot_be_read_is_400(tus, checksum):
    upload = tus.begin(6)
    tus.patch(upload, 0, b"abc", checksum=checksum, status=(400, 460))
    assert tus.json(upload)["offset"] == 0


def test_a_whole_that_is_not_the_announced_one_is_460_and_over(tus, deployment):
    upload = tus.begin(3, sha256="0" * 64)
    assert tus.patch(upload, 0, b"abc", status=460).json["code"] == "checksum_mismatch"
    tus.head(upload, status=410)
    assert count(deployment, MediaFile) == 0
    assert on_disk(deployment) == on_disk(deployment, "original") == []


def test_more_than_was_announced_is_413(tus):
    upload = tus.begin(3)
    tus.patch(upload, 0, b"abcd", status=413)
    assert tus.json(upload)["offset"] == 0


def test_a_file_over_the_limit_is_413_before_it_is_sent(tus, deployment):
    tus.post(deployment.settings.video_bytes + 1, status=413)


@pytest.mark.parametrize("length", ["", "-1", "x", "1.5", "9" * 16])
def test_a_length_that_is_no_number_is_400(tus, length):
    tus.post(length, status=400)


def test_an_empty_file_is_422(tus):
    tus.post(0, status=422)


def test_a_stranger_s_upload_is_404(tus, as_, anonymous):
    upload = tus.begin(6)
    tus.patch(upload, 0, b"abc")
    for other in (Tus(as_("repairer_2").api), Tus(anonymous)):
        other.head(upload, status=404)
        other.patch(upload, 3, b"def", status=404)
        other.delete(upload, status=404)
        assert other.get(upload).status_int == 404
    assert tus.json(upload)["offset"] == 3


def test_while_another_piece_is_received_a_writer_is_423_and_adds_nothing(tus, deployment):
    upload = tus.begin(6)
    [path] = on_disk(deployment)
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert tus.patch(upload, 0, b"abc", status=423).json["code"] == "upload_locked"
        tus.delete(upload, status=423)
        assert tus.head(upload).headers["Upload-Offset"] == "0"
    assert tus.patch(upload, 0, b"abc").headers["Upload-Offset"] == "3"


def test_of_two_writers_at_once_one_is_heard_and_the_bytes_are_its_own(as_, app):
    token, size = as_("repairer").token, 700_000
    headers = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}
    with serving(app) as address:
        begun = requests.post(f"{address}/api/v1/uploads", headers={**headers, "Upload-Length": str(size)}, timeout=30)
        piece = {**headers, "Upload-Offset": "0", "Content-Type": PIECE}

        def write(byte):
            return requests.patch(begun.headers["Location"], bytes([byte]) * size, headers=piece, timeout=30)

        answers = at_once([partial(write, byte) for byte in range(8)])
    heard = [byte for byte, answer in enumerate(answers) if answer.status_code == 204]
    assert len(heard) == 1
    assert {answer.status_code for answer in answers} <= {204, 409, 423}
    assert answers[heard[0]].headers["Upload-Sha256"] == hashlib.sha256(bytes([heard[0]]) * size).hexdigest()


def test_an_anonymous_phone_goes_on_by_its_secret_alone(app, anonymous):
    mine, content = Tus(anonymous), jpeg()
    upload = mine.begin(len(content))
    mine.patch(upload, 0, content[:50])
    Tus(ApiClient(app, space=secrets.token_urlsafe(32))).head(upload, status=404)
    Tus(ApiClient(app)).head(upload, status=400)
    mine.patch(upload, 50, content[50:])
    assert mine.json(upload)["media"]["links"] == {}


def test_what_an_anonymous_phone_sent_hangs_on_its_report(anonymous, deployment, world):
    mine, content = Tus(anonymous), jpeg()
    upload = mine.begin(len(content))
    media_id = int(mine.patch(upload, 0, content).headers["Upload-Media-Id"])
    body = {"symptom": "扶手松动", "code": world.pieces["one_1"].code, "media_ids": [media_id]}
    anonymous.post("/repairs", body, status=201)
    with deployment.database.read() as session:
        assert session.get_one(MediaFile, media_id).record_kind == "repair"


def test_an_upload_that_is_given_up_is_gone(tus, deployment):
    upload = tus.begin(6)
    tus.patch(upload, 0, b"abc")
    assert tus.delete(upload).status_int == 204
    tus.head(upload, status=404)
    assert on_disk(deployment) == []
    assert count(deployment, MediaUpload) == 0


def test_a_finished_upload_cannot_be_given_up_nor_written_to(tus):
    upload = tus.begin(3)
    tus.patch(upload, 0, b"abc")
    tus.delete(upload, status=409)
    tus.patch(upload, 0, b"xyz", status=409)
    tus.patch(upload, 3, b"x", status=409)
    again = tus.patch(upload, 3, b"")
    assert again.headers["Upload-Sha256"] == hashlib.sha256(b"abc").hexdigest()


def test_an_upload_that_has_expired_is_410(tus, clock, deployment):
    upload = tus.begin(6)
    tus.patch(upload, 0, b"abc")
    clock.set(clock.now() + timedelta(hours=deployment.settings.upload_hours))
    tus.head(upload, status=410)
    assert tus.patch(upload, 3, b"def", status=410).json["code"] == "expired"
    tus.delete(upload, status=410)


def test_what_is_not_of_the_protocol_is_refused(tus):
    upload = tus.begin(3)
    for version in (None, "0.2.2"):
        answer = tus.patch(upload, 0, b"abc", version=version, status=412)
        assert answer.headers["Tus-Version"] == "1.0.0"
        tus.post(3, version=version, status=412)
    tus.patch(upload, 0, b"abc", content_type="application/octet-stream", status=415)
    tus.post(3, metadata="sha256 !!!", status=400)
    tus.post(3, metadata="sha256 " + b64(b"short"), status=400)
    tus.post("", extra={"Upload-Defer-Length": "1"}, status=400)


def test_names_and_types_that_a_client_sends_are_not_kept(tus, deployment):
    metadata = f"filename {b64(b'../../etc/passwd')},filetype {b64(b'text/html')}"
    upload = tus.post(3, metadata=metadata, status=201).headers["Location"]
    tus.patch(upload, 0, b"abc")
    assert tus.json(upload)["media"]["content_type"] == "application/octet-stream"
    names = [str(path) for path in deployment.settings.media_path.rglob("*")]
    assert not [name for name in names if "passwd" in name]


def test_the_server_says_what_it_can(tus, deployment):
    answer = tus.api.app.options("/api/v1/uploads")
    assert (answer.status_int, answer.headers["Tus-Version"]) == (204, "1.0.0")
    assert set(answer.headers["Tus-Extension"].split(",")) == {"creation", "checksum", "expiration", "termination"}
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha256,sha1,md5"
    assert int(answer.headers["Tus-Max-Size"]) == deployment.settings.video_bytes


def test_who_may_not_upload_is_403(as_):
    Tus(as_("leader").api).post(3, status=403)


def test_one_person_has_only_so_many_uploads_under_way(tus, deployment, as_):
    most = deployment.settings.uploads_open
    for _each in range(most):
        upload = tus.begin(3)
    answer = tus.post(3, status=429)
    assert answer.headers["Retry-After"]
    assert len(on_disk(deployment)) == most
    Tus(as_("repairer_2").api).begin(3)
    tus.delete(upload)
    tus.begin(3)


def test_one_person_has_only_so_many_bytes_that_belong_to_nothing(tus, deployment):
    whole, most = deployment.settings.video_bytes, deployment.settings.uploads_open_bytes
    for _each in range(most // whole):
        tus.begin(whole)
    tus.post(whole, status=429)
    tus.post(most % whole + 1, status=429)


def test_the_disk_keeps_room_for_the_database(tus, deployment, monkeypatch):
    upload = tus.begin(3)
    full = type("Disk", (), {"total": 1000, "free": 99})
    monkeypatch.setattr("shuhua_core.media.store.shutil.disk_usage", lambda path: full)
    assert tus.post(3, status=507).json["code"] == "storage_full"
    tus.patch(upload, 0, b"abc", status=507)
    assert tus.api.app.post("/api/v1/media", upload_files=[("file", "a.jpg", jpeg())], headers=tus.api.headers, status=507)
    monkeypatch.undo()
    assert tus.patch(upload, 0, b"abc").status_int == 204


def test_a_disk_that_is_full_in_the_middle_of_a_piece_keeps_what_was_there(tus, monkeypatch):
    upload = tus.begin(6)
    tus.patch(upload, 0, b"ab")

    def full(_file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shuhua_core.media.uploads.os.fsync", full)
    tus.patch(upload, 2, b"cd", status=507)
    monkeypatch.undo()
    assert tus.json(upload)["offset"] == 2


def test_the_record_is_made_on_asking_where_the_last_transaction_failed(tus, deployment, monkeypatch):
    content = jpeg()
    upload = tus.begin(len(content))

    def fails(*_args, **_kw):
        raise RuntimeError("the power went")

    monkeypatch.setattr("shuhua_core.media.uploads.MediaService.add", fails)
    tus.patch(upload, 0, content, status=500)
    assert count(deployment, MediaFile) == 0
    monkeypatch.undo()
    answer = tus.head(upload)
    assert answer.headers["Upload-Offset"] == str(len(content))
    assert answer.headers["Upload-Sha256"] == hashlib.sha256(content).hexdigest()
    assert count(deployment, MediaFile) == 1
    assert MediaStore(deployment.settings).has(on_disk(deployment, "original")[0].name, "original")


def test_a_photo_has_a_smaller_limit_than_a_video(tus, deployment, monkeypatch):
    monkeypatch.setattr(
        "shuhua_core.media.store.MediaStore.limit_of", lambda _store, form: 10 if form and form.kind == "photo" else 99
    )
    content = jpeg()
    upload = tus.begin(len(content))
    assert tus.patch(upload, 0, content, status=413).json["code"] == "too_large"
    tus.head(upload, status=410)
