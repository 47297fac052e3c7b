import pytest

from shuhua_core.kernel.context import Context
from shuhua_core.testing.world import World, build_world


@pytest.fixture
def world(ctx: Context) -> World:
    """Everybody and everything, in the transaction of ``ctx``."""
    return build_world(ctx.session)


@pytest.fixture
def as_user(ctx, acting, world):
    """Gives the context of a login."""
    return lambda login: acting(world.actor(login))
