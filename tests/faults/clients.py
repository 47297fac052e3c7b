"""People who report faults with pictures and hear, or do not, that it was received; and what must be true of it then."""

from __future__ import annotations

import hashlib
import io
import random
import threading
import time
import uuid
from dataclasses import dataclass, field

import requests
from PIL import Image
from sqlalchemy import func, select

from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.kernel.steps import Step
from shuhua_core.media.models import MediaFile
from shuhua_core.media.store import MediaStore
from shuhua_core.repairs.models import RepairRequest

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
        symptom, key, media, digest = f"断裂 {uuid.uuid4()}", str(uuid.uuid4()), [], None
        if dice.random() < self.pictures_of:
            picture = photo(dice)
            answer = self._post("/media", files={"file": ("a.jpg", picture)})
            if answer is None:
                return
            media, digest = [answer["id"]], hashlib.sha256(picture).hexdigest()
        body = {"symptom": symptom, "equipment_id": self.equipment_id, "media_ids": media}
        answer = self._post("/repairs", json=body, headers={"Idempotency-Key": key})
        if answer is not None:
            self.heard.append(Acknowledged(answer["id"], symptom, digest, time.time()))

    def _post(self, path: str, *, headers: dict | None = None, **body) -> dict | None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                answer = requests.post(
                    f"{self.address}/api/v1{path}",
                    headers={"Authorization": f"Bearer {self.token}", **(headers or {})},
                    timeout=20,
                    **body,
                )
            except requests.RequestException:
                self.unheard += 1
                time.sleep(0.05)
                continue
            if answer.status_code == 201:
                return answer.json()
            if answer.status_code not in {409, 503}:
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


def lost(session, store: MediaStore, heard: list[Acknowledged]) -> list[str]:
    """What was acknowledged and is not there whole, or is there more than once; empty when every promise was kept."""
    wrong = []
    for each in heard:
        ids = list(session.scalars(select(RepairRequest.id).where(RepairRequest.symptom == each.symptom)))
        if ids != [each.repair_id]:
            wrong.append(f"{each.symptom}: acknowledged as {each.repair_id}, there as {ids}")
            continue
        for name, query in (
            ("step", select(func.count()).select_from(Step).where(Step.record_kind == "repair", Step.record_id == ids[0])),
            ("audit", _told(AuditEntry, ids[0])),
            ("outbox", _told(OutboxEntry, ids[0])),
        ):
            count = session.scalar(query)
            if count != 1:
                wrong.append(f"{each.symptom}: {count} rows of {name}")
        if each.sha256:
            wrong += _lost_file(session, store, each)
    return wrong


def _told(model, repair_id: int):
    named = model.event == "repairs.created"
    return select(func.count()).select_from(model).where(named, model.record_kind == "repair", model.record_id == repair_id)


def _lost_file(session, store: MediaStore, each: Acknowledged) -> list[str]:
    query = select(MediaFile).where(MediaFile.record_kind == "repair", MediaFile.record_id == each.repair_id)
    files = list(session.scalars(query))
    if [media.sha256 for media in files] != [each.sha256]:
        return [f"{each.symptom}: its picture is not recorded once"]
    paths = [store.path(files[0].key, variant) for variant in ("original", "display", "thumbnail")]
    if not all(path.is_file() for path in paths):
        return [f"{each.symptom}: {[str(path) for path in paths if not path.is_file()]} is gone"]
    if hashlib.sha256(paths[0].read_bytes()).hexdigest() != each.sha256:
        return [f"{each.symptom}: its picture has other bytes"]
    return []


def half_done(session, heard: list[Acknowledged]) -> list[str]:
    """Reports that are there although nobody was told so in the end. All were sent until they were acknowledged."""
    known = {each.symptom for each in heard}
    there = session.scalars(select(RepairRequest.symptom).where(RepairRequest.symptom.like("断裂 %")))
    return [symptom for symptom in there if symptom not in known]
