"""A list as a page: tabs, filters, headings that sort, cells, pages. Everything is a link or a GET form, so it works plain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pyramid.interfaces import IRoutesMapper
from pyramid.request import Request

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.workflow import Workflow
from shuhua_web import formats
from shuhua_web.i18n import _
from shuhua_web.layout import TONES
from shuhua_web.records import Badge

from .columns import Column

if TYPE_CHECKING:
    from .filters import Filter
    from .listing import Listing

PAGE_SIZES = (10, 20, 50, 100)
DEFAULT_SIZE = 20
DEEPEST = 100_000
"""Rows behind this offset are found by filters, not by turning pages."""
MAXIMUM_TABS = 8
"""States without rows get no tab where a table has more states than this."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A button of the toolbar; shown when its route exists and the actor holds ``permission``."""

    title: Any
    route: str
    icon: str
    permission: str | None = None
    primary: bool = False


@dataclass(frozen=True, slots=True)
class RowAction:
    """A link in a row's last column."""

    title: Any
    href: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as it stands in the grid."""

    value: Any = ""
    css: str = ""
    href: str | None = None
    badge: Badge | None = None
    tip: str | None = None


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row."""

    id: int
    cells: Sequence[Cell]
    actions: Sequence[RowAction]
    css: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """One heading; ``sorted`` is ascending, descending or None."""

    title: Any
    css: str
    href: str | None
    sorted: str | None


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab over the grid."""

    title: Any
    href: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A filter as the page draws it."""

    filter: Filter
    values: Sequence[str]
    options: Sequence[tuple[str, str]] = ()
    label: Any = None
    source: str | None = None
    error: Any = None

    @property
    def value(self) -> str:
        """The value of a filter that has one."""
        return self.values[0] if self.values else ""


