"""Somebody's day at the office, on its Chinese pages: what waits, lists, records, forms, files, paper, and what is refused."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from tests.web.client import OfficeClient
from tests.web.work import act_form


class Desk:
    """The pages of one person. Methods that open a page give it; what is not there fails the test."""

    def __init__(self, office: OfficeClient) -> None:
        self.office = office
        office.post_form("/language", {"locale": "zh_Hans", "back": "/"}, status=303)

    def menu(self) -> set[str]:
        """Addresses of the menu."""
        return {link["href"] for link in self.office.get("/").html.select(".office-menu a")}

    def waiting(self, title: str) -> Any:
        """The list behind a figure of the first page, which must count what it shows."""
        for card in self.office.get("/", status=200).html.select("a.figure-card"):
            if title in card.get_text():
                page = self.office.get(card["href"], status=200)
                assert card.get_text(" ", strip=True).split()[0] == str(len(page.html.select("table.grid tbody tr")))
                return page
        raise AssertionError(f"the first page has no figure {title}")

    def first(self, page: Any) -> str:
        """Address of the record in a list's first row."""
        return str(page.html.select_one("table.grid tbody tr td.grid-first a")["href"])

    def numbers(self, path: str, **query: str) -> list[str]:
        """What stands in the first column of a list."""
        page = self.office.get(path, query, status=200)
        return [cell.get_text(strip=True) for cell in page.html.select("table.grid tbody td.grid-first")]

    def read(self, path: str, *words: str) -> Any:
        """A page on which all these words stand."""
        page = self.office.get(path, status=200)
        text = page.html.select_one("main").get_text(" ", strip=True)
        for word in words:
            assert word in text, (path, word)
        return page

    def act(self, path: str, action: str, **fields: Any) -> Any:
        """Take an action that the record's page offers, by its form; gives the record's page afterwards."""
        assert action in self.offered(path), (path, action)
        return self.fill(f"{path}/actions/{action}", **fields)

    def fill(self, address: str, **fields: Any) -> Any:
        """Fill the form of a page and send it; gives the page that it leads to."""
        form = act_form(self.office, address)
        for name, value in fields.items():
            form[name].force_value(value)
        return form.submit(status=303).follow(status=200)

    def offered(self, path: str) -> set[str]:
        """Actions on a record's page."""
        links = self.office.get(path, status=200).html.select(f'main a[href^="{path}/actions/"]')
        return {link["href"].rpartition("/")[2].partition("?")[0] for link in links}

    def state(self, path: str) -> str:
        """The badge beside the title of a record."""
        return str(self.office.get(path, status=200).html.select_one(".office-title .state").get_text(strip=True))

    def exported(self, name: str, **query: str) -> list[list[Any]]:
        """Rows of a list's Excel file, headings first."""
        answer = self.office.post_form(f"/lists/{name}/export", query, status=200)
        return CalamineWorkbook.from_filelike(BytesIO(answer.body)).get_sheet_by_index(0).to_python()

    def paper(self, path: str, *words: str) -> None:
        """A sheet on which all these words stand."""
        answer = self.office.get(path, status=200)
        assert answer.content_type == "application/pdf"
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.body)).pages)
        for word in words:
            assert word in text, (path, word)

    def printed(self, name: str, *words: str) -> None:
        """A list as PDF with these words."""
        answer = self.office.post_form(f"/lists/{name}/export", {"form": "pdf"}, status=200)
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.body)).pages)
        for word in words:
            assert word in text, (name, word)

    def refused(self, *paths: str) -> None:
        """Pages that are no business of this person."""
        for path in paths:
            self.office.get(path, status=403)
            assert path not in self.menu()

    def hidden(self, *paths: str) -> None:
        """Records that this person cannot know of."""
        for path in paths:
            self.office.get(path, status=404)

    def forbidden(self, path: str, *actions: str) -> None:
        """Actions on a record in sight that this person is neither offered nor let through to."""
        assert not self.offered(path) & set(actions)
        for action in actions:
            self.office.get(f"{path}/actions/{action}", status=403)
