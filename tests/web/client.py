"""Clients of the web application as tests use them: of the API with a device's token, of the office with a session cookie."""

from __future__ import annotations

import uuid
from typing import Any

from webtest import TestApp, TestResponse

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.accounts.sessions import OpenedSession, open_session
from shuhua_core.kernel.deployment import Deployment

API = "/api/v1"


class ApiClient:
    """A client of ``/api/v1``. Addresses are given below that; statuses are not checked unless ``status`` says so."""

    def __init__(self, app: Any, token: str | None = None, space: str | None = None, language: str = "en") -> None:
        self.app = TestApp(app)
        self.headers = {"Accept-Language": language}
        if token is not None:
            self.headers["Authorization"] = f"Bearer {token}"
        if space is not None:
            self.headers["Idempotency-Space"] = space

    def get(self, path: str, *, status: Any = "*", headers: dict[str, str] | None = None, **query: Any) -> TestResponse:
        return self.app.get(API + path, query, headers={**self.headers, **(headers or {})}, status=status)

    def post(
        self, path: str, body: Any = None, *, key: str | None = None, status: Any = "*", headers: dict[str, str] | None = None
    ) -> TestResponse:
        """POST with a fresh key, or with ``key`` again."""
        sent = {**self.headers, "Idempotency-Key": key or str(uuid.uuid4()), **(headers or {})}
        return self.app.post_json(API + path, {} if body is None else body, headers=sent, status=status)

    def patch(self, path: str, body: Any, *, version: int | None = None, status: Any = "*") -> TestResponse:
        sent = self.headers if version is None else {**self.headers, "If-Match": f'"{version}"'}
        return self.app.patch_json(API + path, body, headers=sent, status=status)

    def delete(self, path: str, *, status: Any = "*") -> TestResponse:
        return self.app.delete(API + path, headers=self.headers, status=status)

    def act(self, path: str, action: str, body: Any = None, **options: Any) -> TestResponse:
        """Take an action on the record at ``path``."""
        return self.post(f"{path}/actions/{action}", body, **options)


class OfficeClient(TestApp):
    """A browser in the office, with its CSRF token: ``post_form`` sends it along."""

    def __init__(self, app: Any, opened: OpenedSession | None = None, language: str = "en") -> None:
        super().__init__(app, extra_environ={"HTTP_ACCEPT_LANGUAGE": language})
        self.csrf_token = opened.csrf_token if opened else ""
        if opened is not None:
            self.set_cookie("shuhua-session", opened.token)

    def post_form(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """POST as a form of the office does."""
        return self.post(path, {"csrf_token": self.csrf_token, **(fields or {})}, **options)


class Person:
    """Somebody who is signed in on a phone (``api``) and in the office (``office``)."""

    def __init__(self, app: Any, deployment: Deployment, login: str) -> None:
        with deployment.database.write() as session:
            ctx = deployment.context(session, load_actor_by_login(session, login))
            device, browser = open_session(ctx, kind="device", device="phone of tests"), open_session(ctx)
        self.login = login
        self.user_id = device.actor.user_id
        self.token = device.token
        self.api = ApiClient(app, device.token)
        self.office = OfficeClient(app, browser)
