"""Two clients of tus that others wrote, as they are: tuspy, and tus-js-client in one node that takes many uploads."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests
from tusclient import client as tuspy
from tusclient.exceptions import TusCommunicationError

from tests.web.mobile.node import node

ENDPOINT = "/api/v1/uploads"
MOST_TRIES = 500
TUS_JS = Path(__file__).parents[3] / "shuhua_web/frontend/node_modules/tus-js-client/lib.es5/node/index.js"


@dataclass(frozen=True)
class Told:
    """What a client was told: the upload's address, and the receipt where the client shows it."""

    url: str
    sha256: str | None = None
    media: int | None = None


@dataclass
class Tuspy:
    """tuspy; where it gives up, begun again at the address it had, as a program that was restarted does."""

    address: str
    token: str

    def send(self, content: bytes, piece: int) -> Told:
        """Upload. Raises AssertionError where it cannot."""
        client = tuspy.TusClient(self.address + ENDPOINT, headers={"Authorization": f"Bearer {self.token}"})
        url = None
        for attempt in range(1, MOST_TRIES):
            with suppress(TusCommunicationError, requests.RequestException):
                uploader = client.uploader(
                    file_stream=io.BytesIO(content),
                    url=url,
                    chunk_size=piece,
                    retries=3,
                    retry_delay=0,
                    upload_checksum=attempt % 2,
                )
                url = url or uploader.create_url()
                uploader.set_url(url)
                uploader.offset = uploader.get_offset()
                while uploader.offset < len(content):
                    uploader.upload_chunk()
                return Told(url)
        raise AssertionError(f"{len(content)} bytes did not arrive in {MOST_TRIES} tries")


@dataclass
class TusJs:
    """tus-js-client, which tries again by itself."""

    process: subprocess.Popen[str]
    folder: Path

    def send(self, content: bytes, piece: int) -> Told:
        """Upload. Raises AssertionError where it cannot."""
        path = self.folder / "film"
        path.write_bytes(content)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps({"path": str(path), "chunkSize": piece}), file=self.process.stdin, flush=True)
        told = json.loads(self.process.stdout.readline() or '{"error": "node has ended"}')
        assert "error" not in told, told
        return Told(told["url"], told["sha256"], int(told["media"]))


@contextmanager
def tus_js(address: str, token: str, folder: Path) -> Iterator[TusJs]:
    """One node for all uploads of the block."""
    command = [node(), Path(__file__).with_name("tus_js.mjs"), TUS_JS, address + ENDPOINT, token]
    with subprocess.Popen([str(each) for each in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield TusJs(process, folder)
        finally:
            process.kill()
