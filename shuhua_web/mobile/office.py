"""The way from the office to the phone app: its address, and a QR code of it."""

from __future__ import annotations

from typing import Any

import segno
from pyramid.request import Request
from pyramid.view import view_config

from ..i18n import _
from ..layout import crumbs
from ..security import SIGNED_IN

TITLE = _("Phone app")


@view_config(
    route_name="mobile.get", permission=SIGNED_IN, request_method="GET", renderer="shuhua_web:mobile/templates/get-app.pt"
)
def get_app(request: Request) -> dict[str, Any]:
    """The page. The address is the deployment's own, whatever name the office was opened by."""
    origin = request.deployment.settings.origin.rstrip("/")
    address = origin + str(request.route_path("mobile.app"))
    return {
        "title": TITLE,
        "crumbs": crumbs(request, (TITLE, None)),
        "address": address,
        "qr": segno.make(address, error="m", micro=False).svg_inline(scale=6, light="white"),
        "secure": request.deployment.settings.secure,
    }
