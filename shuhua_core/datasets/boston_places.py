"""Boston's neighbourhoods as divisions, so that the real set has areas to filter and scope by.

The set names 23 areas of two layouts that overlap: "Allston / Brighton" beside "Allston" and "Brighton". A name that takes
in others is the division, the narrower names are divisions within it, so a prefix finds both. "Boston" is the city itself.
"""

from shuhua_core.datasets.divisions import Division

CITY = "US-MA-BOS"

# Narrower names follow the one that they belong to.
_NEIGHBOURHOODS = (
    ("01", "Allston / Brighton", "奥尔斯顿/布莱顿"),
    ("01-1", "Allston", "奥尔斯顿"),
    ("01-2", "Brighton", "布莱顿"),
    ("02", "Back Bay", "后湾"),
    ("03", "Beacon Hill", "灯塔山"),
    ("04", "Charlestown", "查尔斯镇"),
    ("05", "Dorchester", "多切斯特"),
    ("06", "Downtown / Financial District", "市中心/金融区"),
    ("07", "East Boston", "东波士顿"),
    ("08", "Fenway / Kenmore / Audubon Circle / Longwood", "芬威/肯莫尔/奥杜邦环岛/朗伍德"),
    ("09", "Greater Mattapan", "大马塔潘"),
    ("09-1", "Mattapan", "马塔潘"),
    ("10", "Hyde Park", "海德公园"),
    ("11", "Jamaica Plain", "牙买加平原"),
    ("12", "Mission Hill", "教会山"),
    ("13", "Roslindale", "罗斯林代尔"),
    ("14", "Roxbury", "罗克斯伯里"),
    ("15", "South Boston / South Boston Waterfront", "南波士顿/南波士顿海滨"),
    ("15-1", "South Boston", "南波士顿"),
    ("16", "South End", "南端"),
    ("17", "West Roxbury", "西罗克斯伯里"),
)

_CODES = {"Boston": CITY} | {name: f"{CITY}-{number}" for number, name, _ in _NEIGHBOURHOODS}


def divisions() -> list[Division]:
    """The country, the state, the city and its neighbourhoods, each before those in it."""
    found = [
        Division("US", None, "美国", "United States", "country"),
        Division("US-MA", "US", "马萨诸塞州", "Massachusetts", "province"),
        Division(CITY, "US-MA", "波士顿", "Boston", "city"),
    ]
    for number, name_en, name_zh in _NEIGHBOURHOODS:
        outer, _, inner = number.partition("-")
        parent = f"{CITY}-{outer}" if inner else CITY
        found.append(Division(f"{CITY}-{number}", parent, name_zh, name_en, "town" if inner else "county"))
    return found


def division_of(neighbourhood: str) -> str | None:
    """The code of a neighbourhood as the set writes it; the city's where it names none, nothing where it is unknown."""
    return _CODES.get(neighbourhood) if neighbourhood else CITY
