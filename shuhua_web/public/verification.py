"""Verification files that services ask operators to place on the host: ``/q/<name>`` and ``/<name>``.

They are read from one folder at start: what is not there then is not served, and no path from a request reaches the disk.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from shuhua_core.kernel.errors import ConfigurationError

from ..i18n import _
from ..security import PUBLIC

_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}\.(txt|html)")
LARGEST = 10_000


def add_verification(config: Configurator) -> None:
    """A route for each file of ``shuhua.verification_path``, below ``/`` and ``/q/``. Raises ConfigurationError."""
    folder = config.registry.deployment.settings.verification_path
    if not folder:
        return
    if not Path(folder).is_dir():
        raise ConfigurationError(_("shuhua.verification_path ${path} is no folder.", mapping={"path": folder}))
    for path in sorted(Path(folder).iterdir()):
        if not _NAME.fullmatch(path.name) or path.stat().st_size > LARGEST:
            raise ConfigurationError(
                _("${file} is no verification file: they are small and end in .txt or .html.", mapping={"file": path.name})
            )
        content = path.read_bytes()
        for index, prefix in enumerate(("/", "/q/")):
            route = f"public.verification.{path.name}.{index}"
            config.add_route(route, prefix + path.name)
            config.add_view(partial(_answer, content), route_name=route, request_method="GET", permission=PUBLIC)


def _answer(content: bytes, _context: Any, _request: Request | None = None) -> Response:
    # As plain text also where it is called .html: the services compare bytes, and nothing in it is ever run here.
    return Response(body=content, content_type="text/plain", charset="utf-8")
