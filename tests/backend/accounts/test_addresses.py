from __future__ import annotations

import pytest

from kaleipix_app.backend.accounts.addresses import read_address
from kaleipix_app.backend.errors import BadInput


def test_the_identity_is_lower_case_and_mail_goes_to_what_was_typed() -> None:
    address = read_address("  Ann.Lee@Example.COM ")

    assert address.identity == "ann.lee@example.com"
    assert address.typed == "Ann.Lee@example.com"


@pytest.mark.parametrize("typed", ["ann@mail.test", "ann+pix@example.com", "änn@exämple.com"])
def test_addresses_of_rehearsals_and_of_the_whole_world_are_accepted(typed: str) -> None:
    assert read_address(typed).typed


@pytest.mark.parametrize(
    "typed",
    ["", "  ", None, 7, {"a": 1}, "ann", "ann@", "@example.com", "ann@gmail", "a b@example.com",
     "ann@example.com\nBcc: all@example.com", "Ann <ann@example.com>", "ann@[127.0.0.1]", "\ud800@example.com",
     "a" * 5000 + "@example.com"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_a_sentence(typed: object) -> None:
    with pytest.raises(BadInput, match=r"e-mail address"):
        read_address(typed)