@dataclass(kw_only=True)
class ListPage:
    """Everything that ``list.pt`` shows."""

    listing: Listing
    path: str
    values: Mapping[str, Sequence[str]]
    heads: Sequence[Head] = ()
    rows: Sequence[GridRow] = ()
    tabs: Sequence[Tab] = ()
    questions: Sequence[Question] = ()
    toolbar: Sequence[Tool] = ()
    errors: Mapping[str, Any] = field(default_factory=dict)
    total: int = 0
    page: int = 1
    size: int = DEFAULT_SIZE
    sort: str = ""
    filtered: bool = False

    sizes = PAGE_SIZES

    @property
    def has_actions(self) -> bool:
        """Whether the last column is needed."""
        return any(row.actions for row in self.rows)

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-min(self.total, DEEPEST) // self.size))

    @property
    def first(self) -> int:
        """Number of the first row shown."""
        return (self.page - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def shown_questions(self) -> tuple[Sequence[Question], Sequence[Question]]:
        """The filters of the first row, and those behind the fold."""
        drawn = [each for each in self.questions if each.filter.template != "picker" or each.source or each.values]
        return drawn[:3], drawn[3:]

    def href(self, **changes: Any) -> str:
        """The list with some parameters changed; None takes one away. Every change but of the page begins at the first."""
        values = {name: list(given) for name, given in self.values.items() if any(given)}
        if "page" not in changes:
            values.pop("page", None)
        for name, value in changes.items():
            if value is None:
                values.pop(name, None)
            else:
                values[name] = [str(value)]
        pairs = [(name, value) for name, given in values.items() for value in given if value]
        return self.path + (f"?{urlencode(pairs)}" if pairs else "")

    @property
    def state(self) -> str:
        """The state of the tab that is open, to be kept by the form of the filters."""
        return self.values.get(self.listing.states.parameter, [""])[0] if self.listing.states else ""


def build_page(
    listing: Listing,
    request: Request,
    *,
    toolbar: Sequence[Tool] = (),
    row_actions: Callable[[Any], Sequence[RowAction]] | None = None,
    title: Any = None,
    crumbs: Sequence[Any] = (),
) -> dict[str, Any]:
    """The page of a list: the grouped count or a count, and the rows."""
    ctx: Context = request.ctx
    known = _known(listing)
    values = {name: request.GET.getall(name) for name in dict.fromkeys(request.GET) if name in known}
    page = ListPage(
        listing=listing, path=request.path, values=values, toolbar=[tool for tool in toolbar if _offered(request, tool)]
    )
    page.size = _choice(values, "size", PAGE_SIZES, DEFAULT_SIZE)
    workflow = listing.states.table(ctx) if listing.states else None
    answers = set(known) - {"sort", "page", "size"}
    page.filtered = any(any(given) for name, given in values.items() if name in answers)
    try:
        _fill(listing, request, page, workflow, row_actions)
    except Invalid as error:
        page.errors = error.errors
        request.response.status_int = 422
    page.questions = [_question(ctx, request, each, values, page.errors) for each in listing.filters]
    return {"title": title or listing.title, "grid": page, "crumbs": crumbs}


def _known(listing: Listing) -> list[str]:
    names = [name for question in listing.filters for name in question.parameters]
    return [*names, *([listing.states.parameter] if listing.states else []), "q", "sort", "page", "size"]


def _fill(listing: Listing, request: Request, page: ListPage, workflow: Workflow | None, row_actions: Any) -> None:
    ctx: Context = request.ctx
    page.sort, expression, descending = listing.sorting(ctx, next(iter(page.values.get("sort", ())), None))
    conditions = listing.conditions(ctx, page.values)
    if workflow is not None:
        counts = listing.count_by_state(ctx, listing.conditions(ctx, page.values, without_state=True))
        chosen = [each for each in page.values.get(listing.states.parameter, ()) if each]  # type: ignore[union-attr]
        page.total = sum(count for state, count in counts.items() if not chosen or state in chosen)
        page.tabs = _tabs(page, workflow, counts, chosen, request.locale_name)
    else:
        page.total = listing.count(ctx, conditions)
    page.page = min(_whole(page.values, "page"), page.pages)
    direction = expression.desc() if descending else expression.asc()
    key = listing.model.id.desc() if descending else listing.model.id.asc()
    query = listing.query(ctx, conditions).order_by(direction.nulls_last() if listing.sorts_nulls(page.sort) else direction, key)
    found = ctx.session.execute(query.limit(page.size).offset((page.page - 1) * page.size)).all()
    columns = [column for column in listing.columns if column.office]
    page.heads = [_head(page, column, first=index == 0) for index, column in enumerate(columns)]
    painter = _Painter(request, listing, columns, workflow)
    page.rows = [painter.row(row, row_actions) for row in found]


def _tabs(page: ListPage, workflow: Workflow, counts: Mapping[str, int], chosen: Sequence[str], locale: str) -> list[Tab]:
    name = page.listing.states.parameter  # type: ignore[union-attr]
    tabs = [Tab(_("All"), page.href(**{name: None}), sum(counts.values()), not chosen)]
    for state in workflow.states.values():
        if counts.get(state.name) or state.name in chosen or len(workflow.states) <= MAXIMUM_TABS:
            count = counts.get(state.name, 0)
            tabs.append(Tab(state.label(locale), page.href(**{name: state.name}), count, chosen == [state.name]))
    return tabs


def _head(page: ListPage, column: Column, *, first: bool) -> Head:
    css = " ".join(filter(None, ("grid-first" if first else "", _align(column))))
    if column.sort is False:
        return Head(column.title, css, None, None)
    present = page.sort.removeprefix("-") == column.name
    descending = page.sort.startswith("-")
    # Moments and numbers are looked at from the newest and largest first.
    other = (
        column.name if (present and descending) or (not present and column.kind not in {"moment", "date"}) else f"-{column.name}"
    )
    return Head(column.title, css, page.href(sort=other), ("descending" if descending else "ascending") if present else None)


def _align(column: Column) -> str:
    return "grid-number" if column.kind in {"integer", "number", "amount"} else ""


class _Painter:
    """Makes the cells of rows."""

    def __init__(self, request: Request, listing: Listing, columns: Sequence[Column], workflow: Workflow | None) -> None:
        self._request, self._listing, self._columns, self._workflow = request, listing, columns, workflow
        self._locale = request.locale_name
        self._zone = request.deployment.settings.timezone
        self._labels = {column.name: column.labels_for(request.ctx) for column in columns}

    def row(self, row: Any, row_actions: Any) -> GridRow:
        route = self._listing.record_route
        href = self._request.route_path(route, id=row.id) if route else None
        cells = [self._cell(column, row, href if index == 0 else None) for index, column in enumerate(self._columns)]
        css = self._listing.row_class(row, self._request.ctx.now) if self._listing.row_class else ""
        return GridRow(row.id, cells, row_actions(row) if row_actions else (), css)

    def _cell(self, column: Column, row: Any, href: str | None) -> Cell:
        value = getattr(row, column.name)
        css = " ".join(
            filter(None, ("grid-first" if column is self._columns[0] else "", _align(column), "grid-long" if column.long else ""))
        )
        if column.show is not None:
            return Cell(column.show(row, self._locale), css, href)
        if column.kind == "state" and value is not None:
            return Cell(css=css, href=href, badge=self._badge(column, value))
        text = self._text(column, value)
        return Cell(text, css, href, tip=text if column.long else None)

    def _badge(self, column: Column, value: str) -> Badge:
        state = self._workflow.states.get(value) if self._workflow else None
        if state is not None:
            return Badge(state.label(self._locale), TONES.get(state.tone, "ended"))
        return Badge(self._label(column, value), "ended")

    def _label(self, column: Column, value: Any) -> str:
        zh, en = self._labels[column.name].get(value, (value, value))
        return str(en if self._locale == "en" else zh)

    def _text(self, column: Column, value: Any) -> Any:
        if value is None:
            return ""
        ways: dict[str, Callable[[Any], Any]] = {
            "moment": lambda each: formats.moment(each, self._zone),
            "date": formats.day,
            "amount": formats.amount,
            "integer": formats.number,
            "number": formats.number,
            "phone": formats.masked_phone,
            "boolean": lambda each: _("Yes") if each else _("No"),
            "choice": lambda each: self._label(column, each),
        }
        way = ways.get(column.kind)
        return way(value) if way else value


def _question(
    ctx: Context, request: Request, each: Any, values: Mapping[str, Sequence[str]], errors: Mapping[str, Any]
) -> Question:
    given = (
        [values.get(name, [""])[0] for name in each.parameters] if len(each.parameters) > 1 else list(values.get(each.name, ()))
    )
    error = next((errors[name] for name in each.parameters if name in errors), None)
    if each.template == "choice":
        english = request.locale_name == "en"
        options = [(word, en if english else zh) for word, (zh, en) in each.labels_for(ctx).items()]
        return Question(each, [value for value in given if value], options, error=error)
    if each.template == "picker":
        chosen = given[0] if given else ""
        label = each.label(ctx, chosen) if chosen and each.label and error is None else chosen
        known = each.source and _has_route(request, each.source)
        return Question(
            each, [chosen] if chosen else [], label=label, source=request.route_path(each.source) if known else None, error=error
        )
    return Question(each, given, error=error)


def _has_route(request: Request, name: str) -> bool:

    return request.registry.getUtility(IRoutesMapper).get_route(name) is not None


def _offered(request: Request, tool: Tool) -> bool:
    return _has_route(request, tool.route) and (tool.permission is None or request.actor.may(tool.permission))


def _whole(values: Mapping[str, Sequence[str]], name: str) -> int:
    text = next(iter(values.get(name, ())), "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1


def _choice(values: Mapping[str, Sequence[str]], name: str, known: Sequence[int], default: int) -> int:
    text = next(iter(values.get(name, ())), "")
    return next((each for each in known if str(each) == text), default)
