"""The runner measures both sides, prints their ratio, and fails only where something failed to run."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from tests.benchmarks import run, subjects
from tests.benchmarks.load import Result
from tests.benchmarks.run import Plan, Row


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(run, "QUICK", Plan(rounds=1, seconds=0.3, warm_up=0.1, clients=(2,)))
    monkeypatch.setattr(subjects, "RECORDS", 500)


def processes():
    """The servers that run now."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if b"reference_app" in path.read_bytes():
                found.add(path.parent.name)
    return found


def test_the_reference_beside_itself_gives_a_row_for_each_work_and_leaves_no_process(capsys, tmp_path):
    before = processes()
    assert run.main(["--quick", "--subject", "reference", "--database", "sqlite", "--folder", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert [line.split("|")[1].strip() for line in out.splitlines() if "| c2 " in line] == [
        "list 50 of 20,000, filtered and sorted", "get one", "move to another state", "create one",
    ]  # fmt: skip
    assert "SQLite" in out
    assert "PSS in MiB" in out
    assert processes() == before
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_answer_is_a_failure_however_fast_it_came(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(subjects.Reference, "wrong", lambda *_: "another ticket")
    assert (
        run.main(["--quick", "--subject", "reference", "--database", "sqlite", "--work", "get", "--folder", str(tmp_path)]) == 1
    )
    assert "another ticket" in capsys.readouterr().err


def test_a_server_that_does_not_start_is_a_failure_with_its_last_words(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(subjects.Reference, "prepare", lambda *_: ["python", "-c", "raise SystemExit('no such table')"])
    assert run.main(["--quick", "--subject", "reference", "--database", "sqlite", "--folder", str(tmp_path)]) == 1
    assert "no such table" in capsys.readouterr().err


def test_an_unknown_work_is_refused():
    with pytest.raises(SystemExit):
        run.main(["--work", "fly"])


def test_a_ratio_is_taken_within_its_round():
    def result(rate):
        return Result(requests=rate, seconds=1, median=1, p95=2, failures={})

    row = Row("get", 4, [(result(100), result(90)), (result(50), result(40)), (result(10), result(10))])
    assert row.ratios == [0.9, 0.8, 1.0]
    assert row.cells()[2:] == ["50 (1.0, 2.0)", "40 (1.0, 2.0)", "0.90", "0.80 to 1.00"]
