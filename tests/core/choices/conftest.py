"""The small world with everybody in it."""

from __future__ import annotations

import pytest

from shuhua_core.kernel.context import Context
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import build_world


@pytest.fixture
def flow(ctx: Context) -> Flow:
    """Acts as anybody, on one request and its tasks."""
    return Flow(ctx, build_world(ctx.session))
