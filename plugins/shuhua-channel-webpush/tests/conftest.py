"""A push service on this machine."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from push_service import Device, PushService


@pytest.fixture
def service():
    with PushService() as running:
        yield running


@pytest.fixture
def device():
    return Device()
