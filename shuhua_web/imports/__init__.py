"""Archive records from Excel files: template, trial, preview, import, and the refused rows back."""

from __future__ import annotations

from functools import partial

from pyramid.config import Configurator

from shuhua_core.imports.archives import ARCHIVES
from shuhua_web.imports import views

ID = r"{id:\d{1,18}}"


def includeme(config: Configurator) -> None:
    """Routes of this room: the same ones for each archive, each with the permission to edit it."""
    for archive in ARCHIVES.values():
        for route, path, function, method, template in (
            ("import", "/import", views.send_file, ("GET", "POST"), "shuhua_web:templates/form.pt"),
            ("import.template", "/import/template", views.get_template, "GET", None),
            ("import.view", f"/imports/{ID}", views.view_import, "GET", "templates/import.pt"),
            ("import.confirm", f"/imports/{ID}/confirm", views.confirm, "POST", None),
            ("import.cancel", f"/imports/{ID}/cancel", views.cancel, "POST", None),
            ("import.errors", f"/imports/{ID}/errors", views.get_errors, "GET", None),
        ):
            name = f"{archive.name}.{route}"
            config.add_route(name, f"/{archive.name}{path}")
            renderer = {"renderer": template} if template else {}
            config.add_view(
                partial(function, archive), route_name=name, permission=archive.edit, request_method=method, **renderer
            )
