"""Work that was done before a test of a page begins, committed; and how pages are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import Any

from PIL import Image
from sqlalchemy import select

from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import World
from tests.web.client import OfficeClient, Person


@contextmanager
def flow_in(deployment: Deployment, world: World) -> Iterator[Flow]:
    """Acts as anybody; committed at the end of the block."""
    with deployment.database.write() as session:
        yield Flow(deployment.context(session, SYSTEM), replace(world, session=session))


def in_english(as_: Callable[[str], Person]) -> Callable[[str], OfficeClient]:
    """People's browsers by login, each switched to English once."""
    found: dict[str, OfficeClient] = {}

    def browser(login: str) -> OfficeClient:
        if login not in found:
            found[login] = as_(login).office
            found[login].post_form("/language", {"locale": "en", "back": "/"}, status=303)
        return found[login]

    return browser


def stored(deployment: Deployment, model: Any, record_id: int) -> Any:
    """A record as it is in the database now."""
    with deployment.database.read() as session:
        return session.get_one(model, record_id)


def count(deployment: Deployment, model: Any) -> int:
    """How many rows there are."""
    with deployment.database.read() as session:
        return len(session.scalars(select(model)).all())


def act_form(office: Any, address: str) -> Any:
    """The form of an action's page."""
    return next(form for form in office.get(address).forms.values() if form.action.startswith(address))


def jpeg() -> bytes:
    """A small picture."""
    stream = BytesIO()
    Image.new("RGB", (40, 30), "green").save(stream, "JPEG")
    return stream.getvalue()
