"""Shuhua as a subject of the benchmarks: the whole application with permissions, row scope, audit, steps and outbox on."""

from __future__ import annotations

import itertools
import json
import random
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from shuhua_core import models, seed
from shuhua_core.kernel.db import Database
from tests.benchmarks.load import Request
from tests.benchmarks.shuhua_data import PASSWORD, STATES, fill
from tests.benchmarks.subjects import LIMIT, RECORDS, Subject, list_wrong

API = "/api/v1"
SERVE = """
import logging, sys, warnings
warnings.filterwarnings("ignore", category=UserWarning)
logging.getLogger("waitress.queue").setLevel(logging.ERROR)
from pathlib import Path
from shuhua_core.commands.serve import serve
serve(Path(sys.argv[1]))
"""
INI = """[app:main]
use = egg:shuhua
shuhua.database_url = {url}
shuhua.media_path = {folder}/media
shuhua.secret = {secret}
shuhua.origin = http://127.0.0.1:{port}

[server:main]
use = egg:waitress#main
listen = 127.0.0.1:{port}
threads = {threads}
"""


class Shuhua(Subject):
    """The application as a deployment runs it, asked over its public API."""

    name = "shuhua"

    def prepare(self, port: int) -> list[str]:
        database = Database(self.url)
        with database.write() as session:
            models.Base.metadata.create_all(session.connection())
            seed.seed(session, datetime.now(UTC))
            self.filled = fill(session, RECORDS)
        with database.write() as session:
            session.execute(text("ANALYZE"))
        database.dispose()
        self.tokens: dict[str, str] = {}
        ini = self.folder / "shuhua.ini"
        values = {"url": self.url.replace("%", "%%"), "folder": self.folder, "secret": "of-benchmarks-" * 4}
        ini.write_text(INI.format(port=port, threads=self.threads, **values))
        return [sys.executable, "-c", SERVE, str(ini)]

    def _headers(self, login: str) -> dict[str, str]:
        if login not in self.tokens:
            body = json.dumps({"login": login, "password": PASSWORD, "device": "benchmark"}).encode()
            request = urllib.request.Request(f"{self.base}{API}/session", body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=30) as answer:
                self.tokens[login] = json.load(answer)["token"]
        return {"Authorization": f"Bearer {self.tokens[login]}"}

    def _once(self, login: str) -> dict[str, str]:
        return {**self._headers(login), "Idempotency-Key": str(uuid.uuid4())}

    def make(self, work: str, mine: slice, chance: random.Random) -> Iterator[Request]:
        if work == "list":
            while True:
                path = f"{API}/tasks?state={chance.choice(STATES)}&sort=-created_at&limit={LIMIT}"
                yield Request("GET", path, headers=self._headers("dispatcher"))
        if work == "get":
            while True:
                yield Request("GET", f"{API}/tasks/{chance.choice(self.filled.task_ids)}", headers=self._headers("dispatcher"))
        if work == "create":
            while True:
                yield Request("POST", f"{API}/repairs", body=self._report(chance), headers=self._once("call_centre"), expect=201)
        for task_id in itertools.cycle(self.filled.repairing_ids[mine]):
            path = f"{API}/tasks/{task_id}/actions"
            hold = {"hold_reason": "parts", "note": "等待配件到货"}
            yield Request("POST", f"{path}/hold", body=hold, headers=self._once("agent_manager"), followed=True)
            yield Request("POST", f"{path}/resume", body={"note": "配件已到"}, headers=self._once("agent_manager"))

    def _report(self, chance: random.Random) -> dict[str, Any]:
        return {
            "symptom": f"示例小区单杠松动 {chance.randint(1, 9999)}：立柱底部螺栓松动，用力时晃动，请尽快处理。",
            "site_id": self.filled.site_id,
            "caller_name": "示例居民",
            "caller_phone": f"1390000{chance.randint(0, 9999):04d}",
            "severity": "high",
        }

    def wrong(self, work: str, request: Request, answer: Any) -> str:
        if work == "list":
            return list_wrong(answer, request.path.partition("state=")[2].partition("&")[0])
        if work == "create":
            return (
                "" if (answer["state"], answer["symptom"]) == ("pending_review", request.body["symptom"]) else "another request"
            )
        if work == "get":
            return "" if request.path == f"{API}/tasks/{answer['id']}" else "another task"
        state = "on_hold" if request.path.endswith("/hold") else "repairing"
        return "" if answer["state"] == state else f"{answer['state']} instead of {state}"
