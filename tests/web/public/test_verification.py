"""Files by which services see that a host is ours: served as they lie in one folder, and nothing beside it."""

from dataclasses import replace

import pytest
from webtest import TestApp

from shuhua_core.kernel.errors import ConfigurationError
from shuhua_web import make_app


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "verification"
    made.mkdir()
    (made / "WW_verify_abc.txt").write_text("a1b2c3")
    return made


def serve(deployment, folder):
    settings = replace(deployment.settings, verification_path=str(folder))
    return TestApp(make_app(replace(deployment, settings=settings)))


@pytest.mark.parametrize("path", ["/WW_verify_abc.txt", "/q/WW_verify_abc.txt"])
def test_a_file_is_served_below_the_host_and_below_the_labels(deployment, folder, path):
    answer = serve(deployment, folder).get(path, status=200)
    assert (answer.content_type, answer.body) == ("text/plain", b"a1b2c3")


@pytest.mark.parametrize("path", ["/q/other.txt", "/other.txt", "/q/..%2Fsecret.txt", "/q/%2e%2e/secret.txt"])
def test_nothing_else_is_served(deployment, folder, path):
    (folder.parent / "secret.txt").write_text("secret")
    answer = serve(deployment, folder).get(path, status="*")
    assert answer.status_int == 404
    assert "secret" not in answer.text.replace("secret.txt", "")


@pytest.mark.parametrize(("name", "content"), [("a.php", "x"), ("a b.txt", "x"), ("large.txt", "x" * 10_001)])
def test_what_is_no_verification_file_stops_the_start(deployment, folder, name, content):
    (folder / name).write_text(content)
    with pytest.raises(ConfigurationError):
        serve(deployment, folder)


def test_a_folder_that_is_not_there_stops_the_start(deployment, folder):
    with pytest.raises(ConfigurationError):
        serve(deployment, folder / "nowhere")
