"""Pieces of the invented world that go another way than being repaired: watched, replaced, removed, scrapped, sent out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shuhua_core.datasets.dice import Dice
from shuhua_core.datasets.invented import EquipmentPlan, Step

OFTEN, SELDOM = 0.14, 0.004
"""Share of the sites where something happens: in a small deployment it is to be seen, in a large one it costs little."""
FEW = 20
"""Sites below which nothing of the kind happens: their pieces are all needed for requests."""
SMALL = 400
"""Sites that count as those of a small deployment."""
_FATES = ("watched", "replaced", "replaced", "removed", "scrapped", "proposed", "sent_out")
_OLD_ENOUGH = timedelta(days=120)


def with_lives(
    seed: int, site: int, pieces: tuple[EquipmentPlan, ...], spare: EquipmentPlan, *, last_day: date, zone: ZoneInfo
) -> tuple[EquipmentPlan, ...]:
    """The pieces of a site, one of them perhaps with a life of its own, and ``spare`` where one comes from the stock."""
    dice = Dice(seed, "life", site)
    first = pieces[0].installed_on
    if not dice.chance(OFTEN if site < SMALL else SELDOM) or last_day - first < _OLD_ENOUGH:
        return pieces
    fate = dice.pick(_FATES)
    day = first + timedelta(days=dice.between(60, (last_day - first).days - 30))
    clerk, key = f"branch:dispatcher:{dice.between(1, 2)}", f"site:{site}"
    reviewer = f"branch:reviewer:{dice.between(1, 2)}"
    index = dice.below(len(pieces))
    piece = pieces[index]

    def step(action: str, actor: str, after: int, of: str = piece.key, **values: object) -> Step:
        at = datetime.combine(day + timedelta(days=after), time(10, 30), zone).astimezone(UTC)
        return Step(at, "equipment", of, action, actor, values)

    proposed = step("propose_scrap", reviewer, 0, reason="立柱锈蚀严重，建议报废")
    lives: dict[str, Sequence[Step]] = {
        "watched": (step("watch", reviewer, 0, reason="焊缝有细微裂纹，继续观察"),),
        "replaced": (proposed, step("replace", clerk, 9, replacement_id=spare.key, reason="超出维修价值，以同型号器材更换")),
        "removed": (step("remove", clerk, 3, reason="场地改建，器材拆除"),),
        "scrapped": (proposed, step("scrap", reviewer, 5, reason="现场复核属实，同意报废")),
        "proposed": (proposed,),
    }
    if fate in lives:
        found = [replace(each, life=tuple(lives[fate])) if each is piece else each for each in pieces]
    else:
        found = [*pieces]
        spare = replace(spare, life=(step("issue", clerk, 0, of=spare.key, site_id=key),))
    if fate in {"replaced", "sent_out"}:
        installed_on = day + timedelta(days=9)
        later = installed_on - spare.installed_on
        found.append(
            replace(
                spare,
                model=piece.model,
                spare_from=day - timedelta(days=5),
                produced_on=day - timedelta(days=40),
                installed_on=installed_on,
                warranty_until=spare.warranty_until + later,
                safe_life_until=spare.safe_life_until + later,
            )
        )
    return tuple(found)
