from __future__ import annotations

import pytest

from kaleipix_app.backend.accounts.cookies import Cookies
from kaleipix_app.backend.settings import Settings


def test_on_https_cookies_are_bound_to_the_host() -> None:
    cookies = Cookies.of(Settings(public_url="https://pix.example"))

    assert cookies.session == "__Host-kaleipix_session"
    assert cookies.challenge == "__Host-kaleipix_challenge"
    assert cookies.flags == {"path": "/", "secure": True, "httponly": True, "samesite": "lax"}


def test_on_plain_localhost_they_still_work() -> None:
    cookies = Cookies.of(Settings(public_url="http://localhost:3000"))

    assert cookies.session == "kaleipix_session"
    assert not cookies.flags["secure"]


@pytest.mark.parametrize(
    "header",
    ["a=b", "a=b; other={\"x\": 1}", "other={\"x\": [1,2]}; a=b", "bad name@=1;a=b", "a=b; a=c", "aa=x; =y; a=b"],
)  # fmt: skip
def test_other_apps_cookies_on_localhost_do_not_hide_ours(header: str) -> None:
    assert Cookies.read(header, "a") == "b"


def test_a_missing_cookie_is_empty() -> None:
    assert Cookies.read("", "a") == ""
    assert Cookies.read("ab=1; xa=2", "a") == ""
