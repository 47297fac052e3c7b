"""Uploads by clients that others wrote, through a link that is cut at random: what arrives is what was sent."""

from __future__ import annotations

import gc
import hashlib
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import requests
from sqlalchemy import select

from shuhua_core.media import uploads
from shuhua_core.media.models import MediaFile
from shuhua_core.media.store import MediaStore
from tests.conftest import open_for_test
from tests.functional.live import serving
from tests.web.media.cutting_proxy import cutting
from tests.web.media.tus_clients import Told, Tuspy, tus_js

# waitress leaves the spooled body of a connection that was cut to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed file:ResourceWarning", "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
)

CLIENTS = ("tuspy", "tus-js-client")
SHORT = (1, 2, 1000, 65_536, 1 << 20, (1 << 20) + 1, 3_333_333, 50_000_000)
FULL = 1000


@pytest.fixture(scope="module", autouse=True)
def collected():
    """What is left lying about here is not found when all tests are over."""
    yield
    gc.collect()


@pytest.fixture
def deployment(database_url, tmp_path, clock):
    """One person sends more here than anybody would have lying about, and the answers to many beginnings are lost."""
    opened = open_for_test(database_url, tmp_path / "media", clock, uploads_open=1 << 30, uploads_open_bytes=1 << 50)
    yield opened
    opened.database.dispose()


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


def arrived(deployment: Any, address: str, token: str, told: Told, content: bytes) -> None:
    """What the server says of the upload, asked without the bad link, is what its client was told, and what was sent is kept."""
    path, signed = told.url[told.url.index("/api/") :], {"Authorization": f"Bearer {token}"}
    answer = requests.get(address + path, headers=signed, timeout=30).json()
    assert answer["offset"] == answer["length"] == len(content)
    assert answer["sha256"] == hashlib.sha256(content).hexdigest(), "other bytes came"
    assert told.sha256 in {None, answer["sha256"]}
    assert told.media in {None, answer["media"]["id"]}
    kept(deployment, answer["media"]["id"], content)


@pytest.fixture
def upload_all(deployment, app, as_, tmp_path) -> Callable[[list[tuple[str, int]], int], Counter[str]]:
    """``upload_all(work, seed)``: a random file of each size by the client named beside it; how often each one's link was cut."""
    token = as_("repairer").token

    def run(work, seed):
        dice, cuts = random.Random(seed), Counter({client: 0 for client, _size in work})
        with serving(app) as address, cutting(address, seed=seed) as proxy, tus_js(proxy.address, token, tmp_path) as js:
            clients = {"tuspy": Tuspy(proxy.address, token), "tus-js-client": js}
            for number, (client, size) in enumerate(work, start=1):
                content, before = dice.randbytes(size), proxy.cuts
                piece = dice.choice((65_536, 262_144, 1 << 20, 4 << 20)) if size < 10_000_000 else 1 << 20
                arrived(deployment, address, token, clients[client].send(content, piece), content)
                cuts[client] += proxy.cuts - before
                if number % 100 == 0:
                    print(f"{number} of {len(work)} uploads, {proxy.cuts} cuts", flush=True)
        return cuts

    return run


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("size", SHORT)
def test_every_byte_gets_through_a_link_that_is_cut(upload_all, client, size):
    upload_all([(client, size)], seed=size)


@pytest.mark.sqlite
@pytest.mark.parametrize("client", CLIENTS)
def test_the_link_of_these_tests_really_is_cut(upload_all, client):
    assert upload_all([(client, 4_000_000)] * 3, seed=1)[client] > 3


def spoil(monkeypatch):
    """Another byte is kept than came."""
    right = uploads._write

    def wrong(file, body, offset):
        right(file, body, offset)
        uploads.os.pwrite(file, b"?", offset)

    monkeypatch.setattr(uploads, "_write", wrong)


def record_twice(monkeypatch):
    """Two records are made of one file."""
    right = uploads.Uploads._add

    def wrong(self, session, upload, form, digest):
        right(self, session, upload, form, digest)
        session.flush()
        upload.key = upload.key[::-1]
        return right(self, session, upload, form, digest)

    monkeypatch.setattr(uploads.Uploads, "_add", wrong)


@pytest.mark.sqlite
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(("plant", "says"), [(spoil, "other bytes"), (record_twice, "came twice")])
def test_a_planted_fault_turns_it_red(upload_all, monkeypatch, client, plant, says):
    plant(monkeypatch)
    with pytest.raises(AssertionError, match=says):
        upload_all([(client, 400_000)], seed=1)


@pytest.mark.faults
@pytest.mark.sqlite
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("quarter", range(4))
def test_a_thousand_uploads_of_1_byte_to_50_megabytes(upload_all, quarter):
    dice = random.Random(20261122 + quarter)
    sizes = [1, 1, 50_000_000, 50_000_000, *(int(50_000_000 ** dice.random()) for _each in range(FULL // 4 - 4))]
    work = list(zip(CLIENTS * (FULL // 8), sizes, strict=True))
    began = time.monotonic()
    cuts = upload_all(work, seed=7 + quarter)
    print(f"quarter {quarter + 1} of {FULL} uploads, {time.monotonic() - began:.0f} s")
    for client in CLIENTS:
        mine = [size for name, size in work if name == client]
        print(f"{client}: {len(mine)} uploads, {sum(mine)} bytes, {cuts[client]} cuts")
        assert cuts[client] > len(mine)
