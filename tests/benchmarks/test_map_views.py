"""The benchmark of the map's views runs, and its views, filters and people find something."""

import sys

import pytest

from tests.benchmarks import map_views


def test_it_fills_measures_and_prints(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["map_views", "--sites", "300", "--people", "dispatcher,agent"])
    monkeypatch.setattr(map_views, "ROUNDS", 1)
    monkeypatch.setattr(map_views, "ZOOMS", (4, 16))
    map_views.main()
    said = capsys.readouterr().out
    assert "300 sites in " in said
    assert said.count("installed since 2017") == 2
    assert "300 sites in view" in said


def test_a_screen_grows_with_the_zoom():
    west, south, east, north = map_views.screen((113, 28), 4)
    assert (west, east) == (56.75, 169.25)
    assert south < 10
    assert north > 40
    near = map_views.screen((113, 28), 16)
    assert near.east - near.west == pytest.approx(1280 * 360 / 256 / 2**16)
