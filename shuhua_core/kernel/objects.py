"""A list of objects within an input: findings of an inspection, items of a checklist."""

from __future__ import annotations

from typing import Any

import colander

from .i18n import _
from .schema import InputSchema, instance


class Objects(colander.Positional, colander.SchemaType):
    """A list of ``minimum`` to ``maximum`` objects, each after ``schema``; what is wrong is told by place and field."""

    def __init__(self, schema: type[InputSchema], maximum: int, minimum: int = 0) -> None:
        self.schema, self.maximum, self.minimum = schema, maximum, minimum

    def serialize(self, node: Any, appstruct: Any) -> Any:
        """To plain JSON values."""
        if appstruct is colander.null or appstruct is None:
            return colander.null
        item: Any = instance(self.schema)  # type: ignore[arg-type]
        return [item.serialize(each) for each in appstruct]

    def deserialize(self, node: Any, cstruct: Any) -> Any:
        """From a list of plain JSON objects; raises colander.Invalid."""
        if cstruct is colander.null or cstruct is None:
            return colander.null
        if not isinstance(cstruct, list):
            raise colander.Invalid(node, _("Send a list."))
        if not self.minimum <= len(cstruct) <= self.maximum:
            raise colander.Invalid(node, _("Send ${low} to ${high} items.", mapping={"low": self.minimum, "high": self.maximum}))
        item: Any = instance(self.schema)  # type: ignore[arg-type]
        found, wrong = [], colander.Invalid(node)
        for place, each in enumerate(cstruct):
            try:
                found.append(item.deserialize({} if each is None else each))
            except colander.Invalid as error:
                wrong.add(error, place)
        if wrong.children:
            raise wrong
        return found
