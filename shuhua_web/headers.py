"""Headers that keep browsers safe, and the network address that a request comes from.

The content security policy allows our own host alone; a page that needs more (a map provider's tiles) asks for it by
``request.allow_source("img-src", "https://tiles.example.com")``. Inline scripts and styles need ``request.csp_nonce``.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import INGRESS

from .security import is_api

POLICY: dict[str, tuple[str, ...]] = {
    "default-src": ("'none'",),
    "script-src": ("'self'",),
    "style-src": ("'self'",),
    "img-src": ("'self'", "data:", "blob:"),
    "media-src": ("'self'", "blob:"),
    "font-src": ("'self'",),
    "connect-src": ("'self'",),
    "manifest-src": ("'self'",),
    "worker-src": ("'self'",),
    "frame-src": ("'self'",),
    "form-action": ("'self'",),
    "base-uri": ("'none'",),
    "frame-ancestors": ("'none'",),
}
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.*:-]+")
_EXTENDABLE = frozenset({"img-src", "script-src", "style-src", "font-src", "connect-src"})


def csp_nonce(_request: Request) -> str:
    """The nonce of this answer, for ``<script nonce=...>``."""
    return secrets.token_urlsafe(16)


def allow_source(request: Request, directive: str, origin: str) -> None:
    """Let this page load from ``origin``. Raises ValueError for what is no origin, since a policy is built from it."""
    if directive not in _EXTENDABLE or not _ORIGIN.fullmatch(origin):
        raise ValueError(f"not a source for a content security policy: {directive} {origin}")
    request.environ.setdefault("shuhua.csp", {}).setdefault(directive, []).append(origin)


def policy(request: Request) -> str:
    """The content security policy of this answer."""
    allowed: dict[str, list[str]] = request.environ.get("shuhua.csp", {})
    nonce = request.__dict__.get("csp_nonce")
    parts = []
    for directive, sources in POLICY.items():
        more = [*allowed.get(directive, ())]
        if nonce and directive in {"script-src", "style-src"}:
            more.append(f"'nonce-{nonce}'")
        parts.append(" ".join((directive, *sources, *more)))
    return "; ".join(parts)


def client_address(request: Request) -> str:
    """Where the request comes from. X-Forwarded-For counts only as far as our own proxies wrote it."""
    address = str(request.environ.get("REMOTE_ADDR") or "unknown")
    proxies = request.deployment.settings.proxies
    forwarded = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",") if each.strip()]
    return (forwarded[-proxies] if 0 < proxies <= len(forwarded) else address)[:45]


def headers_tween_factory(handler: Callable[[Request], Response], _registry: Any) -> Callable[[Request], Response]:
    """Puts the headers on every answer, also on those that error views made."""

    def headers_tween(request: Request) -> Response:
        settings = request.registry.deployment.settings
        if settings.secure:
            # Behind a proxy that ends TLS. Links are made from what is configured, never from a Host that a client sent.
            request.environ["wsgi.url_scheme"] = "https"
            request.environ["HTTP_HOST"] = urlsplit(settings.origin).netloc
        response = handler(request)
        page = response.content_type == "text/html"
        wanted = {**FIXED, "Content-Security-Policy": policy(request) if page else API_POLICY}
        if page or is_api(request):
            wanted["Cache-Control"] = "private, no-store"
            wanted["Date"] = format_datetime(request.registry.deployment.clock.now(), usegmt=True)
        if settings.secure:
            wanted["Strict-Transport-Security"] = "max-age=31536000"
        present = {name.lower() for name, _value in response.headerlist}
        response.headerlist.extend((name, value) for name, value in wanted.items() if name.lower() not in present)
        return response

    return headers_tween


def includeme(config: Configurator) -> None:
    """The tween, and what pages ask for."""
    config.add_request_method(csp_nonce, reify=True)
    config.add_request_method(allow_source)
    config.add_request_method(client_address, reify=True)
    config.add_tween("shuhua_web.headers.headers_tween_factory", under=INGRESS, over="shuhua_web.logging.log_tween_factory")
