"""The benchmark of exports runs, and both ways write what they say."""

import sys

from tests.benchmarks import export


def test_it_fills_measures_and_prints(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["export", "--rows", "40"])
    export.main()
    said = capsys.readouterr().out
    assert "40 rows of 15 columns" in said
    assert "times (goal 2.0)" in said
