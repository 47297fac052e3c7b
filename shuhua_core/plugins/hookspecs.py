"""The hooks that a plugin may implement, all of them.

An implementation may leave out an argument that it does not need; that is how a hook grows without breaking plugins.
``settings`` are the plugin's own: the values of ``plugin.<name>.<key>`` as ``{key: value}``, always strings.
"""

from collections.abc import Iterable, Mapping

import pluggy

from .contracts import CommittedEvent, MapProvider, NotificationChannel, ReportType

PROJECT = "shuhua"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def shuhua_register_notification_channels(settings: Mapping[str, str]) -> Iterable[NotificationChannel]:
    """Ways to bring a notice to a person.

    When: once in every process, at its start. Returns: the channels, or nothing.
    Failure: the process does not start and names the plugin.
    """
    raise NotImplementedError


@hookspec
def shuhua_register_map_providers(settings: Mapping[str, str]) -> Iterable[MapProvider]:
    """Base maps to choose from.

    When: once in every process, at its start. Returns: the providers, or nothing.
    Failure: the process does not start and names the plugin.
    """
    raise NotImplementedError


@hookspec
def shuhua_register_report_types(settings: Mapping[str, str]) -> Iterable[ReportType]:
    """Documents that can be made from the data of a record or a list.

    When: once in every process, at its start. Returns: the report types, or nothing.
    Failure: the process does not start and names the plugin.
    """
    raise NotImplementedError


@hookspec
def shuhua_event_committed(event: CommittedEvent) -> None:
    """Something has happened and is stored for good.

    When: in a child process of the worker, after the commit, at least once for each event; ``event.id`` tells repeats.
    Returns: nothing. Failure: is remembered, repeated later, and disturbs neither the core nor another plugin.
    """
    raise NotImplementedError
