"""The benchmark of uploads runs, both sides take what they are sent, and a wrong answer is a failure."""

import sys

import pytest

from tests.benchmarks import uploads
from tests.benchmarks.load import LoadError


def test_it_uploads_to_both_and_prints_their_ratio(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["uploads", "--size", "0.3", "--piece", "0.1", "--rounds", "1"])
    uploads.main()
    said = capsys.readouterr().out
    assert "0.3 MiB in pieces of 0.1 MiB, medians of 1 rounds" in said
    assert "goal 0.5" in said


def test_an_answer_that_is_not_the_expected_one_is_a_failure(tmp_path):
    here, there = uploads.free_ports()
    assert here != there
    with uploads.serving([uploads.PLAIN, str(here)], here) as connection, pytest.raises(LoadError, match="204"):
        uploads.ask(connection, 201, "POST", "/", body=b"x")


def test_a_server_that_does_not_start_is_a_failure():
    port, _other = uploads.free_ports()
    with pytest.raises(LoadError, match="does not answer"), uploads.serving(["raise SystemExit"], port):
        pass
