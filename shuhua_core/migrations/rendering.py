"""How our column types are written in a revision: by the names of the kernel, so that a revision reads like the models."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import JSON, BigInteger, String
from sqlalchemy.types import TypeEngine

from shuhua_core.kernel.types import Money, UtcDateTime

IMPORT = "from shuhua_core.kernel import types"


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """The source of a column type of ours; False leaves the rest to alembic."""
    if kind != "type" or not isinstance(item, TypeEngine):
        return False
    source = _source(item)
    if source is None:
        return False
    autogen_context.imports.add(IMPORT)
    return f"types.{source}"


def _source(item: TypeEngine[Any]) -> str | None:
    variants = item._variant_mapping  # noqa: SLF001 - the only place where a type keeps its variants
    if isinstance(item, UtcDateTime | Money):
        return f"{type(item).__name__}()"
    if isinstance(item, BigInteger) and "sqlite" in variants:
        return "BigInt"
    if isinstance(item, JSON) and "postgresql" in variants:
        return "PlainJson"
    if isinstance(item, String) and getattr(variants.get("postgresql"), "collation", None) == "C":
        return f"code_string({item.length})"
    return None
