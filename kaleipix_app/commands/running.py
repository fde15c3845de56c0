"""What most commands do: put the house together, work in it, close what was opened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.settings import Settings

_Result = TypeVar("_Result")


def run(settings: Settings, work: Callable[[Container], Awaitable[_Result]]) -> _Result:
    """`work(parts)` to its end. Its mails have left, or failed, before this returns."""

    async def whole() -> _Result:
        parts = Container(settings)
        try:
            return await work(parts)
        finally:
            await parts.post.close()
            parts.ingest.close()
            await parts.db.close()

    return asyncio.run(whole())
