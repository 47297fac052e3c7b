"""The rules that every deployment starts with."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .models import LifetimeRule

BUILT_IN = Path(__file__).with_name("seed.toml")


def seed_lifetimes(session: Session, now: datetime) -> None:
    """The built-in rules, where there are none at all: from then on rules are data of the deployment."""
    if session.scalar(select(func.count()).select_from(LifetimeRule)):
        return
    with BUILT_IN.open("rb") as file:
        found = tomllib.load(file)["rule"]
    session.add_all(LifetimeRule(**each, version=1, created_at=now, updated_at=now) for each in found)
    session.flush()
