"""The small world, and people who act in it."""

from __future__ import annotations

import pytest

from shuhua_core.kernel.context import Context
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import World, build_world


@pytest.fixture
def world(ctx: Context) -> World:
    return build_world(ctx.session)


@pytest.fixture
def flow(ctx: Context, world: World) -> Flow:
    return Flow(ctx, world)
