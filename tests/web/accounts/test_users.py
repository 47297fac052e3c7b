"""Users and organisations, as an administrator keeps them in the office."""

import uuid

from shuhua_core.testing.world import PASSWORD


def add(browser, **fields):
    form = browser.get("/users/new").forms["form-newuserschema"]
    form["login"], form["name"], form["password"] = "newcomer", "新人甲", "a first long password"
    form["organisation_id"] = form["organisation_id"].options[1][0]
    for name, value in fields.items():
        form[name] = value
    return form


def user_id(world, login):
    return world.users[login]


def test_the_list_is_filtered_sorted_and_paged(as_):
    browser = as_("administrator").office
    page = browser.get("/users", {"q": "repairer", "sort": "-login", "size": "10"}, status=200)
    logins = [row.select_one("td a").text.strip() for row in page.html.select("table.grid tbody tr, table tbody tr")]
    assert logins == sorted(logins, reverse=True)
    assert {"repairer", "repairer_2"} <= set(logins)
    by_role = browser.get("/users", {"role": "auditor"}, status=200)
    assert [row.select_one("td a").text.strip() for row in by_role.html.select("tbody tr")] == ["auditor"]
    second = browser.get("/users", {"size": "10", "page": "2"}, status=200)
    assert second.html.select_one("a[rel=prev]")


def test_a_wrong_filter_says_what_is_wrong_and_shows_nothing(as_):
    page = as_("administrator").office.get("/users", {"kind": "nobody"}, status=422)
    assert page.html.select_one("[role=alert]")
    assert not page.html.select("tbody tr")


def test_the_list_sends_the_same_statements_for_ten_rows_and_for_thirty(as_, count_requests_sql):
    browser = as_("administrator").office
    browser.get("/users")
    counts = []
    for size in ("10", "50"):
        with count_requests_sql() as sql:
            browser.get("/users", {"size": size}, status=200)
        counts.append(sql.count)
    assert counts[0] == counts[1] <= 8


def test_an_added_user_signs_in(as_, visitor):
    answer = add(as_("administrator").office).submit(status=303).follow()
    assert "newcomer" in answer
    form = visitor.get("/sign-in").forms["form-signinschema"]
    form["login"], form["password"] = "newcomer", "a first long password"
    form.submit(status=303)


def test_a_form_sent_twice_adds_one_user_and_leads_to_the_same_page(as_):
    browser = as_("administrator").office
    form = add(browser)
    first, second = form.submit(status=303), form.submit(status=303)
    assert first.location == second.location
    assert len(browser.get("/users", {"q": "newcomer"}).html.select("tbody tr")) == 1


def test_a_form_sent_again_with_other_values_asks_first(as_):
    browser = as_("administrator").office
    form = add(browser)
    form.submit(status=303)
    form["login"] = "other"
    asked = form.submit(status=409)
    assert asked.forms["form-newuserschema"]["login"].value == "other"
    again = asked.forms["form-newuserschema"]
    again["password"] = "a first long password"
    again.submit(status=303)


def test_errors_stand_at_their_fields_and_nothing_typed_is_lost(as_):
    form = add(as_("administrator").office, login="no spaces please", name="", email="nonsense", password="short")
    refused = form.submit(status=422)
    page, form = refused.html, refused.forms["form-newuserschema"]
    for name in ("login", "name", "email", "password"):
        field = page.select_one(f"[name={name}]")
        assert field["aria-invalid"] == "true", name
        assert any(page.find(id=each) and page.find(id=each).text.strip() for each in field["aria-describedby"].split()), name
    assert form["login"].value == "no spaces please"
    assert form["email"].value == "nonsense"
    assert form["password"].value == ""


def test_markup_in_a_name_stays_text(as_):
    page = add(as_("administrator").office, name="<b>&\"'").submit(status=303).follow()
    assert "<b>&" not in page.text.replace("&lt;b&gt;", "")
    assert "&lt;b&gt;" in page


