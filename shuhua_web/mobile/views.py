"""The files that start the phone app. They hold nothing about anybody: everything personal comes over the API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ..headers import POLICY
from ..i18n import _
from ..security import PUBLIC
from .bundle import ENTRY, WORKER, Bundle

# WebAssembly reads QR codes; a recording is played from where it is kept on the phone.
APP_POLICY = {
    **POLICY,
    "script-src": (*POLICY["script-src"], "'wasm-unsafe-eval'"),
    "media-src": ("'self'", "blob:"),
    "form-action": ("'none'",),
    "frame-src": ("'none'",),
}
# A worker is bound by the policy of its own file.
WORKER_POLICY = {"default-src": ("'none'",), "connect-src": ("'self'",)}


def policy_text(policy: Mapping[str, tuple[str, ...]]) -> str:
    """The header of a content security policy."""
    return "; ".join(" ".join((directive, *sources)) for directive, sources in policy.items())


@view_config(route_name="mobile.bare", request_method="GET", permission=PUBLIC)
def bare(request: Request) -> HTTPSeeOther:
    """The address as people type it."""
    return HTTPSeeOther(request.route_path("mobile.app"))


@view_config(route_name="mobile.app", request_method="GET", permission=PUBLIC, renderer="templates/app.pt")
def app(request: Request) -> dict[str, Any]:
    """The page that starts the app, the same for everybody, so that the service worker may keep it."""
    bundle = Bundle(request.registry.assets)
    request.response.headers["Content-Security-Policy"] = policy_text(APP_POLICY)
    request.response.headers["Cache-Control"] = "no-cache"
    address = request.registry.assets.file
    return {
        "title": request.tr(_("Shuhua service")),
        "built": bundle.built,
        "script": _address(request, address(ENTRY)),
        "styles": [_address(request, file) for file in bundle.styles()],
        "icon": _address(request, address("generated/mobile/icon-180.png")),
        "manifest": request.route_path("mobile.manifest"),
        "locale": request.locale_name.replace("_", "-"),
    }


@view_config(route_name="mobile.worker", request_method="GET", permission=PUBLIC)
def worker(request: Request) -> Response:
    """The service worker with the list of what it keeps. A new build makes a new text, which is how a browser notices it."""
    bundle = Bundle(request.registry.assets)
    told = {
        "version": bundle.version(),
        "page": request.route_path("mobile.app"),
        "shell": [_address(request, file) for file in bundle.shell()],
        "later": [_address(request, file) for file in bundle.later()],
        "icon": _address(request, request.registry.assets.file("generated/mobile/icon-192.png")),
        "name": request.tr(_("Shuhua service")),
    }
    text = f"self.shuhua = {json.dumps(told)};\n{bundle.text(WORKER)}"
    response = Response(text=text, content_type="text/javascript", charset="utf-8")
    response.headers["Content-Security-Policy"] = policy_text(WORKER_POLICY)
    response.headers["Cache-Control"] = "no-cache"
    return response


@view_config(route_name="mobile.manifest", request_method="GET", permission=PUBLIC)
def manifest(request: Request) -> Response:
    """What makes the page installable."""
    page = request.route_path("mobile.app")
    icons = [(192, "any"), (512, "any"), (512, "maskable")]
    told = {
        "id": page,
        "name": request.tr(_("Shuhua service")),
        "short_name": request.tr(_("Shuhua service")),
        "lang": request.locale_name.replace("_", "-"),
        "start_url": page,
        "scope": page,
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#f4f6f8",
        "theme_color": "#0b5cab",
        "icons": [
            {
                "src": _address(request, request.registry.assets.file(_icon(size, purpose))),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for size, purpose in icons
        ],
    }
    text = json.dumps(told, ensure_ascii=False)
    response = Response(text=text, content_type="application/manifest+json", charset="utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _icon(size: int, purpose: str) -> str:
    return f"generated/mobile/icon-{size}{'-maskable' if purpose == 'maskable' else ''}.png"


def _address(request: Request, file: str | None) -> str:
    return str(request.static_path(f"shuhua_web:static/dist/{file}")) if file else ""
