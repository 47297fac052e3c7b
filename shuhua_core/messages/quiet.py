"""The hours in which people are left alone."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from ..kernel.settings import Settings

AT_ANY_HOUR = frozenset({"inbox", "console"})
"""Channels that wake nobody."""


def not_before(channel: str, moment: datetime, settings: Settings, *, urgent: bool) -> datetime:
    """The earliest moment, from ``moment`` on, at which the channel may disturb a person."""
    if urgent or channel in AT_ANY_HOUR:
        return moment
    zone, begins, ends = settings.timezone, settings.quiet_from_hour, settings.quiet_to_hour
    local = moment.astimezone(zone)
    # Counted from the end of the quiet hours, so that they may lie across midnight or not.
    if (local.hour - ends) % 24 < (begins - ends) % 24 or begins == ends:
        return moment
    day = local.date() + timedelta(days=1) if local.hour >= ends else local.date()
    return datetime.combine(day, time(ends), zone)
