"""Files as browsers and players get them, and on the pages of what they hang on."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from shuhua_core.audit.models import AuditEntry
from shuhua_core.worker import run_once
from tests.core.media import samples
from tests.web.media.tus_client import Tus


@pytest.fixture
def sent(as_, deployment):
    """Uploads a content as somebody; gives the record, looked at by the worker."""

    def run(content, login="customer", look=True):
        tus = Tus(as_(login).api)
        upload = tus.begin(len(content))
        tus.patch(upload, 0, content)
        if look:
            run_once(deployment)
        return tus.json(upload)["media"]

    return run


@pytest.fixture
def reported(as_, world):
    """Reports a fault as the customer with files; gives the request."""

    def run(*media):
        body = {"symptom": "扶手松动", "equipment_id": world.pieces["one_1"].id, "media_ids": [each["id"] for each in media]}
        return as_("customer").api.post("/repairs", body, status=201).json

    return run


def test_a_player_gets_the_ranges_it_asks_for(as_, sent, tmp_path):
    media = sent(samples.film(tmp_path / "film"))
    api, address = as_("customer").api, media["links"]["content"]
    whole = api.app.get(address, headers=api.headers, status=200)
    assert (whole.content_type, whole.headers["Accept-Ranges"]) == ("video/mp4", "bytes")
    part = api.app.get(address, headers={**api.headers, "Range": "bytes=10-19"}, status=206)
    assert part.body == whole.body[10:20]
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.body)}"
    last = api.app.get(address, headers={**api.headers, "Range": "bytes=-5"}, status=206)
    assert last.body == whole.body[-5:]
    beyond = api.app.get(address, headers={**api.headers, "Range": "bytes=99999999-"}, status=416)
    assert beyond.headers["Content-Range"] == f"bytes */{len(whole.body)}"
    head = api.app.head(address, headers=api.headers, status=200)
    assert int(head.headers["Content-Length"]) == len(whole.body)


def test_nothing_that_is_served_can_act(as_, sent, tmp_path):
    api = as_("customer").api
    for media in (sent(samples.photo()), sent(samples.film(tmp_path / "film")), sent(samples.amr())):
        assert media["links"]
        for address in media["links"].values():
            answer = api.app.get(address, headers=api.headers, status=200)
            assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"].startswith("private")
            assert answer.content_type in {"image/jpeg", "video/mp4", "audio/mp4"}


def test_links_lead_only_to_what_there_is_and_the_caller_may_fetch(as_, sent, reported, tmp_path):
    photo, film, memo = sent(samples.photo()), sent(samples.film(tmp_path / "film")), sent(samples.amr())
    broken, young = sent(samples.photo()[:300]), sent(samples.photo("PNG"), look=False)
    assert set(photo["links"]) == {"thumbnail", "display"}
    assert set(film["links"]) == {"thumbnail", "display", "content"}
    assert set(memo["links"]) == {"content"}
    assert (broken["state"], broken["links"], young["state"], young["links"]) == ("refused", {}, "processing", {})
    assert "damaged" in broken["reason"]
    api = as_("customer").api
    for each in (broken, young):
        api.get(f"/media/{each['id']}/display", status=404)
        api.get(f"/media/{each['id']}/content", status=404)
    reported(photo)
    engineer = as_("quality_engineer").api.get(f"/media/{photo['id']}", status=200).json
    assert set(engineer["links"]) == {"thumbnail", "display", "original"}


def test_an_original_is_in_the_log_before_it_is_given_out(as_, deployment, sent, reported):
    content = samples.photo()
    media = sent(content)
    reported(media)
    api = as_("quality_engineer").api
    answer = api.get(f"/media/{media['id']}/original", status=200)
    assert answer.body == content
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "private, no-store"
    api.get(f"/media/{media['id']}/original", status=206, headers={"Range": "bytes=0-9"})
    with deployment.database.read() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.event == "media.original_read")).all()
    assert [(entry.record_id, entry.actor_id) for entry in entries] == [(media["id"], as_("quality_engineer").user_id)] * 2
    for login in ("customer", "dispatcher", "reviewer", "leader"):
        as_(login).api.get(f"/media/{media['id']}/original", status=403)
    as_("repairer").api.get(f"/media/{media['id']}/original", status=404)


def test_where_the_log_cannot_be_written_no_original_is_given_out(as_, sent, reported, monkeypatch):
    media = sent(samples.photo())
    reported(media)

    def fails(*_args):
        raise RuntimeError("no log")

    monkeypatch.setattr("shuhua_web.media.api.MediaService.note_original_read", fails)
    assert as_("quality_engineer").api.get(f"/media/{media['id']}/original", status=500).content_type != "image/jpeg"


def test_a_record_s_page_shows_its_photos_plays_its_films_and_says_what_is_not_there(browser, sent, reported, tmp_path):
    film, memo = sent(samples.film(tmp_path / "film")), sent(samples.amr())
    photo, broken, young = sent(samples.photo()), sent(samples.photo()[:300]), sent(samples.photo("PNG"), look=False)
    repair = reported(photo, film, memo, broken, young)
    page = browser("dispatcher").get(f"/repairs/{repair['id']}", status=200)
    card = page.html.select_one(".pictures")
    assert [each["href"] for each in card.select("a[data-picture]")] == [photo["links"]["display"]]
    assert card.select_one("video")["poster"] == film["links"]["thumbnail"]
    assert card.select_one("video source")["src"] == film["links"]["content"]
    assert (card.select_one("audio source")["src"], card.select_one("audio source")["type"]) == (
        memo["links"]["content"],
        "audio/mp4",
    )
    notes = " ".join(each.text for each in card.select(".picture-note"))
    assert "damaged" in notes
    assert "Being prepared" in notes
    assert "media-src 'self'" in page.headers["Content-Security-Policy"]
    assert not card.select("a[href$=original]")
    assert browser("quality_engineer").get(f"/repairs/{repair['id']}").html.select("a[href$=original]")


def test_a_form_of_the_office_takes_a_film_and_a_voice_memo(browser, deployment, tmp_path):
    office = browser("repairer")
    files = [("pictures", "a.mp4", samples.film(tmp_path / "film")), ("pictures", "b.amr", samples.amr())]
    page = office.post("/media/pictures/file", [("csrf_token", office.csrf_token)], upload_files=files, status=200)
    assert len(page.html.select("input[name=media_ids]")) == 2
    assert [each.text.strip() for each in page.html.select(".picture-note")] == ["Video", "Sound recording"]
