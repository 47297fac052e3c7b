"""The list itself: its query within the actor's scope, its keyset pages for programs, its numbered pages for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, select

from shuhua_core.kernel import paging
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.scope import visible
from shuhua_core.kernel.types import Money, UtcDateTime
from shuhua_core.kernel.workflow import Workflow
from shuhua_web.i18n import _

from .columns import Column
from .filters import Filter, any_contains, clean_text
from .kept import KeptStatements
from .page import build_page

_RESERVED = frozenset({"limit", "cursor", "sort", "q", "total"})


@dataclass(frozen=True, slots=True)
class StateTabs:
    """Tabs over the grid, one a state, with counts.

    States and their labels come from ``workflow``: a table, or the name of one whose newest version the database has.
    """

    expression: Any
    workflow: str | Workflow
    parameter: str = "state"

    def table(self, ctx: Context) -> Workflow:
        """The table of the states."""
        if isinstance(self.workflow, Workflow):
            return self.workflow
        return ctx.deployment.workflows.newest(ctx.session, self.workflow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list. ``docs/office.md`` and the package's docstring show a whole one."""

    name: str
    model: Any
    permission: str
    title: Any
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    source: Callable[[Select[Any]], Select[Any]] | None = None
    """Adds outer joins to one record each, which columns and filters need. A join to many would show a row twice, and one that
    leaves rows out would do so only where its columns are asked for: what nobody asks for is not joined."""
    always: Callable[[Context], ColumnElement[bool]] | None = None
    """A condition besides the scope, such as "one's own messages"."""
    search: tuple[Any, ...] | Callable[[Context, str], ColumnElement[bool]] = ()
    """What ``q`` is looked for in: expressions, or a function that makes the condition (a full-text index)."""
    search_hint: Any = None
    """What can be searched for, in the search field."""
    states: StateTabs | None = None
    default_sort: str = "-id"
    record_route: str | None = None
    """Route of a record's page, which the first column leads to."""
    row_class: Callable[[Any, datetime], str] | None = None
    """Class of a row, such as ``grid-overdue``."""
    empty: Any = None
    """What to do when there is nothing yet."""
    _by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False, default_factory=dict)
    _readers: tuple[tuple[str, Callable[[Any], Any]], ...] = field(init=False, repr=False, compare=False, default=())
    _kept: KeptStatements = field(init=False, repr=False, compare=False, default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"list {self.name}: a column stands twice")
        object.__setattr__(self, "_by_name", {column.name: column for column in self.columns})
        object.__setattr__(self, "_readers", tuple((column.name, column.reader()) for column in self.columns if column.api))
        object.__setattr__(self, "_kept", KeptStatements(self))
        self._direction(self.default_sort)

    @property
    def office_columns(self) -> tuple[Column, ...]:
        """The columns that people can choose from."""
        return tuple(column for column in self.columns if column.office)

    @property
    def filter_parameters(self) -> list[str]:
        """Parameters of the address that narrow the list."""
        names = [name for question in self.filters for name in question.parameters]
        return [*names, *([self.states.parameter] if self.states else []), "q"]

    # Queries ------------------------------------------------------------------------------------------------------------

    def conditions(
        self, ctx: Context, values: Mapping[str, Sequence[str]], *, without_state: bool = False
    ) -> list[ColumnElement[bool]]:
        """Scope, search and filters. Raises Invalid with a message for each wrong parameter.

        ``without_state`` leaves out that of the tabs, :meth:`state_condition`.
        """
        found = [visible(self.model, ctx.actor, self.permission)]
        if self.always is not None:
            found.append(self.always(ctx))
        errors: dict[str, Any] = {}
        questions: list[Callable[[], ColumnElement[bool] | None]] = [lambda: self._searched(ctx, values)]
        questions += [lambda each=each: each.condition(ctx, values) for each in self.filters]  # type: ignore[misc]
        questions.append(lambda: self.state_condition(values))
        for question in questions:
            try:
                condition = question()
            except Invalid as error:
                errors.update(error.errors)
            else:
                if condition is not None:
                    found.append(condition)
        if errors:
            raise Invalid(errors)
        return found[:-1] if without_state and condition is not None else found

    def _searched(self, ctx: Context, values: Mapping[str, Sequence[str]]) -> ColumnElement[bool] | None:
        text = clean_text("q", next(iter(values.get("q", ())), ""))
        if not text or not self.search:
            return None
        return any_contains(self.search, text) if isinstance(self.search, tuple) else self.search(ctx, text)

    def state_condition(self, values: Mapping[str, Sequence[str]]) -> ColumnElement[bool] | None:
        """That of the tabs, None where none is chosen. Raises Invalid."""
        tabs = self.states
        given = [each for each in values.get(tabs.parameter, ()) if each] if tabs else []
        if tabs is None or not given:
            return None
        if any(len(each) > 40 or not each.isidentifier() for each in given):
            raise Invalid({tabs.parameter: _("There is no such state.")})
        return tabs.expression.in_([literal(each) for each in dict.fromkeys(given)])

    def query(
        self, ctx: Context, conditions: Sequence[ColumnElement[bool]], columns: Sequence[Column] | None = None
    ) -> Select[Any]:
        """The rows with all columns by name, and ``id``; or with the given ones and what these need."""
        wanted = self.columns if columns is None else self._with_needs(columns)
        labelled = [column.expression(ctx).label(column.name) for column in wanted if column.name != "id"]
        query = select(self.model.id.label("id"), *labelled).where(and_(*conditions))
        return self.joined(query)

    def _with_needs(self, columns: Sequence[Column]) -> Sequence[Column]:
        if any(column.show is not None and column.needs is None for column in columns):
            return [*self.columns, *self._besides(columns)]
        names = {column.name for column in columns} | {name for column in columns for name in column.needs or ()}
        return [*(column for column in self.columns if column.name in names), *self._besides(columns)]

    def _besides(self, columns: Sequence[Column]) -> list[Column]:
        """Columns that the list does not have itself."""
        return [column for column in columns if column.name not in self._by_name]

    def page_query(
        self,
        ctx: Context,
        conditions: Sequence[ColumnElement[bool]],
        sort: str | None,
        *,
        limit: int,
        offset: int,
        few: bool = False,
    ) -> Select[Any]:
        """One numbered page: its rows are found by their ids alone, so that columns cost as much on any page as on the first.

        ``few``: that not many rows fit, so that all are found and then ordered. A planner that does not know it may walk a
        million rows in their order to find the twenty that fit.
        """
        order, key = self.order(ctx, sort), self.sorting(ctx, sort)[1]
        if few:
            those = self.joined(select(self.model.id, key.label("sort")).where(and_(*conditions)))
            there = those.cte().prefix_with("MATERIALIZED").c
            found = select(there.id).order_by(*self._ordered(sort, there.sort, there.id))
            ids = found.limit(limit).offset(offset).subquery()
        else:
            found = select(self.model.id).where(and_(*conditions)).order_by(*order).limit(limit).offset(offset)
            ids = self.joined(found, key).subquery()
        # The rows found are ordered again; a subquery of its own is what PostgreSQL and SQLite both take with a limit.
        return self.query(ctx, [self.model.id.in_(select(ids.c.id))]).order_by(*order)

    def order(self, ctx: Context, sort: str | None) -> tuple[Any, Any]:
        """What to order by: the column, then the id, so that no two rows are alike."""
        return self._ordered(sort, self.sorting(ctx, sort)[1], self.model.id)

    def _ordered(self, sort: str | None, expression: Any, key: Any) -> tuple[Any, Any]:
        wanted = sort or self.default_sort
        if wanted.startswith("-"):
            direction, key = expression.desc(), key.desc()
        else:
            direction, key = expression.asc(), key.asc()
        return (direction.nulls_last() if self.sorts_nulls(wanted) else direction), key

    def joined(self, query: Select[Any], *besides: Any) -> Select[Any]:
        """The query with the joins of ``source``, if it or what stands ``besides`` it takes anything from another table."""
        asked = query.add_columns(*besides).get_final_froms()
        query = query.select_from(self.model)
        if self.source is None or all(each is self.model.__table__ for each in asked):
            return query
        return self.source(query)

    def count(self, ctx: Context, conditions: Sequence[ColumnElement[bool]]) -> int:
        """How many rows there are, counted to the last: for programs that ask. Pages for people use :mod:`.counting`."""
        return ctx.session.scalar(self.joined(select(func.count()).where(and_(*conditions)))) or 0

    def sorting(self, ctx: Context, sort: str | None) -> tuple[str, Any, bool]:
        """(parameter, expression, descending). Raises Invalid for a column that is not sorted by."""
        wanted = sort or self.default_sort
        column, descending = self._direction(wanted)
        return wanted, (self.model.id if column is None else column.sort_expression(ctx)), descending

    def sorts_nulls(self, sort: str) -> bool:
        """Whether what ``sort`` names may be null."""
        column = self._by_name.get(sort.removeprefix("-"))
        return column is not None and column.nullable

    def _direction(self, sort: str) -> tuple[Column | None, bool]:
        name = sort.removeprefix("-")
        column = self._by_name.get(name)
        if name != "id" and (column is None or column.sort is False):
            known = ", ".join(column.name for column in self.columns if column.sort is not False)
            raise Invalid({"sort": _("Sort by one of: ${options}", mapping={"options": known or "id"})})
        return (column if column is not None and column.sort is not False else None), sort.startswith("-")

    # Programs -----------------------------------------------------------------------------------------------------------

    def api_page(self, ctx: Context, params: Any) -> paging.Page:
        """A page for the API: items as plain JSON, the cursor of the next page, and with ``total=true`` how many there are.

        ``params`` is ``request.params`` or any mapping with ``getall``. Raises Invalid, also for an unknown parameter.
        """
        values = collect(params)
        self._refuse_unknown(values)
        limit = _whole("limit", values, paging.DEFAULT_LIMIT, 1, paging.MAXIMUM_LIMIT)
        with_total = _flag("total", values)
        name, expression, descending = self.sorting(ctx, _first(values, "sort"))
        cursor = _first(values, "cursor")
        if cursor is not None:
            _check_cursor(cursor, expression)
        found = None if with_total else self._kept.page(ctx, values, name, cursor, limit)
        if found is not None:
            return found
        conditions = self.conditions(ctx, values)
        query = self.query(ctx, conditions).add_columns(expression.label("sort_value"))
        query = paging.after(
            query, expression, self.model.id, descending=descending, cursor=cursor, limit=limit, nullable=self.sorts_nulls(name)
        )
        rows = ctx.session.execute(query).all()
        further = paging.encode_cursor(rows[limit - 1].sort_value, rows[limit - 1].id) if len(rows) > limit else None
        total = self.count(ctx, conditions) if with_total else None
        return paging.Page([self.item(row) for row in rows[:limit]], further, total)

    def item(self, row: Any) -> dict[str, Any]:
        """A row as the API gives it."""
        return {"id": row.id} | {name: read(getattr(row, name)) for name, read in self._readers}

    def item_schema(self) -> dict[str, Any]:
        """JSON Schema of an item."""
        properties = {"id": {"type": "integer"}} | {column.name: column.json_schema() for column in self.columns if column.api}
        return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}

    def openapi_parameters(self) -> list[dict[str, Any]]:
        """The parameters of the API's list, as OpenAPI describes them."""
        sortable = [column.name for column in self.columns if column.sort is not False]
        names = dict.fromkeys(("id", *sortable))
        choices = [sign + name for name in names for sign in ("", "-")]
        found = [
            _parameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": paging.MAXIMUM_LIMIT, "default": paging.DEFAULT_LIMIT}
            ),
            _parameter("cursor", {"type": "string"}),
            _parameter("sort", {"type": "string", "enum": choices, "default": self.default_sort}),
            _parameter("total", {"type": "boolean", "default": False}),
        ]
        if self.search:
            found.append(_parameter("q", {"type": "string", "maxLength": 100}))
        if self.states is not None:
            state = _parameter(self.states.parameter, {"type": "array", "items": {"type": "string"}})
            found.append(state | {"style": "form", "explode": True})
        return found + [each for question in self.filters for each in question.openapi()]

    def _refuse_unknown(self, values: Mapping[str, Sequence[str]]) -> None:
        known = _RESERVED | {name for question in self.filters for name in question.parameters}
        if self.states is not None:
            known |= {self.states.parameter}
        unknown = [name for name in values if name not in known]
        if unknown:
            raise Invalid({name: _("There is no such parameter.") for name in unknown})

    # People -------------------------------------------------------------------------------------------------------------

    def page(self, request: Any, **extras: Any) -> dict[str, Any]:
        """What the template ``list.pt`` takes: ``title`` and ``grid``, a :class:`~.page.ListPage`.

        ``extras``: ``toolbar``, a sequence of :class:`~.page.Tool`; ``row_actions(row)``, links of the last column;
        ``title`` and ``crumbs``.
        """
        return build_page(self, request, **extras)


