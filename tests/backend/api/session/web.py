"""What a browser sends to the sign-in routes, and how to read what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx

from tests.backend.accounts.desk import Desk

NewBrowser = Callable[..., httpx.AsyncClient]


async def post(client: httpx.AsyncClient, step: str, **body: object) -> httpx.Response:
    return await client.post(f"/api/session/{step}", content=json.dumps(body))  # escapes what UTF-8 cannot say


async def sign_up(client: httpx.AsyncClient, desk: Desk, email: str, username: str, **extra: object) -> httpx.Response:
    await post(client, "code", email=email)
    await post(client, "verify", code=await desk.code())
    return await post(client, "register", username=username, adult=True, **extra)


async def sign_in(client: httpx.AsyncClient, desk: Desk, email: str, **extra: object) -> httpx.Response:
    await post(client, "code", email=email)
    return await post(client, "verify", code=await desk.code(), **extra)


def error(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert body["message"].endswith((".", "!", "?"))
    return answer.status_code, body["error"]


def set_cookies(answer: httpx.Response) -> dict[str, str]:
    """Cookies set by an answer: name to attributes without the value."""
    headers = answer.headers.get_list("set-cookie")
    return {header.partition("=")[0]: header.partition(";")[2].strip() for header in headers}
