"""Log lines are structured and belong to a request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
import structlog

from kaleipix_app.backend import log


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def test_a_line_is_json_with_its_part_level_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    log.get("mail").warning("not_sent", tries=3)
    (line,) = _lines(capsys)
    assert {"part": "mail", "level": "warning", "event": "not_sent", "tries": 3}.items() <= line.items()
    assert line["timestamp"].endswith("Z")


def test_details_for_developers_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    log.get("mail").debug("too_much")
    assert _lines(capsys) == []


async def test_every_line_of_a_request_carries_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()

    async def work(name: str) -> None:
        with log.request() as request_id:
            await asyncio.sleep(0)
            log.get("test").info(name, told=request_id)

    await asyncio.gather(work("one"), work("two"))
    log.get("test").info("outside")
    one, two, outside = _lines(capsys)
    assert one["request_id"] == one["told"] != two["request_id"] == two["told"]
    assert "request_id" not in outside


def test_a_given_id_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    with log.request("of-the-click"):
        log.get("test").info("later")
    assert _lines(capsys)[0]["request_id"] == "of-the-click"


def test_an_exception_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    try:
        raise ValueError("what happened")
    except ValueError as error:
        log.get("test").error("failed", exc_info=error)
    (line,) = _lines(capsys)
    assert "what happened" in line["exception"]
