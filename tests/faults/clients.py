"""People who report faults with pictures and hear, or do not, that it was received; and what must be true of it then."""

from __future__ import annotations

import hashlib
import io
import random
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import requests
from PIL import Image
from sqlalchemy import func, select

from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.kernel.steps import Step
from shuhua_core.media.models import MediaFile
from shuhua_core.media.store import MediaStore
from shuhua_core.repairs.models import RepairRequest

API = "/api/v1"
TUS = {"Tus-Resumable": "1.0.0"}
OF_A_PIECE = {"Content-Type": "application/offset+octet-stream"}
PIECE = 1500
NOTHING: Mapping[str, str] = MappingProxyType({})
WHOLE = ("original", "display", "thumbnail")
IN_PIECES = ("original",)
"""What is there of a picture when it is acknowledged; of one that came in pieces the worker makes the rest."""
ContentOf = Callable[[Path], bytes | None]
SEED = 20261130
PATIENCE = 60
"""Seconds for which a phone tries again."""


@dataclass(frozen=True)
class Acknowledged:
    """What somebody was told is received, and when they heard it (seconds since 1970)."""

    repair_id: int
    symptom: str
    sha256: str | None
    at: float
    variants: tuple[str, ...] = ()
    """What there must be of its picture."""


@dataclass
class Reporter:
    """A phone that sends one report after the other, each until it is acknowledged, always under its key."""

    token: str
    equipment_id: int
    address: str = ""
    pictures_of: float = 0.3
    """Part of the reports that have a picture."""
    seed: int = 0
    heard: list[Acknowledged] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unheard: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, reports: int | None = None) -> None:
        """Report until told to stop or refused, or this many times."""
        dice = random.Random(self.seed)
        while not self.stopping.is_set() and not self.refused and (reports is None or len(self.heard) < reports):
            self._report(dice)

    def _report(self, dice: random.Random) -> None:
        symptom, key, media, digest, variants = f"断裂 {uuid.uuid4()}", str(uuid.uuid4()), [], None, ()
        if dice.random() < self.pictures_of:
            picture, variants = photo(dice), WHOLE if dice.random() < 0.5 else IN_PIECES
            number = self._whole(picture) if variants == WHOLE else self._in_pieces(picture)
            if number is None:
                return
            media, digest = [number], hashlib.sha256(picture).hexdigest()
        body = {"symptom": symptom, "equipment_id": self.equipment_id, "media_ids": media}
        answer = self._ask("POST", f"{API}/repairs", json=body, headers={"Idempotency-Key": key})
        if answer is not None:
            self.heard.append(Acknowledged(answer.json()["id"], symptom, digest, time.time(), variants))

    def _whole(self, picture: bytes) -> int | None:
        answer = self._ask("POST", f"{API}/media", files={"file": ("a.jpg", picture)})
        return None if answer is None else answer.json()["id"]

    def _in_pieces(self, picture: bytes) -> int | None:
        """By tus; what was acknowledged once must be there whenever the server is asked again."""
        begun = self._ask("POST", f"{API}/uploads", headers={**TUS, "Upload-Length": str(len(picture))})
        if begun is None:
            return None
        upload, offset = urlsplit(begun.headers["Location"]).path, 0
        while True:
            headers = {**TUS, **OF_A_PIECE, "Upload-Offset": str(offset)}
            answer = self._ask("PATCH", upload, data=picture[offset : offset + PIECE], headers=headers)
            if answer is not None and answer.status_code == 409:  # it had arrived, and the answer had not
                answer = self._ask("HEAD", upload, headers=TUS)
            if answer is None:
                return None
            if int(answer.headers["Upload-Offset"]) < offset:
                self.refused.append(f"{upload}: {answer.headers['Upload-Offset']} after {offset} were acknowledged")
                return None
            offset = int(answer.headers["Upload-Offset"])
            if "Upload-Media-Id" in answer.headers:
                return int(answer.headers["Upload-Media-Id"])

    def _ask(self, method: str, path: str, *, headers: Mapping[str, str] = NOTHING, **body) -> requests.Response | None:
        """Ask until there is an answer: one that the request was carried out, or that its piece is not the next one."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                answer = requests.request(
                    method, self.address + path, headers={"Authorization": f"Bearer {self.token}", **headers}, timeout=20, **body
                )
            except requests.RequestException:
                self.unheard += 1
                time.sleep(0.05)
                continue
            if answer.ok or (answer.status_code == 409 and method == "PATCH"):
                return answer
            if answer.status_code not in {409, 423, 503}:
                self.refused.append(f"{path}: {answer.status_code} {answer.text[:200]}")
                return None
            time.sleep(0.05)
        self.refused.append(f"{path}: not acknowledged in {PATIENCE} s")
        return None


def photo(dice: random.Random) -> bytes:
    """A small picture that no other is equal to."""
    image = Image.frombytes("RGB", (48, 32), dice.randbytes(48 * 32 * 3))
    target = io.BytesIO()
    image.save(target, "JPEG", quality=80)
    return target.getvalue()


def read_file(path: Path) -> bytes | None:
    """What is in a file, or None where there is none."""
    return path.read_bytes() if path.is_file() else None


def lost(session, store: MediaStore, heard: list[Acknowledged], content_of: ContentOf = read_file) -> list[str]:
    """What was acknowledged and is not there whole, or is there more than once; empty when every promise was kept.

    ``content_of`` reads files, and gives None for one that is not there.
    """
    there, wrong = reports(session), []
    written = {
        "step": _counts(session, Step, Step.record_kind == "repair"),
        "audit": _counts(session, AuditEntry, AuditEntry.event == "repairs.created"),
        "outbox": _counts(session, OutboxEntry, OutboxEntry.event == "repairs.created"),
    }
    files = defaultdict(list)
    of_repairs = select(MediaFile.record_id, MediaFile.key, MediaFile.sha256).where(MediaFile.record_kind == "repair")
    for repair_id, key, digest in session.execute(of_repairs):
        files[repair_id].append((key, digest))
    for each in heard:
        if there[each.symptom] != [each.repair_id]:
            wrong.append(f"{each.symptom}: acknowledged as {each.repair_id}, there as {there[each.symptom]}")
            continue
        counts = {name: rows.get(each.repair_id, 0) for name, rows in written.items()}
        wrong += [f"{each.symptom}: {count} rows of {name}" for name, count in counts.items() if count != 1]
        if each.sha256:
            wrong += _lost_file(store, each, files[each.repair_id], content_of)
    return wrong


def reports(session) -> dict[str, list[int]]:
    """The ids of what was reported, by symptom; of one that is not there none."""
    found = defaultdict(list)
    query = select(RepairRequest.symptom, RepairRequest.id).where(RepairRequest.symptom.like("断裂 %"))
    for symptom, repair_id in session.execute(query):
        found[symptom].append(repair_id)
    return found


def _counts(session, model, condition) -> dict[int, int]:
    query = select(model.record_id, func.count()).where(condition, model.record_kind == "repair").group_by(model.record_id)
    return dict(list(session.execute(query)))


def _lost_file(store: MediaStore, each: Acknowledged, files: list[tuple[str, str]], content_of: ContentOf) -> list[str]:
    if [digest for _key, digest in files] != [each.sha256]:
        return [f"{each.symptom}: its picture is not recorded once"]
    contents = {path: content_of(path) for path in (store.path(files[0][0], variant) for variant in each.variants)}
    gone = [str(path) for path, content in contents.items() if not content]
    if gone:
        return [f"{each.symptom}: {gone} is gone"]
    if _sha256(next(iter(contents.values()))) != each.sha256:
        return [f"{each.symptom}: its picture has other bytes"]
    return []


@lru_cache(10_000)
def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def half_done(session, heard: list[Acknowledged]) -> list[str]:
    """Reports that are there although nobody was told so in the end. All were sent until they were acknowledged."""
    known = {each.symptom for each in heard}
    return [symptom for symptom in reports(session) if symptom not in known]
