"""The protocol by hand, for what well-behaved clients never do."""

from __future__ import annotations

import base64
from typing import Any

from webtest import TestResponse

from tests.web.client import ApiClient

PIECE = "application/offset+octet-stream"


class Tus:
    """Uploads of one API client."""

    def __init__(self, api: ApiClient) -> None:
        self.api = api

    def _headers(self, version: str | None = "1.0.0", **more: str) -> dict[str, str]:
        found = {**self.api.headers, **{name.replace("_", "-"): value for name, value in more.items()}}
        return found if version is None else {**found, "Tus-Resumable": version}

    def post(
        self,
        length: Any,
        *,
        metadata: str | None = None,
        version: str | None = "1.0.0",
        extra: dict[str, str] | None = None,
        status: Any = 201,
    ) -> TestResponse:
        headers = self._headers(version, Upload_Length=str(length))
        if metadata is not None:
            headers["Upload-Metadata"] = metadata
        return self.api.app.post("/api/v1/uploads", headers={**headers, **(extra or {})}, status=status)

    def begin(self, length: int, sha256: str | None = None) -> str:
        """Begin an upload; gives its address."""
        metadata = None if sha256 is None else "sha256 " + base64.b64encode(sha256.encode()).decode()
        return self.post(length, metadata=metadata).headers["Location"]

    def patch(
        self,
        upload: str,
        offset: int,
        content: bytes,
        *,
        checksum: str | None = None,
        version: str | None = "1.0.0",
        content_type: str = PIECE,
        status: Any = 204,
    ) -> TestResponse:
        headers = self._headers(version, Upload_Offset=str(offset))
        if checksum is not None:
            headers["Upload-Checksum"] = checksum
        return self.api.app.patch(upload, content, headers=headers, content_type=content_type, status=status)

    def head(self, upload: str, status: Any = 200) -> TestResponse:
        return self.api.app.head(upload, headers=self._headers(), status=status)

    def get(self, upload: str) -> TestResponse:
        return self.api.app.get(upload, headers=self.api.headers, status="*")

    def json(self, upload: str) -> Any:
        return self.get(upload).json

    def delete(self, upload: str, status: Any = 204) -> TestResponse:
        return self.api.app.delete(upload, headers=self._headers(), status=status)
