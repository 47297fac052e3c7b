"""Words to SQLite's planner, which knows how many rows an index has and not which values are rare. PostgreSQL knows both."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import NullType


class likely(GenericFunction[bool]):  # noqa: N801 - the name of the function in SQL
    """A condition that holds for most rows: no index is worth while for it, if another gives the order."""

    type = Boolean()
    inherit_cache = True


class unlikely(GenericFunction[Any]):  # noqa: N801 - the name of the function in SQL
    """A condition that holds for few rows: an index that finds them comes first."""

    type = NullType()  # a Boolean would be compared with 1, and an index serves no comparison of a comparison
    inherit_cache = True


@compiles(likely)
@compiles(unlikely)
def _without_hint(element: Any, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)})"


@compiles(likely, "sqlite")
def _likely(element: Any, compiler: Any, **options: Any) -> str:
    return f"likely({compiler.process(element.clauses, **options)})"


@compiles(unlikely, "sqlite")
def _unlikely(element: Any, compiler: Any, **options: Any) -> str:
    return f"unlikely({compiler.process(element.clauses, **options)})"
