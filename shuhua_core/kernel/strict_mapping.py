"""How a schema reads a JSON object: field by field, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import colander

from .i18n import _


class StrictMapping(colander.Mapping):
    """A JSON object in which an unknown key is an error."""

    def __init__(self) -> None:
        super().__init__(unknown="raise")

    def deserialize(self, node: Any, cstruct: Any) -> Any:
        """From a JSON object; an absent one is not given."""
        if cstruct is None or cstruct is colander.null:
            return colander.null
        if not isinstance(cstruct, Mapping):
            raise colander.Invalid(node, _("Send an object."))
        values: dict[str, Any] = {}
        error, known = None, 0
        for place, child in enumerate(node.children):
            name = child.name
            given = cstruct.get(name, colander.null)
            known += name in cstruct
            if (given is colander.null or given is None) and child.missing is not colander.required:
                values[name] = child.missing  # most fields of most inputs, which colander asks six times what they are
                continue
            try:
                # What colander does with a value, without asking for what no schema here has.
                plain = child.preparer is None and child.validator is None
                value = child.typ.deserialize(child, given) if plain else colander.null
                values[name] = child.deserialize(given) if value is colander.null else value
            except colander.Invalid as wrong:
                error = error or colander.Invalid(node)
                error.add(wrong, place)
        if known < len(cstruct):
            raise colander.UnsupportedFields(node, {name: cstruct[name] for name in cstruct if name not in node})
        if error is not None:
            raise error
        return values
