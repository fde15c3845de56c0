"""After signing in nobody lands on a stranger's site."""

from __future__ import annotations

import pytest

from kaleipix_app.backend.accounts.next_path import local_path


@pytest.mark.parametrize(
    "wanted", ["/", "/plans", "/w/ann/library?tag=a%20b#top", "/account/privacy", "/s/x?to=https://a.b"]
)
def test_paths_of_this_site_are_honoured(wanted: str) -> None:
    assert local_path(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [None, 1, ["/plans"], "", "plans", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
     "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example", "/ /evil.example",
     "https://evil.example", "javascript:alert(1)", "/..//evil.example", "/.//evil.example", "/a/..//evil.example",
     "/plans\x00", "/plans\x7f", "/\u2215evil.example", "/\ud800", "/" + "a" * 2000, "//[", "/a//evil.example"],
)  # fmt: skip
def test_anything_that_might_leave_this_site_is_not(wanted: object) -> None:
    assert local_path(wanted) is None
