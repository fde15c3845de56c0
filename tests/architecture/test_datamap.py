"""Everything that is kept about people has a line in the data map. To mend a failure: privacy/datamap.py says how."""

from __future__ import annotations

import re
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import pytest

from kaleipix_app.backend import tables
from kaleipix_app.backend.accounts.cookies import Cookies
from kaleipix_app.backend.privacy import datamap
from kaleipix_app.backend.privacy.category import Goes
from tests.house import House

ROOT = Path(__file__).parents[2] / "kaleipix_app"
_SET_COOKIE = re.compile(r"\.set_cookie\(\s*([^,]+),")
_STORED = re.compile(r"(?:local|session)Storage\.setItem\(\s*([\w.\"']+)")
_CONSTANT = re.compile(r"(?:const|,) (\w+) = [\"']([^\"']+)[\"']")


def held() -> Counter[str]:
    every = [held for one in datamap.CATEGORIES for held in one.tables] + list(datamap.NOT_PERSONAL)
    return Counter(f"{one.table}.{column}" for one in every for column in one.columns)


def test_every_column_belongs_to_exactly_one_category() -> None:
    there = {f"{table.name}.{column.name}" for table in tables.metadata.sorted_tables for column in table.columns}
    assert there - set(held()) == set(), "these columns belong to no category"
    assert set(held()) - there == set(), "these columns are not there any more"
    assert [name for name, count in held().items() if count > 1] == []


def test_it_is_known_whose_the_rows_of_each_table_are() -> None:
    personal = {held.table for one in datamap.CATEGORIES for held in one.tables}
    assert personal == set(datamap.OWNED)
    for name, owned in datamap.OWNED.items():
        table = tables.metadata.tables[name]
        assert owned.column in table.columns
        assert set(owned.secret) <= set(table.columns.keys())
        assert not owned.via or owned.via in datamap.OWNED


def test_what_goes_before_the_account_is_not_needed_by_what_stays() -> None:
    order = list(Goes)
    for name, owned in datamap.OWNED.items():
        for key in tables.metadata.tables[name].foreign_keys:
            other = datamap.OWNED[key.column.table.name]
            assert order.index(owned.goes) <= order.index(other.goes), f"{name} points to {key.column.table.name}"


async def test_every_stored_file_belongs_to_a_category(house: House) -> None:
    await house.parts.post.close()
    folder = house.parts.settings.data_dir
    found = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert any(name.startswith("media/sources/") for name in found)
    assert any(name.startswith("media/results/") for name in found)
    patterns = [*datamap.TECHNICAL_FILES, *(pattern for one in datamap.CATEGORIES for pattern in one.files)]
    assert [name for name in found if not any(fnmatch(name, pattern) for pattern in patterns)] == []


@pytest.mark.parametrize("secure", [True, False])
def test_the_cookie_table_lists_what_the_code_sets(secure: bool) -> None:
    cookies = Cookies(secure=secure)
    named = {getattr(cookies, name) for name in ("session", "challenge", "share")}
    assert named == {f"{cookie.prefix if secure else ''}{cookie.name}" for cookie in datamap.cookies()}
    assert {name for name, kind in vars(Cookies).items() if isinstance(kind, property)} == {
        "session",
        "challenge",
        "share",
        "flags",
    }, "a new name of a cookie has to be listed"
    for path in (ROOT / "backend").rglob("*.py"):
        for name in _SET_COOKIE.findall(path.read_text()):
            assert re.fullmatch(r"(self\._)?cookies\.(session|challenge|share)", name), f"{path} sets {name}"


def test_every_key_that_our_scripts_keep_in_the_browser_is_listed() -> None:
    listed = {key.name for key in datamap.browser_keys()}
    for path in ROOT.rglob("*.py"):
        text = path.read_text()
        constants = dict(_CONSTANT.findall(text))
        for key in _STORED.findall(text):
            assert constants.get(key, key.strip("\"'")) in listed, f"{path} keeps {key}"


def test_each_category_says_what_people_have_to_know() -> None:
    for one in datamap.CATEGORIES:
        said = [one.purpose, one.basis, one.kept, one.exported, one.erased]
        assert all(said), one.key
    assert len({one.key for one in datamap.CATEGORIES}) == len(datamap.CATEGORIES)
