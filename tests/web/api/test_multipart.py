"""Pictures as a form with one file."""

import hashlib
import io

import pytest
from PIL import Image
from sqlalchemy import select

from shuhua_core.media.models import MediaFile
from shuhua_web.errors import WrongContentType
from tests.web.client import ApiClient
from tests.web.sample import ROOMS


@pytest.fixture
def rooms():
    return (*ROOMS, "shuhua_web.media")


def picture(size=(640, 480)):
    stream = io.BytesIO()
    Image.new("RGB", size, "red").save(stream, "PNG")
    return stream.getvalue()


def send(client, content, name="a.png", field="file", **fields):
    files = [(field, name, content)] if content is not None else []
    return client.app.post("/api/v1/media", fields or "", upload_files=files, headers=client.headers, status="*")


def test_a_picture_is_kept_and_its_receipt_tells_its_hash(as_, deployment):
    person, content = as_("repairer"), picture()
    answer = send(person.api, content)
    assert answer.status_int == 201
    assert answer.json["sha256"] == hashlib.sha256(content).hexdigest()
    with deployment.database.read() as session:
        media = session.scalars(select(MediaFile)).one()
    assert (media.id, media.uploader_id, media.record_kind) == (answer.json["id"], person.user_id, None)
    assert list(deployment.settings.media_path.glob("original/*/*"))


def test_a_stranger_keeps_it_under_the_hash_of_their_secret(anonymous, deployment):
    assert send(anonymous, picture()).status_int == 201
    with deployment.database.read() as session:
        media = session.scalars(select(MediaFile)).one()
    assert media.uploader_space
    assert anonymous.headers["Idempotency-Space"] not in media.uploader_space


def test_a_stranger_without_a_secret_is_asked_for_one(app, deployment):
    assert send(ApiClient(app), picture()).json["code"] == "key_missing"
    assert not list(deployment.settings.media_path.glob("original/*/*"))


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415), (b"<html><script>", 415), (b"", 415), (picture()[:200], 422)],
)
def test_what_is_no_picture_is_refused_and_not_kept(as_, deployment, content, status):
    answer = send(as_("repairer").api, content, "photo.jpg")
    assert answer.status_int == status
    assert not list(deployment.settings.media_path.glob("*/*/*"))


def test_a_file_over_the_limit_is_413(as_, deployment):
    limit = deployment.settings.upload_bytes
    assert send(as_("repairer").api, b"\x89PNG\r\n\x1a\n" + b"x" * limit).status_int == 413


def test_unknown_fields_and_no_file_are_422_by_name(as_):
    assert list(send(as_("repairer").api, picture(), title="x").json["errors"]) == ["title"]
    assert list(send(as_("repairer").api, picture(), field="photo").json["errors"]) == ["photo", "file"]


def test_another_type_of_body_is_415(as_):
    person = as_("repairer").api
    answer = person.app.post_json("/api/v1/media", {}, headers=person.headers, status=WrongContentType().status)
    assert "multipart/form-data" in answer.json["title"]


def test_a_form_that_cannot_be_read_is_400(as_):
    person = as_("repairer").api
    headers = {**person.headers, "Content-Type": "multipart/form-data"}
    assert person.app.post("/api/v1/media", b"x", headers=headers, status=400).json["code"] == "malformed"
    headers["Content-Type"] = "multipart/form-data; boundary=x"
    assert person.app.post("/api/v1/media", b"--x\r\n5.5--x--\r\n", headers=headers, status=422)


def test_who_may_not_upload_is_403(as_):
    assert send(as_("auditor").api, picture()).status_int == 403
