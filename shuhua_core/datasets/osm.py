"""385 sports places of OpenStreetMap as sites. © OpenStreetMap contributors, ODbL 1.0."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from shuhua_core.datasets.divisions import Division
from shuhua_core.datasets.files import document

SiteKind = Literal["park", "school", "club", "community", "stadium", "path"]

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """A place; ``named`` tells whether the name is the map's or made here from what the place is."""

    source_id: str
    name: str
    named: bool
    kind: SiteKind
    lon: float
    lat: float
    division: str
    tags: Mapping[str, str]


# Each extract that the set was taken from, and the division that stands for its area.
_AREAS = {
    "andorra": "AD",
    "liechtenstein-latest": "LI",
    "monaco": "MC",
    "monaco-latest": "MC",
    "Helsinki": "FI-HEL",
    "test": "FI-KOU",
    "north-bayreuth": "DE-BT",
    "krems": "AT-KR",
    "campo-grande": "BR-CG",
    "moscow": "RU-MOW",
    "bayfront_singapore": "SG",
    "baltimore": "US-MD-BAL",
    "harrisburg": "US-PA-HBG",
}

_DIVISIONS = (
    Division("AD", None, "安道尔", "Andorra", "country"),
    Division("AT", None, "奥地利", "Austria", "country"),
    Division("AT-KR", "AT", "克雷姆斯", "Krems", "city"),
    Division("BR", None, "巴西", "Brazil", "country"),
    Division("BR-CG", "BR", "大坎普", "Campo Grande", "city"),
    Division("DE", None, "德国", "Germany", "country"),
    Division("DE-BT", "DE", "拜罗伊特", "Bayreuth", "city"),
    Division("FI", None, "芬兰", "Finland", "country"),
    Division("FI-HEL", "FI", "赫尔辛基", "Helsinki", "city"),
    Division("FI-KOU", "FI", "科沃拉", "Kouvola", "city"),
    Division("LI", None, "列支敦士登", "Liechtenstein", "country"),
    Division("MC", None, "摩纳哥", "Monaco", "country"),
    Division("RU", None, "俄罗斯", "Russia", "country"),
    Division("RU-MOW", "RU", "莫斯科", "Moscow", "city"),
    Division("SG", None, "新加坡", "Singapore", "country"),
    Division("US", None, "美国", "United States", "country"),
    Division("US-MD", "US", "马里兰州", "Maryland", "province"),
    Division("US-MD-BAL", "US-MD", "巴尔的摩", "Baltimore", "city"),
    Division("US-PA", "US", "宾夕法尼亚州", "Pennsylvania", "province"),
    Division("US-PA-HBG", "US-PA", "哈里斯堡", "Harrisburg", "city"),
)

_SPORTS = {
    "soccer": "足球场", "tennis": "网球场", "basketball": "篮球场", "baseball": "棒球场", "skiing": "滑雪场",
    "skateboard": "滑板场", "athletics": "田径场", "beachvolleyball": "沙滩排球场", "volleyball": "排球场",
    "table_tennis": "乒乓球场", "hockey": "曲棍球场", "swimming": "游泳场", "equestrian": "马术场", "horse_racing": "赛马场",
    "football": "橄榄球场", "american_football": "橄榄球场", "exercise": "健身点", "fitness": "健身点", "boules": "滚球场",
    "golf": "高尔夫练习场", "handball": "手球场", "skating": "滑冰场", "ice_hockey": "冰球场", "chess": "棋牌点",
}  # fmt: skip
_FACILITIES: Mapping[str, tuple[str, SiteKind]] = {
    "fitness_station": ("健身路径", "path"),
    "fitness_centre": ("健身馆", "club"),
    "sports_centre": ("体育中心", "stadium"),
    "track": ("运动场跑道", "stadium"),
    "playground": ("儿童活动场", "community"),
    "pitch": ("运动场", "park"),
}
# Single pieces of a playground carry no tag of their own for the place.
_WITHOUT: tuple[str, SiteKind] = ("儿童活动设施", "community")


def divisions() -> list[Division]:
    """The countries and cities that the places lie in, each before those in it; ``US`` is Boston's too."""
    return list(_DIVISIONS)


def places() -> Iterator[PlaceRecord]:
    """All places, in order of their ids (``node/…``, ``way/…``)."""
    areas = {division.code: division.name_zh for division in _DIVISIONS}
    for place in document("osm-sports.json.gz"):
        tags = place["tags"]
        kind: SiteKind
        facility, kind = _FACILITIES.get(tags.get("leisure", ""), _WITHOUT)
        division = _AREAS[place["extract"]]
        sport = _SPORTS.get(tags.get("sport", "").split(";")[0])
        number = place["id"].partition("/")[2]
        name = tags.get("name")
        yield PlaceRecord(
            source_id=place["id"],
            name=name or f"{areas[division]} {sport or facility} {number}",
            named=bool(name),
            kind="stadium" if sport == "田径场" else kind,
            lon=place["lon"],
            lat=place["lat"],
            division=division,
            tags=tags,
        )
