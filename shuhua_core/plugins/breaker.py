"""Leaves a plugin alone for a while when it keeps failing."""

from collections.abc import Callable
from typing import Literal

BreakerState = Literal["closed", "open", "half_open"]


class Breaker:
    """Opens after ``failures`` in a row, lets one call through after ``rest`` seconds, closes when that one succeeds."""

    def __init__(self, failures: int, rest: float, clock: Callable[[], float]) -> None:
        self._limit = failures
        self._rest = rest
        self._clock = clock
        self._opened_at: float | None = None
        self.failures = 0

    @property
    def state(self) -> BreakerState:
        """Closed: all is well. Open: no calls. Half open: the next call is a trial."""
        if self._opened_at is None:
            return "closed"
        return "open" if self.remaining > 0 else "half_open"

    @property
    def remaining(self) -> float:
        """Seconds until a call is let through again; 0 if it is now."""
        if self._opened_at is None:
            return 0.0
        return max(0.0, self._opened_at + self._rest - self._clock())

    def succeeded(self) -> None:
        """A call went well."""
        self.failures = 0
        self._opened_at = None

    def failed(self) -> None:
        """A call failed; a trial that fails opens it for the same time again."""
        self.failures += 1
        if self.failures >= self._limit:
            self._opened_at = self._clock()
