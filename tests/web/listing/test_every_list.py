"""Every list of the office, tested from its own declaration."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from python_calamine import CalamineWorkbook

from shuhua_web import make_app
from shuhua_web.listing.filters import RANGES

WHO = {"users": "administrator", "changes": "auditor", "messages": "repairer"}
"""Who reads a list that the dispatcher does not, or has nothing in."""
NAMES = ("customers", "projects", "models", "equipment", "sites", "repairs", "tasks", "followups", "messages", "users", "changes")


def reader(as_, name):
    return as_(WHO.get(name, "dispatcher")).office


def listing_of(app, name):
    return app.registry.listings[name][0]


def address(app, name, **query):
    return f"{PATHS.get(name, '/' + name)}?{urlencode(query, doseq=True)}"


PATHS = {"changes": "/logs"}


def rows_of(response):
    page = BeautifulSoup(response.text, "html.parser")
    heads = [cell.get_text(strip=True) for cell in page.select("table.grid > thead th:not(.grid-tick):not(.grid-actions)")]
    rows = [
        [cell.get_text(strip=True) for cell in row.select("td:not(.grid-tick):not(.grid-actions)")]
        for row in page.select("table.grid > tbody > tr")
    ]
    return heads, rows


def plain(cell):
    """A cell as text; the reader makes a float of every number."""
    return str(int(cell)) if isinstance(cell, float) else str(cell)


def sample(each, app, name):
    """A parameter and a value for each way to set a filter."""
    if each.template == "date_range":
        first, last, quick = each.parameters
        return [(first, "2020-01-01"), (last, "2030-01-01"), *((quick, word) for word in RANGES)]
    if each.template == "choice":
        labels = each.labels if not callable(each.labels) else {}
        return [(each.name, word) for word in labels]
    if each.template == "flag":
        return [(each.name, "true"), (each.name, "false")]
    if each.template == "picker":
        return [(each.name, "35" if "division" in each.name else "1")]
    return [(each.name, "测试")]


@pytest.mark.sqlite
def test_these_are_all_lists(app):
    known = {name for name, (listing, _route) in app.registry.listings.items() if listing.columns}
    assert set(NAMES) <= known


@pytest.mark.parametrize("name", NAMES)
def test_it_is_sorted_by_every_column_that_says_so_both_ways(app, as_, filled, name):
    listing, office = listing_of(app, name), reader(as_, name)
    total = len(rows_of(office.get(address(app, name, size=100)))[1])
    assert total > 0
    for column in listing.columns:
        if column.sort is not False:
            for sign in ("", "-"):
                assert len(rows_of(office.get(address(app, name, sort=sign + column.name, size=100)))[1]) == total
        else:
            office.get(address(app, name, sort=column.name), status=422)


@pytest.mark.parametrize("name", NAMES)
def test_every_filter_narrows_and_no_two_of_them_quarrel(app, as_, filled, name):
    listing, office = listing_of(app, name), reader(as_, name)
    total = len(rows_of(office.get(address(app, name, size=100)))[1])
    everything = {}
    for each in listing.filters:
        for parameter, value in sample(each, app, name):
            narrowed = rows_of(office.get(address(app, name, size=100, **{parameter: value})))[1]
            assert len(narrowed) <= total
            everything[parameter] = value
    office.get(address(app, name, q="测试", **everything))
    if listing.search:
        for text in ("%", "_", "'", "测试", "0001", "BX2026", "139 0000 0000"):
            assert len(rows_of(office.get(address(app, name, q=text, size=100)))[1]) <= total


@pytest.mark.parametrize("name", NAMES)
def test_its_file_is_the_list(app, as_, filled, name):
    """Same headings, same rows, same order as the page, whatever is filtered."""
    office = reader(as_, name)
    for query in ({}, {"q": "2026"}):
        heads, rows = rows_of(office.get(address(app, name, size=100, **query)))
        exported = office.post_form(f"/lists/{name}/export", query)
        sheet = CalamineWorkbook.from_filelike(BytesIO(exported.body)).get_sheet_by_index(0).to_python(skip_empty_area=False)
        assert [str(each) for each in sheet[0]] == heads or not rows
        assert [plain(row[0]) for row in sheet[1:]] == [row[0] for row in rows]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_takes_the_same_statements_whatever_it_holds(app, as_, filled, name, count_requests_sql):
    office = reader(as_, name)
    office.get(address(app, name, size=10))
    counts = set()
    for query in ({"size": 10}, {"size": 100}, {"q": "没有这样的东西"}):
        with count_requests_sql() as sql:
            office.get(address(app, name, **query))
        counts.add(sql.count)
    assert max(counts) - min(counts) <= 1
    assert max(counts) <= 14


@pytest.mark.parametrize("name", NAMES)
def test_every_column_can_be_chosen(app, as_, filled, name):
    listing, office = listing_of(app, name), reader(as_, name)
    every = [column.name for column in listing.office_columns]
    office.post_form(f"/lists/{name}/columns", {"columns": every}, status=303)
    heads, rows = rows_of(office.get(address(app, name)))
    assert len(heads) == len(every)
    assert all(len(row) == len(every) for row in rows)
    office.post_form(f"/lists/{name}/columns", {"columns": every[1]}, status=303)
    assert len(rows_of(office.get(address(app, name)))[0]) == 2
    office.post_form(f"/lists/{name}/columns", {"reset": "1"}, status=303)
    assert len(rows_of(office.get(address(app, name)))[0]) == len([each for each in listing.office_columns if each.at_first])


def test_a_list_of_two_names_does_not_start(deployment):
    def twice(config):
        config.add_listing(config.registry.listings["tasks"][0])

    with pytest.raises(Exception, match="two lists"):
        make_app(deployment, rooms=("shuhua_web.office", "shuhua_web.repairs", "shuhua_web.tasks", twice))
