"""The command ``shuhua`` on a deployment of the test."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shuhua_core import cli
from shuhua_core.kernel.deployment import Deployment
from tests.conftest import SECRET

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ini(deployment: Deployment, tmp_path: Path) -> Path:
    """An ini file of the test's deployment."""
    url = deployment.database.url.render_as_string(hide_password=False)
    path = tmp_path / "test.ini"
    path.write_text(
        f"[app:main]\nuse = egg:shuhua\nshuhua.database_url = {url}\nshuhua.secret = {SECRET}\n"
        "shuhua.media_path = %(here)s/media\nshuhua.check_kinds = school\n"
    )
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs the command as a shell would: gives (exit status, standard output, standard error)."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["shuhua", *map(str, arguments)])
        try:
            cli.main()
            status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
        return (status, *capfd.readouterr())

    return run
