"""The divisions of China: province, city, county and town, under the codes of GB/T 2260 (2, 4, 6 and 9 digits)."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from shuhua_core.datasets.files import rows

Level = Literal["country", "province", "city", "county", "town"]

_LEVELS: dict[int, Level] = {2: "province", 4: "city", 6: "county", 9: "town"}


class Division(NamedTuple):
    """An administrative division. A division's code begins with the code of the one it belongs to."""

    code: str
    parent: str | None
    name_zh: str
    name_en: str
    level: Level


def divisions() -> Iterator[Division]:
    """All divisions, each before those in it.

    Not every level is always there: the towns of 东莞, 中山 and 儋州 belong to the city, and counties such as 济源 and 仙桃
    to the province. ``parent`` is the nearest one that exists.
    """
    above: list[str] = []
    for row in rows("divisions.csv.gz"):
        code = row["code"]
        while above and not code.startswith(above[-1]):
            above.pop()
        yield Division(code, above[-1] if above else None, row["name_zh"], row["name_en"], _LEVELS[len(code)])
        above.append(code)
