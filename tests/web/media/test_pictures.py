"""Pictures that are uploaded into a form before it is sent."""

from __future__ import annotations

from shuhua_core.media.models import MediaFile
from tests.web.work import act_form, count, jpeg


def send(office, *contents, before=(), status=200):
    fields = [("csrf_token", office.csrf_token), *(("media_ids", str(each)) for each in before)]
    files = [("pictures", f"{index}.jpg", content) for index, content in enumerate(contents)]
    return office.post("/media/pictures/form-feedback-media_ids", fields, upload_files=files, status=status)


def ids(page):
    return [box["value"] for box in page.html.select("input[name=media_ids]")]


def test_an_uploaded_picture_stands_in_the_field_with_those_before(browser, deployment):
    office = browser("repairer")
    first = ids(send(office, jpeg()))
    both = ids(send(office, jpeg(), before=first))
    assert len(both) == 2
    assert both[0] == first[0]
    assert count(deployment, MediaFile) == 2


def test_what_is_wrong_with_a_file_stands_in_the_field(browser, deployment):
    office = browser("repairer")
    page = send(office, b"no picture", status=422)
    assert "not accepted" in page
    assert "At most 9" in send(office, *[jpeg()] * 3, before=[1, 2, 3, 4, 5, 6, 7], status=422)
    assert count(deployment, MediaFile) == 0


def test_who_may_not_upload_is_refused(browser):
    send(browser("leader"), jpeg(), status=403)


def test_a_form_that_comes_back_with_errors_still_has_the_picture(browser, past):
    with past() as flow:
        task = flow.to_assigned(flow.approve(flow.report()))
        task_id = task.id
    office = browser("repairer")
    [media_id] = ids(send(office, jpeg()))
    form = act_form(office, f"/tasks/{task_id}/actions/feedback")
    fields = [
        *form.submit_fields(),
        ("__start__", "media_ids:sequence"),
        ("media_ids", media_id),
        ("__end__", "media_ids:sequence"),
    ]
    page = office.post(form.action, [(name, value) for name, value in fields if name != "pictures"], status=422)
    assert ids(page) == [media_id]
    again = next(each for each in page.forms.values() if each.action.startswith("/tasks"))
    again["text"] = "轴承已磨损"
    shown = again.submit(status=303).follow()
    assert f"/api/v1/media/{media_id}/thumbnail" in shown


def test_a_picture_of_somebody_else_is_not_taken(browser, past):
    with past() as flow:
        task_id = flow.to_assigned(flow.approve(flow.report())).id
    [media_id] = ids(send(browser("repairer_2"), jpeg()))
    office = browser("repairer")
    form = act_form(office, f"/tasks/{task_id}/actions/feedback")
    form["text"] = "轴承已磨损"
    fields = [
        *form.submit_fields(),
        ("__start__", "media_ids:sequence"),
        ("media_ids", media_id),
        ("__end__", "media_ids:sequence"),
    ]
    page = office.post(form.action, [(name, value) for name, value in fields if name != "pictures"], status=422)
    assert "not yours" in page
