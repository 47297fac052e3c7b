"""Two editors of one article: who comes second is shown what the first did, when saving and when publishing."""

import pytest

from tests.web.articles.test_articles import write


@pytest.fixture
def article(as_):
    return write(as_)[0]


def form_at(office, path, name):
    return next(each for each in office.get(path).forms.values() if each.id == name)


def test_who_saves_second_sees_what_was_changed_and_chooses(as_, article):
    office, path = as_("content_editor").office, f"/articles/office/{article}/edit"
    first, second = (form_at(office, path, "form-articlepatch") for _ in range(2))
    first["title_zh"], first["title_en"] = "先改的标题", "Theirs"
    first.submit(status=303)
    second["title_zh"] = "后改的标题"
    page = second.submit(status=409)
    rows = {row.select_one("input")["name"]: row.get_text(" ") for row in page.html.select("section.overtaken tbody tr")}
    assert set(rows) == {"take-title_zh", "take-title_en"}
    for shown in ("新款漫步机上市", "先改的标题", "后改的标题", "测试·content_editor"):
        assert shown in rows["take-title_zh"]
    saved = page.forms["form-articlepatch"].submit(status=303).follow()
    assert "后改的标题" in saved
    assert "Theirs" in saved, "left alone, so theirs"


def test_who_publishes_second_is_told_who_was_first(as_, article):
    office, path = as_("content_editor").office, f"/articles/office/{article}/actions/publish"
    first, second = (next(each for each in office.get(path).forms.values() if "publish" in each.action) for _ in range(2))
    first.submit(status=303)
    page = second.submit(status=409)
    for shown in ("测试·content_editor", "发布", "已先行处理"):
        assert shown in page
    late = office.get(path, status=409)
    assert "已先行处理" in late
    office.get(f"/articles/office/{article}/actions/nothing", status=404)


def test_who_publishes_what_was_changed_meanwhile_is_told_what_and_may_then_publish(as_, article):
    office, path = as_("content_editor").office, f"/articles/office/{article}/actions/publish"
    publish = next(each for each in office.get(path).forms.values() if "publish" in each.action)
    edit = form_at(office, f"/articles/office/{article}/edit", "form-articlepatch")
    edit["title_en"] = "Changed meanwhile"
    edit.submit(status=303)
    page = publish.submit(status=409)
    for shown in ("期间他人修改了该记录", "测试·content_editor", "英文标题"):
        assert shown in page
    again = next(each for each in page.forms.values() if "publish" in each.action)
    again.submit(status=303)
