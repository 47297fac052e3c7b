"""Every list that the office knows, tested from its own declaration."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime
from io import BytesIO
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_web import make_app
from shuhua_web.listing.filters import RANGES
from shuhua_web.listing.page import PAGE_SIZES
from tests.web.listing import stock

WHO = {
    "users": "administrator",
    "changes": "auditor",
    "security_log": "auditor",
    "running_log": "auditor",
    "messages": "repairer",
    "articles": "content_editor",
}
"""Who reads a list that the dispatcher does not, or has nothing in."""
PATHS = {"articles": "/articles/office", "changes": "/logs", "security_log": "/logs/security", "running_log": "/logs/running"}
NAMES = (
    "customers", "projects", "models", "equipment", "lifetimes", "labels", "sites", "repairs", "tasks", "quotations", "followups",
    "parts", "inspections", "plans", "messages", "articles", "quarantine", "users", "changes", "security_log", "running_log",
)  # fmt: skip
ALL = 1000
CHINESE = re.compile(r"[一-鿿]{2}")
every_list = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def stocked(template, populated, tmp_path_factory):
    """One for all tests here, which choose and look but change no record."""
    with stock.stocked(template, populated, tmp_path_factory.mktemp("media")) as deployment:
        yield deployment


@pytest.fixture(autouse=True)
def sizes(monkeypatch):
    """Pages of one row, and of all."""
    monkeypatch.setattr("shuhua_web.listing.page.PAGE_SIZES", (1, *PAGE_SIZES, ALL))


@pytest.fixture
def deployment(stocked):
    """What the application serves."""
    return stocked


def reader(as_, name):
    return as_(WHO.get(name, "dispatcher")).office


def listing_of(app, name):
    return app.registry.listings[name][0]


def address(name, /, **query):
    return f"{PATHS.get(name, '/' + name)}?{urlencode(query, doseq=True)}"


def rows_of(response):
    page = BeautifulSoup(response.text, "html.parser")
    heads = [cell.get_text(strip=True) for cell in page.select("table.grid > thead th:not(.grid-tick):not(.grid-actions)")]
    rows = [
        [cell.get_text(strip=True) for cell in row.select("td:not(.grid-tick):not(.grid-actions)")]
        for row in page.select("table.grid > tbody > tr")
    ]
    return heads, rows


def ids_of(response):
    return [int(box["value"]) for box in response.html.select("input[data-select-row]")]


def choose(office, name, *columns):
    """Keep these columns, or the list's own choice."""
    office.post_form(f"/lists/{name}/columns", {"columns": columns} if columns else {"reset": "1"}, status=303)


