"""Processor time in one process: both sides answer each work, and what is printed is a ratio."""

import pytest

from tests.benchmarks import in_process, shuhua, subjects


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(subjects, "RECORDS", 500)
    monkeypatch.setattr(shuhua, "RECORDS", 500)
    monkeypatch.setattr(in_process, "REQUESTS", 4)


def test_each_work_has_a_row_with_the_ratio_of_both_times(capsys):
    in_process.main(["--rounds", "1"])
    rows = [line.split("|")[1:-1] for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert [row[0].strip() for row in rows[1:]] == ["list", "get", "act", "create"]
    for _work, reference, own, ratio, _spread in rows[1:]:
        assert float(ratio) == pytest.approx(float(reference) / float(own), abs=0.3)


def test_the_statements_of_a_work_are_shown(capsys):
    in_process.main(["--work", "get", "--statements"])
    assert "tasks.number" in capsys.readouterr().out
