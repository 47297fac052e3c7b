"""The filter of ends that come near: warranty and safe service life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_

from shuhua_core.kernel.context import Context
from shuhua_core.sites.lifetime import ends
from shuhua_web.listing import ChoiceFilter


@dataclass(frozen=True)  # slots would make a class anew, which super() does not know
class TermFilter(ChoiceFilter):
    """Pieces whose end is past, or within so many months of today."""

    def _condition(self, ctx: Context, given: Sequence[str]) -> ColumnElement[bool]:
        super()._condition(ctx, given)  # refuses unknown words
        today = ctx.now.astimezone(ctx.deployment.settings.timezone).date()
        return or_(*(ends(self.expression, term, today) for term in dict.fromkeys(given)))
