"""A walk for the abuse cases, and two requests that look alike: one of each branch."""

import io
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image

from shuhua_core.testing.flow import FOLLOW_UP
from tests.functional.walk import Walk


@pytest.fixture
def walk(as_, world, clock):
    """Walks requests and tasks over the API as different people."""
    return Walk(as_, world, clock)


@dataclass
class Case:
    """A request with all that hangs on it, of one branch."""

    repair: dict[str, Any]
    task: dict[str, Any]
    media_id: int
    followup_id: int


def picture() -> bytes:
    """A small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (8, 6), (200, 30, 30)).save(out, "JPEG")
    return out.getvalue()


def upload(client: Any, content: bytes | None = None, name: str = "photo.jpg") -> Any:
    """Send a picture as a phone does."""
    files = [("file", name, content or picture())]
    return client.app.post("/api/v1/media", upload_files=files, headers=client.headers, status="*")


@pytest.fixture
def case(walk: Walk) -> Case:
    """The own branch's request: reported with a picture, repaired by the agent, followed up."""
    return make_case(walk)


@pytest.fixture
def other_case(walk: Walk) -> Case:
    """The same in the other branch, word for word."""
    return make_case(walk, other=True)


def make_case(walk: Walk, *, other: bool = False) -> Case:
    """Walk a request of a branch to its follow-up."""
    end = "_other" if other else ""
    world = walk.world
    reporter, manager, repairer = f"customer{end}", f"agent_manager{end}", f"repairer{end}"
    dispatcher, clerk = f"dispatcher{end}", f"followup_clerk{end}"
    media_id = upload(walk.as_(reporter).api).json["id"]
    repair = walk.report(reporter, "other_1" if other else "one_1", media_ids=[media_id], caller_phone="139 0000 1234")
    task = walk.approve(repair, reviewer=f"reviewer{end}")
    walk.task(dispatcher, task, "allocate", unit_id=world.units["other_agent" if other else "agent"].id)
    walk.task(manager, task, "accept")
    walk.task(manager, task, "assign", repairer_id=world.users[repairer])
    walk.to_completed(task, repairer)
    walk.task(clerk, task, "follow_up", **FOLLOW_UP)
    items = walk.as_(clerk).api.get("/followups", task_id=task["id"], status=200).json["items"]
    return Case(walk.see_repair(dispatcher, repair), walk.see_task(dispatcher, task), media_id, items[0]["id"])
