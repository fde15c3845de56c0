"""Ids sort, secrets are long, codes are read as people type them, keyed hashes survive a rotation."""

from __future__ import annotations

import re
import time

import pytest

from kaleipix_app.backend import tokens
from kaleipix_app.backend.tokens import Keyring

OLD, NEW = b"the old key of the house", b"the new key of the house"


def test_ids_are_unique_and_sort_by_time() -> None:
    ids = [tokens.new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(re.fullmatch(r"[0-9a-hjkmnp-tv-z]{26}", made) for made in ids)
    assert ids == sorted(ids), "many of them are of one millisecond"


def test_ids_go_on_in_order_while_the_clock_is_set_back_a_little(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()
    ids = [tokens.new_id()]
    for seconds in (0, -2, -9, 1):
        monkeypatch.setattr(time, "time_ns", lambda then=now + seconds * 10**9: then)
        ids.append(tokens.new_id())
    assert ids == sorted(ids)
    monkeypatch.setattr(time, "time_ns", lambda: now - 3600 * 10**9)
    assert tokens.made_at(tokens.new_id()).timestamp() == pytest.approx(now / 1e9 - 3600, abs=0.01), "it was wrong"


def test_secrets_have_256_bits() -> None:
    assert len(tokens.new_secret()) == 43
    assert tokens.new_secret() != tokens.new_secret()


def test_codes_have_no_look_alikes() -> None:
    codes = {tokens.new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(len(code) == tokens.CODE_LENGTH for code in codes)
    assert set("".join(codes)).isdisjoint("01IO")


@pytest.mark.parametrize("typed", ["K7QF-2M9D", "k7qf2m9d", " k7qf 2m9d ", "K7QF–2M9D", "K7QF-2M9D\n"])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert tokens.read_code(typed) == "K7QF2M9D"
    assert tokens.show_code(tokens.read_code(typed)) == "K7QF-2M9D"


def test_fingerprints_tell_secrets_apart() -> None:
    assert tokens.fingerprint("a") == tokens.fingerprint("a") != tokens.fingerprint("b")
    assert len(tokens.fingerprint("a")) == 64


def test_a_digest_depends_on_key_purpose_and_every_part() -> None:
    ring = Keyring([NEW])
    digest = ring.digest("code", "challenge", "K7QF2M9D")
    assert ring.matches(digest, "code", "challenge", "K7QF2M9D")
    assert not ring.matches(digest, "share", "challenge", "K7QF2M9D")
    assert not ring.matches(digest, "code", "challengeK7QF2M9D")
    assert not ring.matches(digest, "code", "challeng", "eK7QF2M9D")
    assert not Keyring([OLD]).matches(digest, "code", "challenge", "K7QF2M9D")


def test_a_rotation_keeps_what_the_old_key_made() -> None:
    made_before = Keyring([OLD]).digest("code", "x")
    ring = Keyring([NEW, OLD])
    assert ring.matches(made_before, "code", "x")
    assert ring.digest("code", "x") == Keyring([NEW]).digest("code", "x") != made_before


@pytest.mark.parametrize("keys", [[], [b"short"], [NEW, b"short"]])
def test_a_weak_key_is_refused(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Keyring(keys)
