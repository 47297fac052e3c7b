"""An editor writes, previews and publishes; readers find it on the page and by the API; others do not."""

from __future__ import annotations

import pytest
from webtest import AppError

from tests.web.work import jpeg


def write(as_, **fields):
    """A draft by the office's form; gives its id and the page of its record."""
    form = as_("content_editor").office.get("/articles/office/new").forms["form-articlecreate"]
    values = {"title_zh": "新款漫步机上市", "title_en": "A new strider", "body_zh": "## 特点\n\n- 更**稳**", **fields}
    form["section"] = values.pop("section", "products")
    form["audience"] = values.pop("audience", "everybody")
    for name, value in values.items():
        form[name] = value
    page = form.submit(status=303).follow()
    return int(page.request.path.rpartition("/")[2]), page


def act(as_, article, action, **fields):
    form = next(
        each
        for each in as_("content_editor").office.get(f"/articles/office/{article}/actions/{action}").forms.values()
        if action in each.action
    )
    for name, value in fields.items():
        form[name] = value
    return form.submit()


def test_an_article_is_previewed_published_read_and_withdrawn(as_, visitor, anonymous):
    article, page = write(as_, pictures=[("a.jpg", jpeg())])
    assert "草稿" in page.text
    assert "草稿" in as_("content_editor").office.get(f"/articles/{article}").html.select_one(".alert-info").text
    visitor.get(f"/articles/{article}", status=404)
    anonymous.get(f"/articles/{article}", status=404)
    assert act(as_, article, "publish").status_int == 303

    listed = visitor.get("/articles?section=products")
    assert "A new strider" in listed.text
    read = visitor.get(f"/articles/{article}")
    assert "<strong>稳</strong>" in read.text
    assert read.html.select(".alert-info") == []
    item = anonymous.get("/articles", section="products").json["items"][0]
    assert (item["title"], item["summary"], item["section_label"]) == ("A new strider", "特点 更稳", "New products")
    whole = anonymous.get(f"/articles/{article}").json
    assert "<h3>特点</h3>" in whole["html"]
    picture = visitor.get(whole["pictures"][0]["links"]["thumbnail"])
    assert picture.content_type == "image/jpeg"
    assert anonymous.get("/articles", section="tips").json["items"] == []

    act(as_, article, "withdraw")
    visitor.get(f"/articles/{article}", status=404)
    visitor.get(whole["pictures"][0]["links"]["thumbnail"], status=404)


def test_an_article_for_chosen_roles_is_not_there_for_others(as_, visitor):
    article, _page = write(as_, audience="everybody")
    form = as_("content_editor").office.get(f"/articles/office/{article}/edit").forms["form-articlepatch"]
    form["audience"] = "chosen"
    form.submit(status=422)
    boxes = [each for each in form.fields["roles"] if each._value == "repairer"]
    boxes[0].checked = True
    form.submit(status=303)
    act(as_, article, "publish")
    assert as_("repairer").api.get(f"/articles/{article}").status_int == 200
    assert as_("customer").api.get(f"/articles/{article}").status_int == 404
    visitor.get(f"/articles/{article}", status=404)
    assert as_("repairer").api.get("/articles").json["items"][0]["id"] == article
    as_("repairer").office.get("/articles/office", status=403)


def test_an_article_is_published_at_a_set_time(as_):
    article, _page = write(as_)
    with pytest.raises(AppError, match="422"):
        act(as_, article, "schedule", publish_at="2020-01-01T08:00")
    assert act(as_, article, "schedule", publish_at="2026-12-01T08:00").status_int == 303
    page = as_("content_editor").office.get("/articles/office?state=scheduled")
    assert "2026-12-01 08:00" in page.text


def test_scripts_in_an_article_are_shown_as_text(as_, visitor):
    article, _page = write(as_, body_zh="<script>alert(1)</script> [x](javascript:alert(1))")
    act(as_, article, "publish")
    page = visitor.get(f"/articles/{article}")
    assert page.html.select(".article-body script, .article-body a") == []
    assert "&lt;script&gt;" in page.text