def collect(params: Any) -> dict[str, list[str]]:
    """Parameters by name, each with all its values, in order."""
    return {name: params.getall(name) for name in dict.fromkeys(params)}


def _first(values: Mapping[str, Sequence[str]], name: str) -> str | None:
    return next((value for value in values.get(name, ()) if value), None)


def _whole(name: str, values: Mapping[str, Sequence[str]], default: int, low: int, high: int) -> int:
    text = _first(values, name)
    number = int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
    if text is not None and (number is None or not low <= number <= high):
        raise Invalid({name: _("Enter a number from ${low} to ${high}.", mapping={"low": low, "high": high})})
    return default if number is None else number


def _flag(name: str, values: Mapping[str, Sequence[str]]) -> bool:
    text = _first(values, name)
    if text not in {None, "true", "false"}:
        raise Invalid({name: _("Choose yes or no.")})
    return text == "true"


def _check_cursor(cursor: str, expression: Any) -> None:
    """A cursor of another order would compare unlike values, which PostgreSQL refuses."""
    value, record_id = paging.decode_cursor(cursor)
    wanted = _python_type(expression)
    same = value is None or type(value) is wanted or (wanted is float and type(value) is int)
    naive = isinstance(value, datetime) and value.tzinfo is None
    if not same or naive or not -(2**63) <= record_id < 2**63:
        raise Invalid({"cursor": _("This cursor is not valid. Start again from the first page.")})


def _python_type(expression: Any) -> type[Any]:
    """What values of an expression are in Python; SQLAlchemy cannot tell of our own column types."""
    if isinstance(expression.type, UtcDateTime):
        return datetime
    return Decimal if isinstance(expression.type, Money) else expression.type.python_type


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}
