"""A deployment in which every list of the office has rows, some of them with what a file must not take for a formula."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import update

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.archives.models import ProductModel
from shuhua_core.articles.service import ArticleService
from shuhua_core.audit.models import RunningEntry, SecurityEntry
from shuhua_core.kernel.clock import SetClock
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.messages.models import Message
from shuhua_core.quarantine.models import HeldRequest
from shuhua_core.sites.labels.service import LabelService
from shuhua_core.sites.models import Site
from shuhua_core.testing.world import World
from tests.conftest import NOW, open_for_test
from tests.permissions.conftest import House, furnish
from tests.template import Template

FORMULA = "=SUM(1,2)测试公园"


@contextmanager
def stocked(template: Template, populated: tuple[str, World], media: Path) -> Iterator[Deployment]:
    """Open one on a copy of the small world; it is dropped at the end of the block."""
    url = template.copy(populated[0])
    deployment = open_for_test(url, media, SetClock(NOW))
    furnish(House(None, deployment, populated[1]), "abce")
    with deployment.database.write() as session:
        session.execute(update(Site).where(Site.number == "AZ1").values(name=FORMULA))
        LabelService(deployment.context(session, load_actor_by_login(session, "dispatcher"))).make_batch({"count": 3})
        at = deployment.clock.now()
        session.add(ProductModel(number="TEST-02", name="=健骑机", type="walker", created_at=at, updated_at=at))
        editor = ArticleService(deployment.context(session, load_actor_by_login(session, "content_editor")))
        for title in ("测试文章", FORMULA):
            editor.create({"section": "tips", "title_zh": title, "body_zh": "正文", "audience": "everybody"})
        user_id, path = populated[1].users["repairer"], populated[1].units["agent"].path
        for number in (1, 2):
            session.add_all(_told(number, user_id, path, at))
    yield deployment
    deployment.database.dispose()
    template.drop(url)


def _told(number: int, user_id: int, path: str, at: datetime) -> list[Any]:
    """A message, something held back, and a line of each log."""
    message = Message(
        source_id=str(uuid.uuid4()), user_id=user_id, notice="task_waiting", record_kind="task", record_id=number,
        number=f"RW20261122-000{number}", facts={}, created_at=at,
    )  # fmt: skip
    held = HeldRequest(
        user_id=user_id, organisation_path=path, reason="revoked", key=str(uuid.uuid4()),
        path=f"/api/v1/tasks/99999{number}/actions/take", body={}, received_at=at,
    )  # fmt: skip
    return [
        message,
        held,
        SecurityEntry(at=at, kind="sign_in_failed", address=f"192.0.2.{number}", detail={}),
        RunningEntry(at=at, level="WARNING", logger="shuhua", message=f"=慢语句 {number}", process="test:1", detail={}),
    ]
