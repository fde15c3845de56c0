"""Empties a finished job: its answer, then its pictures. Reading costs nothing, so it is repeated for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from kaleipix_app.backend import log
from kaleipix_app.backend.providers.base import (
    Delivered,
    NotNow,
    ProviderError,
    RateLimited,
    TimedOut,
    UnknownOutcome,
)
from kaleipix_app.backend.providers.fal import failures, results
from kaleipix_app.backend.providers.fal.pace import Pace
from kaleipix_app.backend.providers.outgoing import Answer, Outgoing

_BELIEVED = 3  # times that fal may say its machinery failed before that is taken as the job's end
_EXPIRED = "The provider no longer has this result. Try again."

T = TypeVar("T")
_log = log.get("fal")


class Collector:
    """Reads results. It never counts in the circuit: what one job left behind says nothing about the provider."""

    def __init__(self, outgoing: Outgoing, headers: Mapping[str, str], pace: Pace) -> None:
        self._outgoing = outgoing
        self._headers = headers
        self._pace = pace

    async def pictures(self, url: str) -> list[Delivered]:
        """The pictures of the job whose result is at `url`. Raises ProviderError, never NotNow."""
        found = results.read(await self._document(url))
        fetched = await asyncio.gather(*(self._picture(one) for one in found.urls), return_exceptions=True)
        pictures = [Delivered(one, found.seed) for one in fetched if isinstance(one, bytes)]
        failed = [one for one in fetched if isinstance(one, BaseException)]
        for error in failed:
            if not isinstance(error, ProviderError):
                raise error
            _log.warning("picture_lost", provider="fal", error=error.code)
        if not pictures:
            raise failed[0]
        return pictures

    async def _document(self, url: str) -> dict[str, Any]:
        said = 0

        async def once() -> dict[str, Any]:
            nonlocal said
            answer = await _transient(self._outgoing.call("GET", url, headers=self._headers, read=self._pace.read))
            if answer.status == 200:
                if not (document := answer.json()):
                    raise NotNow("no object")
                return document
            said += 1
            if _may_pass(answer, said):
                raise NotNow(f"result answered {answer.status}")
            if answer.status == 404:
                raise ProviderError("result is gone", sentence=_EXPIRED)
            raise failures.of(answer)

        return await self._patiently(once)

    async def _picture(self, url: str) -> bytes:
        return await self._patiently(lambda: _transient(results.fetch(url, self._outgoing)))

    async def _patiently(self, work: Callable[[], Awaitable[T]]) -> T:
        ends, pause = time.monotonic() + self._pace.patience, self._pace.backoff
        while True:
            try:
                return await work()
            except NotNow as error:
                if time.monotonic() >= ends:  # the job was paid: NotNow would say that it may be ordered again
                    raise TimedOut(str(error)) from error
                asked = error.retry_after if isinstance(error, RateLimited) else 0.0
            await asyncio.sleep(min(max(pause, asked), self._pace.longest))
            pause *= 2


async def _transient(call: Awaitable[T]) -> T:
    """A read that breaks may be repeated. Raises NotNow."""
    try:
        return await call
    except (TimedOut, UnknownOutcome) as error:
        raise NotNow(str(error)) from error


def _may_pass(answer: Answer, said: int) -> bool:
    """Whether another read may find something else.

    fal repeats the model's own answer, errors included: these are a list. Its machinery's errors are text, and look the
    same whether this read failed or the job did.
    """
    detail = answer.json().get("detail")
    if answer.status >= 500:
        if isinstance(detail, list) or answer.headers.get("x-fal-request-timeout-type") == "user":
            return False
        return not detail or said < _BELIEVED
    return answer.status == 400 and isinstance(detail, str) and "in progress" in detail
