"""An operator's words become a version: on its day, beside what the studio says, compared with the last."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.errors import BadInput, Conflict
from kaleipix_app.backend.privacy.differences import differences
from kaleipix_app.backend.privacy.policy import Policies, render
from kaleipix_app.backend.privacy.words import as_html, read_words
from kaleipix_app.backend.settings import Settings
from tests.conftest import MovableClock

TODAY, LATER = date(2026, 11, 24), date(2026, 12, 1)
WORDS = "# Backups\n\nWe keep them for 14 days,\nencrypted.\n\n- Here alone\n- <b>Nobody</b> else reads them"


@pytest.fixture
async def page(parts: Container) -> AsyncIterator[httpx.AsyncClient]:
    """The site, once it has started."""
    await parts.policies.publish()
    transport = httpx.ASGITransport(parts.api_app())
    async with httpx.AsyncClient(transport=transport, base_url=parts.settings.url) as client:
        yield client


async def test_words_are_shown_from_their_day_on(
    parts: Container, clock: MovableClock, page: httpx.AsyncClient
) -> None:
    await parts.publishing.publish(WORDS, LATER, significant=False)
    now = (await page.get("/privacy")).text
    assert "Version 1 of" in now
    assert "14 days, encrypted" not in now
    assert 'From <time datetime="2026-12-01">1 December 2026</time> on' in now
    coming = (await page.get("/privacy?version=2")).text
    assert "It does not hold yet" in coming
    clock.move(days=7)
    then = (await page.get("/privacy")).text
    assert 'Version 2 of <time datetime="2026-12-01">1 December 2026</time>' in then
    assert "We keep them for 14 days, encrypted." in then
    assert "Account lifetime + 30 days" in then, "what the map says stays"
    assert "&lt;b&gt;Nobody&lt;/b&gt; else" in then
    assert "This is an earlier version" in (await page.get("/privacy?version=1")).text


async def test_the_tables_are_those_of_the_studio_that_shows_them(
    parts: Container, clock: MovableClock, page: httpx.AsyncClient, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path / "data", company_name="Wrong Ltd", db_url=parts.settings.db_url)
    elsewhere = Container(settings, clock=clock)
    await elsewhere.publishing.publish(WORDS, TODAY, significant=False)  # as a command with other settings
    await elsewhere.db.close()
    text = (await page.get("/privacy")).text
    assert "14 days" in text
    assert "Wrong Ltd" not in text


async def test_changed_settings_keep_the_words_and_hide_no_later_version(
    parts: Container, clock: MovableClock, tmp_path: Path
) -> None:
    await parts.policies.publish()
    await parts.publishing.publish("First.", TODAY, significant=False)
    await parts.publishing.publish("Second.", LATER, significant=False)
    assert (await parts.policies.shown("privacy")).shown.edition.number == 2
    changed = Policies(parts.db, clock, Settings(data_dir=tmp_path / "data", company_name="Prism Ltd"))
    await changed.publish()
    now = await changed.shown("privacy")
    assert (now.shown.edition.number, [one.edition.number for one in now.coming]) == (4, [3])
    assert "First." in now.body
    assert "Prism Ltd" in now.body
    clock.move(days=7)
    then = await changed.shown("privacy")
    assert then.shown.edition.number == 3
    assert "Second." in then.body
    assert "Prism Ltd" in then.body
    await changed.publish()  # a restart is no new version
    assert (await changed.shown("privacy")).shown.edition.number == 3


async def test_a_later_publication_takes_the_place_of_one_that_does_not_hold_yet(
    parts: Container, clock: MovableClock
) -> None:
    await parts.policies.publish()
    await parts.publishing.publish("In March.", date(2027, 3, 1), significant=False)
    await parts.publishing.publish("In December.", LATER, significant=False)
    assert [one.edition.number for one in (await parts.policies.shown("privacy")).coming] == [3]
    clock.move(days=120)
    assert "In December." in (await parts.policies.shown("privacy")).body
    assert (await parts.policies.shown("privacy", 2)).shown.stands == "replaced"


async def test_what_was_announced_goes_only_with_another_announcement(parts: Container) -> None:
    await parts.policies.publish()
    await parts.publishing.publish("Announced.", LATER, significant=True)
    with pytest.raises(Conflict, match="would not come"):
        await parts.publishing.publish("Quietly something else.", LATER, significant=False)
    await parts.publishing.publish("A clarification for afterwards.", LATER + timedelta(days=1), significant=False)
    assert (await parts.publishing.publish("Mended.", LATER, significant=True)).number == 4


async def test_the_same_twice_is_one_version(parts: Container) -> None:
    first = await parts.publishing.publish(WORDS, LATER, significant=False)
    again = await parts.publishing.publish(WORDS, LATER, significant=False)
    assert (first.is_new, again.is_new, first.number) == (True, False, again.number)
    with pytest.raises(Conflict, match="without --significant"):
        await parts.publishing.publish(WORDS, LATER, significant=True)
    assert (await parts.publishing.publish(WORDS, LATER + timedelta(days=1), significant=True)).number == 2


async def test_a_day_that_is_over_everywhere_is_refused(parts: Container, clock: MovableClock) -> None:
    yesterday = TODAY - timedelta(days=1)
    with pytest.raises(BadInput, match="is over"):
        await parts.publishing.publish(WORDS, yesterday, significant=False)
    clock.move(hours=-2)  # 10:00 UTC: in the west it is still yesterday
    assert (await parts.publishing.publish(WORDS, yesterday, significant=False)).day == "23 November 2026"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        (b"", "is empty"),
        (b" \r\n\t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        ("naïve".encode("latin-1"), "not UTF-8"),
        (b"one\ntwo\x00", "control character in line 2"),
        (b"x" * 100_001, "longer than 100 kB"),
        (b"x\n" * 2_001, "more than 2,000 lines"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_a_sentence(content: bytes | None, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "words.md"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadInput, match=reason) as refused:
        read_words(file)
    assert "\n" not in refused.value.sentence


def test_words_are_headings_lists_and_paragraphs(tmp_path: Path) -> None:
    file = tmp_path / "words.md"
    file.write_bytes("\ufeff## Title\r\nOne line,\r\nand more\r\n* first\r\n  goes on\r\n* second".encode())
    assert (
        as_html(read_words(file)).replace("\n", "") == "<h3>Title</h3><p>One line, and more</p>"
        "<ul><li>first goes on</li><li>second</li></ul>"
    )


def marked(before: str, now: str) -> list[str]:
    signs = {"same": "{}", "added": "+{}+", "removed": "-{}-"}
    return [
        f"{change.section}: {' '.join(signs[part.kind].format(part.text.strip()) for part in change.parts)}"
        for change in differences(before, now)
    ]


def test_differences_are_told_word_by_word_in_their_section() -> None:
    before, now = render("privacy", Settings()), render("privacy", Settings(company_name="Prism Ltd"), "New words.")
    url = re.escape(Settings().url)
    first, *others = marked(before, now)
    assert re.fullmatch(
        f": Kaleipix at {url} is operated by -the operator of this installation.- .Prism Ltd.. For .*", first
    )
    assert others == ["In the operator’s words: +In the operator’s words+", "In the operator’s words: +New words.+"]
    assert marked(before, before) == []
    rows = "<h2>Kept</h2><table><tr><th>Mails</th><td>{}</td></tr><tr><th>Logs</th><td>12 months</td></tr></table>"
    assert marked(rows.format("24 hours"), rows.format("48 hours")) == ["Kept: Mails · -24- +48+ hours"]


async def test_a_page_shows_what_is_different(parts: Container, page: httpx.AsyncClient) -> None:
    await parts.publishing.publish(WORDS, TODAY, significant=False)
    text = (await page.get("/privacy?version=2&since=1")).text
    assert "What is different from version 1 of 24 November 2026" in text
    assert "<ins>We keep them for 14 days, encrypted.</ins>" in text
    assert "<ins>&lt;b&gt;Nobody&lt;/b&gt; else reads them</ins>" in text
    assert "/privacy?version=2&amp;since=1" in (await page.get("/privacy")).text
    for wrong in ("version=1&since=2", "version=1&since=1", "since=x", "version=2&since=9", "since=-1"):
        assert (await page.get(f"/privacy?{wrong}")).status_code == 404, wrong
