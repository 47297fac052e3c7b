"""The files that the package carries."""

from pathlib import Path

from shuhua_core.datasets import files
from shuhua_core.datasets.build import FOLDER


def test_the_same_rows_give_the_same_bytes_and_come_back(tmp_path):
    for name in ("one.csv.gz", "two.csv.gz"):
        assert files.write_rows(tmp_path, name, ("code", "name"), [("35", "福建, 省"), ("44", '"广东"')]) == 2
    assert (tmp_path / "one.csv.gz").read_bytes() == (tmp_path / "two.csv.gz").read_bytes()


def test_files_carry_no_time_of_making():
    for path in FOLDER.glob("*.gz"):
        assert path.read_bytes()[4:8] == b"\0\0\0\0", path.name


def test_every_file_has_its_source_and_licence():
    sources = (FOLDER / "SOURCES.md").read_text(encoding="utf-8")
    for path in FOLDER.iterdir():
        assert path.name == "SOURCES.md" or f"`{path.name}`" in sources
    assert "OpenStreetMap contributors" in sources


def test_the_files_stay_small():
    assert sum(path.stat().st_size for path in Path(FOLDER).iterdir()) < 1_200_000
