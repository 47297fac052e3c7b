"""Sizes of labels, as the setting names them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shuhua_core.kernel.errors import ConfigurationError
from shuhua_core.kernel.i18n import _

SMALLEST, LARGEST = 20, 180
"""Millimetres of a label's sides."""
_SIZE = re.compile(r"([0-9]{2,3})x([0-9]{2,3})")


@dataclass(frozen=True, slots=True)
class LabelSize:
    """Width and height in millimetres."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def has_text(self) -> bool:
        """Whether there is room for more than the code."""
        return self.height >= self.width * 1.25 and self.width >= 40


def label_sizes(text: str) -> list[LabelSize]:
    """The sizes of a setting such as ``30x30 70x100``. Raises ConfigurationError."""
    sizes = []
    for word in text.split():
        match = _SIZE.fullmatch(word)
        size = LabelSize(int(match[1]), int(match[2])) if match else None
        if size is None or not all(SMALLEST <= side <= LARGEST for side in (size.width, size.height)):
            raise ConfigurationError(
                _(
                    "shuhua.label_sizes: ${size} is no size; write width x height in millimetres, such as 50x50.",
                    mapping={"size": word},
                )
            )
        sizes.append(size)
    if not sizes:
        raise ConfigurationError(_("shuhua.label_sizes must name at least one size, such as 50x50."))
    return sizes