def sheet_of(response):
    return CalamineWorkbook.from_filelike(BytesIO(response.body)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def plain(cell):
    """A cell as text; the reader makes a float of every number."""
    return str(int(cell)) if isinstance(cell, float) else str(cell)


def sample(each, ctx):
    """A parameter and a value for each way to set a filter."""
    if each.template == "date_range":
        first, last, quick = each.parameters
        return [(first, "2020-01-01"), (last, "2030-01-01"), *((quick, word) for word in RANGES)]
    if each.template == "choice":
        return [(each.name, word) for word in each.labels_for(ctx)]
    if each.template == "flag":
        return [(each.name, "true"), (each.name, "false")]
    if each.template == "picker":
        return [(each.name, "35" if "division" in each.name else "1")]
    return [(each.name, "测试")]


@pytest.fixture
def reading(deployment):
    """``reading(name)`` gives the context of who reads the list."""
    with deployment.database.read() as session:
        yield lambda name: deployment.context(session, load_actor_by_login(session, WHO.get(name, "dispatcher")))


@pytest.mark.sqlite
def test_these_are_all_lists(app):
    assert set(NAMES) == set(app.registry.listings)


@every_list
def test_it_opens_in_both_languages_with_its_own_words(app, as_, name):
    listing, office = listing_of(app, name), reader(as_, name)
    choose(office, name, *(column.name for column in listing.office_columns))
    heads = {}
    for locale in ("zh_Hans", "en"):
        office.post_form("/language", {"locale": locale, "back": "/"}, status=303)
        page = office.get(address(name, size=ALL))
        heads[locale], rows = rows_of(page)
        assert rows
        assert page.html.html["lang"] == locale.replace("_", "-")
    choose(office, name)
    assert not [each for each in heads["en"] if CHINESE.search(each)]
    assert [each for each in heads["zh_Hans"] if re.fullmatch(r"[\x20-\x7e]+", each) and each != "ID"] == []


@every_list
def test_it_is_sorted_by_every_column_that_says_so_both_ways(app, as_, name):
    listing, office = listing_of(app, name), reader(as_, name)
    everything = sorted(ids_of(office.get(address(name, size=ALL))))
    assert everything
    for column in listing.columns:
        if column.sort is False:
            office.get(address(name, sort=column.name, size=ALL), status=422)
            continue
        for sign in ("", "-"):
            assert sorted(ids_of(office.get(address(name, sort=sign + column.name, size=ALL)))) == everything


@every_list
def test_every_filter_narrows_and_no_two_of_them_quarrel(app, as_, reading, name):
    listing, office = listing_of(app, name), reader(as_, name)
    total = set(ids_of(office.get(address(name, size=ALL))))
    everything = {}
    for each in listing.filters:
        for parameter, value in sample(each, reading(name)):
            assert set(ids_of(office.get(address(name, size=ALL, **{parameter: value})))) <= total, (parameter, value)
            everything[parameter] = value
        if each.template == "flag":
            so, not_so = (set(ids_of(office.get(address(name, size=ALL, **{each.name: word})))) for word in ("true", "false"))
            assert (so | not_so, so & not_so) == (total, set()), each.name
    office.get(address(name, q="测试", **everything))


def searched(search):
    """(steps to another record, expression, how it is typed) of what a search looks in."""
    if isinstance(search, tuple):
        return [((), each, "text") for each in search]
    found = [((), search.tail, "tail")] if getattr(search, "tail", None) is not None else []
    ways = [((), search), *((way, way[-1]) for each in getattr(search, "through", ()) for way in each.ways())]
    for steps, place in ways:
        found += [(steps, each, "text") for each in place.texts] + [(steps, each, "code") for each in place.codes]
    return found


def typed(value, way):
    """What somebody types who remembers a part of the value."""
    words = CHINESE.search(value)
    return words[0] if words and way == "text" else value if way == "tail" else value[:4]


@every_list
def test_its_search_finds_two_characters_how_a_number_begins_and_the_end_of_a_phone(app, as_, reading, name):
    listing, office, ctx = listing_of(app, name), reader(as_, name), reading(name)
    tried = 0
    for steps, expression, way in searched(listing.search):
        query = select(listing.model.id, expression)
        for step in steps:
            query = query.join(step.other.class_, step.other == step.key)
        query = query if steps else listing.joined(query)
        rows = ctx.session.execute(query.where(*listing.conditions(ctx, {}), expression.is_not(None))).all()
        for record_id, value in rows[:2]:
            tried += 1
            assert record_id in ids_of(office.get(address(name, q=typed(value, way), size=ALL))), (expression, value)
    assert tried
    for text in ("%", "_", "'", "没有这样的东西"):
        assert office.get(address(name, q=text, size=ALL)).status_int == 200
    assert ids_of(office.get(address(name, q="没有这样的东西"))) == []


TYPES = {"moment": datetime, "date": date, "integer": float, "number": float, "amount": float}


@every_list
def test_its_file_is_the_list_with_the_chosen_columns_and_without_formulas(app, as_, name):
    """Same headings, rows and order as the page, whatever is chosen and filtered; figures and days keep their types."""
    listing, office = listing_of(app, name), reader(as_, name)
    every = listing.office_columns
    for columns in ((), [column.name for column in every], [every[-1].name]):
        choose(office, name, *columns)
        shown = (
            [column for index, column in enumerate(every) if index == 0 or column.name in columns]
            if columns
            else [column for column in every if column.at_first]
        )
        for query in ({}, {"q": "2026"}):
            heads, rows = rows_of(office.get(address(name, size=ALL, **query)))
            exported = office.post_form(f"/lists/{name}/export", query)
            first, *cells = sheet_of(exported)
            assert len(first) == len(shown)
            assert first == heads or not rows
            assert len(cells) == len(rows)
            for row, told in zip(cells, rows, strict=True):
                for column, cell, text in zip(shown, row, told, strict=True):
                    if column.kind not in TYPES or column.show is not None:
                        assert plain(cell).split() == text.split() or column.show is not None, column.name
                    else:
                        assert cell == "" or isinstance(cell, TYPES[column.kind]), column.name
                        assert (cell == "") == (text == ""), column.name
            page = zipfile.ZipFile(BytesIO(exported.body)).read("xl/worksheets/sheet1.xml").decode()
            assert not re.search(r"<f[ >]", page)
    choose(office, name)


@every_list
def test_a_page_takes_the_same_statements_with_one_row_and_with_many(app, as_, name, count_requests_sql):
    office = reader(as_, name)
    choose(office, name, *(column.name for column in listing_of(app, name).office_columns))
    office.get(address(name, size=ALL))
    counts = {}
    for size in (1, ALL):
        with count_requests_sql() as sql:
            answer = office.get(address(name, size=size))
        counts[size] = sql.count
        assert (len(ids_of(answer)) == 1) == (size == 1)
    choose(office, name)
    assert counts[1] == counts[ALL] <= 14
    with count_requests_sql() as sql:
        office.get(address(name, q="没有这样的东西"))
    assert sql.count <= 14


@every_list
def test_its_pages_have_the_size_that_was_asked_for(app, as_, name):
    office = reader(as_, name)
    total = ids_of(office.get(address(name, size=ALL)))
    for size in PAGE_SIZES:
        found = []
        for number in range(1, -(-len(total) // size) + 1):
            page = ids_of(office.get(address(name, size=size, page=number)))
            assert 0 < len(page) <= size
            found += page
        assert found == total
    assert len(ids_of(office.get(address(name, size=13), status="*"))) <= 20


@every_list
def test_every_column_can_be_chosen(app, as_, name):
    listing, office = listing_of(app, name), reader(as_, name)
    every = [column.name for column in listing.office_columns]
    choose(office, name, *every)
    heads, rows = rows_of(office.get(address(name)))
    assert len(heads) == len(every)
    assert all(len(row) == len(every) for row in rows)
    choose(office, name, every[1])
    assert len(rows_of(office.get(address(name)))[0]) == 2
    choose(office, name)
    assert len(rows_of(office.get(address(name)))[0]) == len([each for each in listing.office_columns if each.at_first])


@every_list
def test_a_saved_view_brings_back_filters_order_and_columns(app, as_, name):
    listing, office = listing_of(app, name), reader(as_, name)
    sort = next((f"-{column.name}" for column in listing.columns if column.sort is not False), "")
    every = [column.name for column in listing.office_columns]
    query = {"q": "2026", "sort": sort, "size": "50"}
    choose(office, name, every[-1])
    seen = rows_of(office.get(address(name, **query)))
    page = office.get(f"/lists/{name}/views/new?{urlencode(query)}")
    form = next(each for each in page.forms.values() if "views/new" in each.action)
    form["name"] = "我的视图"
    answer = form.submit(status=303)
    choose(office, name)
    again = answer.follow()
    assert rows_of(again) == seen
    link = next(each for each in again.html.select(".view-list a") if each.get_text(strip=True) == "我的视图")
    assert rows_of(office.get(link["href"])) == seen
    view = re.search(r"view=(\d+)", link["href"])[1]
    office.post_form(f"/lists/views/{view}/remove", status=303)
    assert "我的视图" not in office.get(address(name)).text


def test_a_list_of_two_names_does_not_start(deployment):
    def twice(config):
        config.add_listing(config.registry.listings["tasks"][0])

    with pytest.raises(Exception, match="two lists"):
        make_app(deployment, rooms=("shuhua_web.office", "shuhua_web.repairs", "shuhua_web.tasks", twice))