def test_a_change_made_meanwhile_is_not_overwritten(as_, world):
    browser = as_("administrator").office
    path = f"/users/{user_id(world, 'repairer')}/edit"
    first, second = (browser.get(path).forms["form-userpatchschema"] for _ in range(2))
    first["name"] = "改一"
    first.submit(status=303)
    second["name"] = "改二"
    refused = second.submit(status=409)
    assert refused.forms["form-userpatchschema"]["name"].value == "改二"
    assert "改一" in browser.get(path)


def test_a_field_that_is_emptied_is_empty_afterwards(as_, world):
    browser = as_("administrator").office
    path = f"/users/{user_id(world, 'repairer')}/edit"
    form = browser.get(path).forms["form-userpatchschema"]
    form["email"] = "somebody@shuhua.example"
    form.submit(status=303)
    form = browser.get(path).forms["form-userpatchschema"]
    assert form["email"].value == "somebody@shuhua.example"
    form["email"] = ""
    form.submit(status=303)
    assert browser.get(path).forms["form-userpatchschema"]["email"].value == ""


def test_a_disabled_user_is_out_at_once_and_can_come_back(as_, world, visitor):
    admin, gone = as_("administrator").office, as_("repairer").office
    path = f"/users/{user_id(world, 'repairer')}"
    admin.get(f"{path}/disable").forms["form-inputschema"].submit(status=303)
    gone.get("/", status=303)
    admin.get(f"{path}/enable").forms["form-inputschema"].submit(status=303)
    form = visitor.get("/sign-in").forms["form-signinschema"]
    form["login"], form["password"] = "repairer", PASSWORD
    form.submit(status=303)


def test_a_new_password_from_the_administrator_works(as_, world, visitor):
    form = as_("administrator").office.get(f"/users/{user_id(world, 'repairer')}/password").forms["form-newpasswordschema"]
    form["password"] = "short"
    form = form.submit(status=422).forms["form-newpasswordschema"]
    form["password"] = "given over the counter"
    form.submit(status=303)
    form = visitor.get("/sign-in").forms["form-signinschema"]
    form["login"], form["password"] = "repairer", "given over the counter"
    form.submit(status=303)


def test_in_a_dialog_a_form_comes_without_the_frame_and_leads_the_page_on(as_, world):
    browser = as_("administrator").office
    path = f"/users/{user_id(world, 'repairer')}/disable"
    headers = {"HX-Request": "true", "HX-Target": "dialog-body"}
    part = browser.get(path, headers=headers)
    assert "<html" not in part
    assert part.html.form["hx-target"] == "#dialog-body"
    fields = {"csrf_token": browser.csrf_token, "idempotency_key": str(uuid.uuid4())}
    done = browser.post(path, fields, headers=headers, status=204)
    assert done.headers["HX-Redirect"] == f"/users/{user_id(world, 'repairer')}"


def test_who_may_not_read_accounts_is_refused(as_, visitor, world):
    for path in ("/users", "/users/new", f"/users/{user_id(world, 'repairer')}", "/organisations", "/organisations/new"):
        as_("dispatcher").office.get(path, status=403)
        visitor.get(path, status=303)


def test_an_organisation_is_put_into_the_tree_and_changed(as_):
    browser = as_("administrator").office
    form = browser.get("/organisations/new").forms["form-organisationschema"]
    form["kind"], form["name"] = "agent", "测试代理商丙"
    form["parent_id"] = form["parent_id"].options[1][0]
    page = form.submit(status=303).follow()
    node = next(each for each in page.html.select(".tree li") if each.select_one("strong").text == "测试代理商丙")
    edit = next(link["href"] for link in node.select("a") if link["href"].endswith("/edit"))
    form = browser.get(edit).forms["form-organisationpatchschema"]
    form["name"] = "测试代理商丁"
    page = form.submit(status=303).follow()
    assert "测试代理商丁" in page
    assert "测试代理商丙" not in page


def test_a_number_no_database_can_hold_is_not_found(as_):
    as_("administrator").office.get("/users/999999999999999999", status=404)
    as_("administrator").office.get("/users/9999999999999999999999", status=404)
