"""The scanner's readers on photos of QR codes: at least as often right as zxing-cpp, by which the photos were measured."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
from PIL import Image

from tests.web.mobile.node import run

PHOTOS = Path(os.environ.get("SHUHUA_TEST_DATA", "../shared/data")) / "qr-photos"


def photographed() -> dict[str, tuple[str, bool]]:
    """Picture -> first line of what its code says, and whether zxing-cpp reads it.

    Of texts of several lines the manifest has but the first, and nothing after it; those pictures are read by zxing-cpp too.
    """
    found = {}
    for line in (PHOTOS / "manifest.csv").read_text(encoding="utf-8").splitlines()[1:]:
        file, _width, _height, expected, *theirs = next(csv.reader([line]))
        found[file] = (expected.splitlines()[0], not theirs or theirs[-1] == "match")
    return found


@pytest.mark.skipif(not (PHOTOS / "manifest.csv").is_file(), reason="the photos are not in SHUHUA_TEST_DATA")
def test_photos_of_codes_are_read_at_least_as_often_as_by_zxing_cpp(tmp_path):
    known = photographed()
    sides = json.loads(run("read_codes.ts", "sides").stdout)
    for number, file in enumerate(known):
        _prepare(PHOTOS / file, file, tmp_path, number, sides)
    done = run("read_codes.ts", tmp_path)
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    ours = {file for file, (text, _theirs) in known.items() if read[file] and read[file].splitlines()[0] == text}
    theirs = {file for file, (_text, by_zxing) in known.items() if by_zxing}
    assert len(theirs) > 50
    assert len(ours) >= len(theirs), sorted(theirs - ours)


def _prepare(path: Path, name: str, folder: Path, number: int, sides: list[int]) -> None:
    """Its pixels at each size that the scanner looks at, a size that is no smaller than another once."""
    picture = Image.open(path).convert("RGBA")
    sizes = []
    for side in sides:
        scale = min(1, side / max(picture.size))
        width, height = (max(1, round(each * scale)) for each in picture.size)
        if sizes and sizes[-1]["width"] == width:
            continue
        file = f"{number}-{side}.rgba"
        (folder / file).write_bytes(picture.resize((width, height), Image.Resampling.BILINEAR).tobytes())
        sizes.append({"side": side, "width": width, "height": height, "file": file})
    (folder / f"{number}.json").write_text(json.dumps({"picture": name, "sizes": sizes}))
