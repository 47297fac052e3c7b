"""The branch of the real sets: Boston's requests and the places of OpenStreetMap, apart from the maker's own business.

Its units and people are invented.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from shuhua_core.accounts.models import Organisation, User
from shuhua_core.datasets import osm
from shuhua_core.datasets.boston_places import CITY
from shuhua_core.datasets.load.history import History
from shuhua_core.datasets.load.world_load import add_person, add_unit, the_maker

BRANCH_EN = "Boston branch (real data)"
_BRANCH_ZH = "波士顿分公司（实景数据）"
# key, kind, zh, en, how many repairers
_UNITS = (
    ("parks", "department", "示例公园维修部", "Example parks department", 4),
    ("lighting", "department", "示例照明维修部", "Example lighting department", 3),
    ("contractor", "agent", "示例园林承包商", "Example grounds contractor", 3),
)
_OFFICE = ("call_centre", "reviewer", "dispatcher", "followup_clerk")


@dataclass(frozen=True, slots=True)
class RealBranch:
    """The branch, its units by key, and its people by login."""

    branch_id: int
    units: Mapping[str, int]
    people: Mapping[str, int]

    def repairers(self, unit: str) -> list[str]:
        """Logins of a unit's repairers; the first repairer of the parks has the plain login of the demo."""
        count = next(number for key, _kind, _zh, _en, number in _UNITS if key == unit)
        return [_repairer(unit, number) for number in range(1, count + 1)]


def real_branch(
    history: History, moment: datetime, *, logins: Collection[str] = (), password_hash: str | None = None
) -> RealBranch:
    """The branch with all that belongs to it; what is missing is made at ``moment``, in the open transaction.

    Those of its people who are in ``logins`` get ``password_hash``; the others cannot sign in.
    """
    ctx = history.at(moment)
    branch = _find(history, BRANCH_EN)
    if branch is None:
        areas = sorted({CITY, *(each.code for each in osm.divisions() if not each.code.startswith("US") or each.level == "city")})
        branch = add_unit(ctx, kind="branch", name=_BRANCH_ZH, name_en=BRANCH_EN, parent=the_maker(ctx.session), divisions=areas)
    units: dict[str, int] = {}
    people: dict[str, int] = {}

    def person(login: str, role: str, unit_id: int) -> None:
        secret = password_hash if login in logins else None
        people[login] = _find_person(history, login) or _add_person(history, moment, login, role, unit_id, secret)

    for role in _OFFICE:
        person(f"{role}_boston", role, branch.id)
    for key, kind, zh, en, repairers in _UNITS:
        unit = _find(history, en) or add_unit(ctx, kind=kind, name=zh, name_en=en, parent=branch, divisions=[CITY])
        units[key] = unit.id
        person(f"{key}_manager_boston", f"{kind}_manager", unit.id)
        for number in range(1, repairers + 1):
            person(_repairer(key, number), "repairer", unit.id)
    return RealBranch(branch.id, units, people)


def _repairer(unit: str, number: int) -> str:
    return "repairer_boston" if (unit, number) == ("parks", 1) else f"{unit}_repairer_{number}_boston"


def _find(history: History, name_en: str) -> Organisation | None:
    return history.session.scalars(select(Organisation).where(Organisation.name_en == name_en)).first()


def _find_person(history: History, login: str) -> int | None:
    return history.session.scalar(select(User.id).where(User.login == login))


def _add_person(  # noqa: PLR0917 - one line of a table
    history: History, moment: datetime, login: str, role: str, unit_id: int, secret: str | None
) -> int:
    name = f"Test · {login.removesuffix('_boston').replace('_', ' ')}"
    return add_person(history.at(moment), login, role, name, organisation_id=unit_id, locale="en", password_hash=secret)
