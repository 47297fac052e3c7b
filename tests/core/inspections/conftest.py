"""The small world, and short ways to inspect it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from shuhua_core.inspections.models import Checklist, Inspection, InspectionPlan
from shuhua_core.inspections.plans import PlanService
from shuhua_core.inspections.service import InspectionService
from shuhua_core.kernel.context import Context
from shuhua_core.media.models import MediaFile
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import World, build_world


@pytest.fixture
def world(ctx: Context) -> World:
    return build_world(ctx.session)


@pytest.fixture
def flow(ctx: Context, world: World) -> Flow:
    return Flow(ctx, world)


@pytest.fixture
def outdoor(ctx: Context, world: World) -> Checklist:
    """The built-in checklist of outdoor equipment."""
    return ctx.session.scalars(select(Checklist).where(Checklist.number == "outdoor")).one()


@pytest.fixture
def plan(flow: Flow, world: World, outdoor: Checklist) -> Callable[..., InspectionPlan]:
    """Makes a plan as the dispatcher: site one, monthly, due today."""

    def make(**data: Any) -> InspectionPlan:
        values = {"checklist_id": outdoor.id, "interval_days": 30, "starts_on": "2026-11-22", **data}
        if "project_id" not in values:
            values.setdefault("site_id", world.sites["one"].id)
        return PlanService(flow.context("dispatcher")).create(values)

    return make


@pytest.fixture
def inspect(flow: Flow, world: World, outdoor: Checklist) -> Callable[..., Inspection]:
    """Records an inspection of site one as the inspector; answers are (piece or None, item, result, more)."""

    def make(*answers: tuple[Any, ...], login: str = "inspector", site: str = "one", **data: Any) -> Inspection:
        items = [
            {
                "equipment_id": world.pieces[piece].id if piece else None,
                "item": item,
                "result": result,
                **(more[0] if more else {}),
            }
            for piece, item, result, *more in answers or [(f"{site}_1", "fixing", "normal")]
        ]
        values = {"site_id": world.sites[site].id, "checklist_id": outdoor.id, "items": items, **data}
        with flow.ctx.session.begin_nested():
            return InspectionService(flow.context(login)).record(values)

    return make


@pytest.fixture
def photo(ctx: Context, world: World) -> Callable[..., int]:
    """Gives the id of a picture that somebody has uploaded and not used yet."""

    def make(login: str = "inspector") -> int:
        number = len(ctx.session.scalars(select(MediaFile.id)).all())
        media = MediaFile(
            key=f"key{number}",
            sha256="0" * 64,
            size=1,
            kind="photo",
            state="ready",
            content_type="image/jpeg",
            width=4,
            height=4,
            uploader_id=world.users[login],
            created_at=ctx.now,
        )
        ctx.session.add(media)
        ctx.session.flush()
        return media.id

    return make


TODAY = date(2026, 11, 22)
