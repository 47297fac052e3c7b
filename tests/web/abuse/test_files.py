"""Files made to harm: what they are not is refused, what they are is drawn anew, and what they carry stays behind."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import time

import pytest
from PIL import Image
from sqlalchemy import select

from shuhua_core.audit.models import SecurityEntry
from shuhua_core.media.models import MediaFile
from shuhua_core.worker import run_once
from tests.core.media import samples
from tests.web.abuse.conftest import upload
from tests.web.media.tus_client import Tus
from tests.web.work import count

ACTIVE = {
    "page.jpg": b"<!DOCTYPE html><script>alert(1)</script>",
    "drawing.jpg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "entities.jpg": b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>',
    "script.jpg": b"alert(document.domain)",
    "polyglot.gif": samples.gif_with_script(),
    "program.jpg": b"MZ\x90\x00" + bytes(200),
    "archive.jpg": b"PK\x03\x04" + bytes(200),
    "playlist.mp4": b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/secret\n",
}


def rejections(deployment):
    with deployment.database.read() as session:
        return len(session.scalars(select(SecurityEntry).where(SecurityEntry.kind == "upload.rejected")).all())


@pytest.mark.parametrize("name", ACTIVE)
def test_case_14_what_is_active_is_refused_whatever_its_name(as_, deployment, name):
    answer = upload(as_("customer").api, ACTIVE[name], name)
    assert answer.status_int in {415, 422}
    assert rejections(deployment) == 1
    assert count(deployment, MediaFile) == 0
    assert not [path for path in deployment.settings.media_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", ACTIVE)
def test_case_14_in_pieces_it_is_refused_too_and_nothing_of_it_is_served(as_, deployment, name):
    tus, content = Tus(as_("customer").api), ACTIVE[name]
    address = tus.begin(len(content))
    tus.patch(address, 0, content)
    run_once(deployment)
    media = tus.json(address)["media"]
    assert (media["state"], media["links"]) == ("refused", {})
    assert rejections(deployment) == 1
    for variant in ("thumbnail", "display", "content"):
        tus.api.get(f"/media/{media['id']}/{variant}", status=404)
    tus.api.get(f"/media/{media['id']}/original", status=403)


def test_case_14_what_hides_in_a_photo_is_not_in_what_is_shown(as_):
    api = as_("customer").api
    answer = upload(api, samples.photo_with_page(), "photo.html")
    assert answer.status_int == 201
    for address in answer.json["links"].values():
        shown = api.app.get(address, headers=api.headers)
        assert b"script" not in shown.body
        assert shown.content_type == "image/jpeg"
        assert shown.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize("content", [samples.bomb(), samples.bomb(200_000, 400)], ids=["square", "ribbon"])
def test_case_15_a_pixel_flood_is_413_within_five_seconds(as_, deployment, content):
    begun = time.monotonic()
    assert upload(as_("customer").api, content).status_int == 413
    assert time.monotonic() - begun < 5
    as_("customer").api.get("/session", status=200)


MEASURE = """
import pathlib, resource, sys
from shuhua_core.media.kinds import HEAD, sniff
from shuhua_core.media.sandbox import derive
source = pathlib.Path(sys.argv[1])
derive(source, sniff(source.read_bytes()[:HEAD]), pathlib.Path(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


@pytest.mark.parametrize("kind", ["bomb", "a phone's photo", "a phone's photo as PNG"])
def test_case_15_the_child_needs_no_more_than_a_quarter_of_a_gigabyte(tmp_path, kind):
    sizes = {"a phone's photo": ("JPEG", (8000, 6000)), "a phone's photo as PNG": ("PNG", (4000, 3000))}
    if kind == "bomb":
        content = samples.bomb()
    else:
        form, size = sizes[kind]
        out = io.BytesIO()
        Image.effect_noise(size, 50).convert("RGB").save(out, form)
        content = out.getvalue()
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(content)
    target.mkdir()
    done = subprocess.run([sys.executable, "-c", MEASURE, str(source), str(target)], capture_output=True, text=True, check=True)
    assert int(done.stdout) <= 256
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY  # the limits are the child's alone


def test_case_16_uploads_that_are_never_finished_are_bounded_and_leave_the_disk(anonymous, deployment, clock):
    from datetime import timedelta

    from shuhua_core.media.housekeeping import sweep_uploads

    tus = Tus(anonymous)
    for _each in range(deployment.settings.uploads_open_public):
        tus.begin(1000)
    assert tus.post(1000, status=429).headers["Retry-After"]
    clock.set(clock.now() + timedelta(hours=deployment.settings.upload_hours))
    sweep_uploads(deployment)
    assert not [path for path in deployment.settings.media_path.rglob("*") if path.is_file()]
    tus.begin(1000)


def test_case_17_no_derivative_tells_where_a_photo_or_film_was_made(as_, deployment, tmp_path):
    api, tus = as_("customer").api, Tus(as_("customer").api)
    for content in (samples.photo("JPEG", 6), samples.photo("PNG"), samples.film(tmp_path / "film")):
        assert any(secret in content for secret in samples.SECRETS)
        address = tus.begin(len(content))
        tus.patch(address, 0, content)
        run_once(deployment)
        links = tus.json(address)["media"]["links"]
        assert links
        for link in links.values():
            body = api.app.get(link, headers=api.headers).body
            assert not [secret for secret in samples.SECRETS if secret in body]


@pytest.mark.parametrize(
    "path",
    [
        "/media/1/..%2f..%2fsettings.ini", "/media/..%2f..%2f/display", "/media/1/%2e%2e/%2e%2e", "/media/1/original%00.jpg",
        "/media/1/..\\..\\x", "/media/1/%2fetc%2fpasswd", "/media/1/%EF%BD%8Friginal", "/media/1/upload", "/media/1/work",
        "/uploads/..%2f..%2fetc%2fpasswd", "/uploads/%00", "/uploads/" + "a" * 43,
    ],
)  # fmt: skip
def test_case_18_no_address_leads_out_of_the_folder_of_files(as_, path):
    api = as_("customer").api
    upload(api)
    answer = api.app.get("/api/v1" + path, headers=api.headers, status="*")
    assert answer.status_int in {400, 404, 422}
    assert b"root:" not in answer.body


def test_case_18_names_that_are_sent_become_no_names_on_the_disk(as_, deployment):
    for name in ("../../../etc/cron.d/x", "C:\\x\\y.jpg", "a\x00b.jpg", "\u202egpj.exe", "x" * 500):
        assert upload(as_("customer").api, name=name).status_int in {201, 400, 422}
    root = deployment.settings.media_path
    names = {path.name for path in root.rglob("*") if path.is_file()}
    assert names
    assert all(len(name) == 40 and name.isalnum() for name in names)
