"""Log lines are structured and belong to a request."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from kaleipix_app.backend import log


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:]
    yield
    root.handlers[:] = before
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


def test_an_exception_is_one_line_with_its_places_and_without_its_texts(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    try:
        try:
            int("canary")
        except ValueError as error:
            raise KeyError("canary") from error
    except KeyError as error:
        log.get("test").error("failed", exc_info=error)
    (line,) = _lines(capsys)
    assert "ValueError" in line["exception"]
    assert line["exception"].endswith("KeyError\n")
    assert "test_log.py" in line["exception"]
    assert '"canary"' in line["exception"]  # our own source; what a person typed would stand in the text alone
    assert "'canary'" not in line["exception"]


def test_a_library_says_where_and_not_what(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    logging.getLogger("reflex.app").warning("Event data: canary")
    try:
        raise RuntimeError("canary".upper())
    except RuntimeError:
        logging.getLogger("asyncio").exception("canary")
    said, crashed = _lines(capsys)
    assert (said["part"], said["level"], said["event"]) == ("reflex", "warning", "library")
    assert said["at"].startswith("reflex.app:")
    assert "canary" not in str(said)
    assert "RuntimeError" in crashed["exception"]
    assert "CANARY" not in str(crashed)
