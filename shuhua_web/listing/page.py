"""A list as a page: tabs, filters, headings that sort, cells, pages. Everything is a link or a GET form, so it works plain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pyramid.interfaces import IRoutesMapper
from pyramid.request import Request

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.hints import unlikely
from shuhua_core.kernel.workflow import Workflow
from shuhua_web.i18n import _

from . import counting
from .cells import GridRow, Painter, RowAction, align
from .choosing import NO_VIEW, Chosen, kept_pairs
from .columns import Column
from .counting import COUNTED
from .filters import RANGES

if TYPE_CHECKING:
    from .bulk import BulkAction, TickedAction
    from .filters import Filter
    from .listing import Listing

PAGE_SIZES = (10, 20, 50, 100)
DEFAULT_SIZE = 20
DEEPEST = COUNTED
"""Rows behind this offset are found by filters or in another order, not by turning pages."""
FEW = 5_000
"""Rows of a filtered list that are all found before they are ordered."""
FIRST_FILTERS, FIRST_WIDTH = 4, 5
"""So many filters at most, and of so many widths together, stand beside the search; the others are behind the fold."""
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
    count: str
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

    ranges = RANGES
    from_label, to_label = _("From"), _("To")

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
    chosen: Chosen
    heads: Sequence[Head] = ()
    rows: Sequence[GridRow] = ()
    tabs: Sequence[Tab] = ()
    questions: Sequence[Question] = ()
    toolbar: Sequence[Tool] = ()
    bulk: Sequence[BulkAction | TickedAction] = ()
    errors: Mapping[str, Any] = field(default_factory=dict)
    total: int = 0
    """How many rows fit; above :data:`~.counting.COUNTED` there are more."""
    page: int = 1
    size: int = DEFAULT_SIZE
    sort: str = ""
    filtered: bool = False
    may_reveal: bool = False
    """Whether the person may take whole phones out of the list."""

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
    def shown_total(self) -> str:
        """How many rows fit, as people read it."""
        return counting.shown(self.total)

    @property
    def ends_early(self) -> bool:
        """Whether there are rows behind the last page that can be turned to."""
        return self.page == self.pages and self.total > DEEPEST

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
        """The filters of the first rows, and those behind the fold. A range of days has the width of two."""
        drawn = [each for each in self.questions if each.filter.template != "picker" or each.source or each.values]
        widths = accumulate(2 if each.filter.template == "date_range" else 1 for each in drawn)
        first = min(FIRST_FILTERS, sum(width <= FIRST_WIDTH for width in widths))
        return drawn[:first], drawn[first:]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What narrows and orders the list, as pairs for the forms that export or save it."""
        return kept_pairs(self.listing, self.values)

    @property
    def kept_query(self) -> list[tuple[str, str]]:
        """The same with the open view, for links."""
        return [*self.kept, *(("view", value) for value in self.values.get("view", ()) if value)]

    @property
    def bare_href(self) -> str:
        """The list without any filter; who has a default view says so that they want none."""
        return self.path + (f"?view={NO_VIEW}" if self.chosen.has_default else "")

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
        return self.path + f"?{urlencode(pairs)}" if pairs else self.bare_href

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
    """The page of a list: the counts or a count, the rows, and for who is signed in what they have chosen."""
    ctx: Context = request.ctx
    known = [*listing.filter_parameters, "sort", "page", "size", "view"]
    values: dict[str, list[str]] = {name: request.GET.getall(name) for name in dict.fromkeys(request.GET) if name in known}
    chosen = Chosen(request, listing, values)
    if not values:
        values = chosen.open_default()
    page = ListPage(
        listing=listing,
        path=request.path,
        values=values,
        chosen=chosen,
        toolbar=[each for each in toolbar if _offered(request, each)],
    )
    page.size = _choice(values, "size", PAGE_SIZES, DEFAULT_SIZE)
    workflow = listing.states.table(ctx) if listing.states else None
    page.filtered = any(any(values.get(name, ())) for name in listing.filter_parameters)
    if chosen.known:
        page.may_reveal = any(each.reveal is not None and ctx.actor.may(each.reveal) for each in listing.columns)
        page.bulk = [each for each in request.registry.bulk_actions.get(listing.name, ()) if ctx.actor.may(each.permission)]
    try:
        _fill(listing, request, page, workflow, row_actions)
    except Invalid as error:
        page.errors = error.errors
        request.response.status_int = 422
    page.questions = [_question(ctx, request, each, values, page.errors) for each in listing.filters]
    return {"title": title or listing.title, "grid": page, "crumbs": crumbs}


def _fill(listing: Listing, request: Request, page: ListPage, workflow: Workflow | None, row_actions: Any) -> None:
    ctx: Context = request.ctx
    wanted = next(iter(page.values.get("sort", ())), None) or None
    page.sort = listing.sorting(ctx, wanted)[0]
    conditions = listing.conditions(ctx, page.values, without_state=True)
    state = listing.state_condition(page.values)
    if workflow is not None:
        counts = counting.by_state(listing, ctx, conditions)
        chosen = [each for each in page.values.get(listing.states.parameter, ()) if each]  # type: ignore[union-attr]
        page.total = counting.together([count for name, count in counts.items() if not chosen or name in chosen])
        page.tabs = _tabs(page, workflow, counts, chosen, request.locale_name)
    else:
        page.total = counting.total(listing, ctx, conditions)
    page.page = min(_whole(page.values, "page"), page.pages)
    few = page.filtered and page.total <= FEW
    if state is not None:
        conditions.append(unlikely(state) if few else state)
    query = listing.page_query(ctx, conditions, wanted, limit=page.size, offset=(page.page - 1) * page.size, few=few)
    found = ctx.session.execute(query).all()
    columns = page.chosen.columns
    page.heads = [_head(page, column, first=index == 0) for index, column in enumerate(columns)]
    painter = Painter(request, listing, columns, workflow)
    page.rows = [painter.row(row, row_actions) for row in found]


def _tabs(page: ListPage, workflow: Workflow, counts: Mapping[str, int], chosen: Sequence[str], locale: str) -> list[Tab]:
    name = page.listing.states.parameter  # type: ignore[union-attr]
    everything = counting.shown(counting.together([*counts.values()]))
    tabs = [Tab(_("All"), page.href(**{name: None}), everything, not chosen)]
    for state in workflow.states.values():
        if counts.get(state.name) or state.name in chosen or len(workflow.states) <= MAXIMUM_TABS:
            count = counting.shown(counts.get(state.name, 0))
            tabs.append(Tab(state.label(locale), page.href(**{name: state.name}), count, chosen == [state.name]))
    return tabs


def _head(page: ListPage, column: Column, *, first: bool) -> Head:
    css = " ".join(filter(None, ("grid-first" if first else "", align(column))))
    if column.sort is False:
        return Head(column.title, css, None, None)
    present = page.sort.removeprefix("-") == column.name
    descending = page.sort.startswith("-")
    # Moments and numbers are looked at from the newest and largest first.
    other = (
        column.name if (present and descending) or (not present and column.kind not in {"moment", "date"}) else f"-{column.name}"
    )
    return Head(column.title, css, page.href(sort=other), ("descending" if descending else "ascending") if present else None)


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
