"""The ways a request can go wrong that are the same for every service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping

from starlette.types import Message

from tests.emulators.exchange import Exchange, Reply
from tests.emulators.script import Call, Rule

Fault = Callable[[Exchange, Rule], Awaitable[None]]
Answer = Callable[[Rule, Call], Reply]

PNG = b"\x89PNG\r\n\x1a\n"
HUGE = 51 * 1024 * 1024
PIECE = 64 * 1024
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


async def hang(exchange: Exchange, rule: Rule) -> None:
    """No answer, and nothing done; after `seconds` the connection is cut."""
    exchange.outcome = "hung"
    try:
        await asyncio.wait_for(exchange.gone(), rule.args.get("seconds"))
    except TimeoutError:
        await exchange.cut()


async def hang_after(exchange: Exchange, rule: Rule) -> None:
    """The same, but the request was carried out."""
    await exchange.answered()
    await hang(exchange, rule)


async def cut(exchange: Exchange, rule: Rule) -> None:
    """The connection ends before anything was done."""
    await exchange.cut()


async def cut_after(exchange: Exchange, rule: Rule) -> None:
    """The request is carried out, its answer is lost."""
    await exchange.answered()
    await exchange.cut()


async def cut_midway(exchange: Exchange, rule: Rule) -> None:
    """The connection ends inside the body: after `bytes` of it, or half."""
    wanted: int | None = rule.args.get("bytes")

    async def some(message: Message) -> None:
        if message["type"] == "http.response.start":
            await exchange.send(message)
            return
        body = message.get("body", b"")
        await exchange.more(body[: len(body) // 2 if wanted is None else wanted])
        await asyncio.sleep(0.01)  # lets the half leave the socket before it is closed
        await exchange.cut()
        raise asyncio.CancelledError  # the emulator behind need not go on

    try:
        await exchange.pass_on(some)
    except asyncio.CancelledError:
        if exchange.outcome != "cut":
            raise


async def slow(exchange: Exchange, rule: Rule) -> None:
    """The request is carried out at once, its answer comes after `seconds`."""
    reply = await exchange.answered()
    await asyncio.sleep(rule.args.get("seconds", 0.2))
    await exchange.reply(reply)


async def trickle(exchange: Exchange, rule: Rule) -> None:
    """The body comes in small pieces, `seconds` apart."""
    reply = await exchange.answered()
    await exchange.start(reply.status, {**reply.headers, "content-length": str(len(reply.raw))})
    size = max(1, len(reply.raw) // rule.args.get("pieces", 8))
    for at in range(0, len(reply.raw), size):
        await exchange.more(reply.raw[at : at + size])
        await asyncio.sleep(rule.args.get("seconds", 0.05))
    await exchange.more(b"", last=True)


async def malformed(exchange: Exchange, rule: Rule) -> None:
    """The right answer, broken off in the middle of its JSON."""
    reply = await exchange.answered()
    await exchange.reply(Reply(reply.status, reply.raw[: len(reply.raw) // 2], reply.headers))


async def missing(exchange: Exchange, rule: Rule) -> None:
    """The right answer without some `fields`."""
    reply = await exchange.answered()
    body = json.loads(reply.raw)
    kept = {name: value for name, value in body.items() if name not in rule.args["fields"]}
    await exchange.reply(Reply(reply.status, json.dumps(kept).encode(), reply.headers))


async def changed(exchange: Exchange, rule: Rule) -> None:
    """The right answer with some `fields` replaced."""
    reply = await exchange.answered()
    body = json.loads(reply.raw) | rule.args["fields"]
    await exchange.reply(Reply(reply.status, json.dumps(body).encode(), reply.headers))


async def huge(exchange: Exchange, rule: Rule) -> None:
    """A body of `size` bytes that does not say how long it will be (unless `declared`)."""
    size: int = rule.args.get("size", HUGE)
    length = {"content-length": str(size)} if rule.args.get("declared") else {}
    await exchange.start(200, {"content-type": rule.args.get("content_type", "image/png"), **length})
    await exchange.more(PNG)
    left = size - len(PNG)
    while left > 0:
        await exchange.more(bytes(min(PIECE, left)))
        left -= PIECE
    await exchange.more(b"", last=True)


FAULTS: dict[str, Fault] = {
    made.__name__: made
    for made in (hang, hang_after, cut, cut_after, cut_midway, slow, trickle, malformed, missing, changed, huge)
}


def _reply(rule: Rule, call: Call) -> Reply:
    body = rule.args.get("body")
    raw = body.encode() if isinstance(body, str) else body
    return Reply(rule.args.get("status", 500), raw, rule.args.get("headers", {}))


def _redirect(rule: Rule, call: Call) -> Reply:
    return Reply(rule.args.get("status", 302), b"", {"location": rule.args["to"]})


def _not_picture(rule: Rule, call: Call) -> Reply:
    kind = rule.args.get("content_type", "image/png")
    return Reply(200, b"<html>This is no picture.</html>", {"content-type": kind})


def _svg(rule: Rule, call: Call) -> Reply:
    return Reply(200, SVG, {"content-type": rule.args.get("content_type", "image/svg+xml")})


ANSWERS: dict[str, Answer] = {"reply": _reply, "redirect": _redirect, "not_picture": _not_picture, "svg": _svg}


async def perform(exchange: Exchange, rule: Rule, call: Call, answers: Mapping[str, Answer]) -> None:
    """Do what the rule says."""
    if rule.do in FAULTS:
        await FAULTS[rule.do](exchange, rule)
        return
    await exchange.reply((answers.get(rule.do) or ANSWERS[rule.do])(rule, call))
