"""RunPod's webhooks: not signed, three attempts, the whole job in the body."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from tests.emulators.runpod.jobs import Job
from tests.emulators.script import Call, Script

EVENTS = frozenset({"twice", "early", "late", "forged", "unknown", "never"})
ATTEMPTS = 3


class Webhooks:
    """Sends them, and keeps the answers (None: not reached)."""

    def __init__(self, rules: Script, client: Callable[[], httpx.AsyncClient], delay: Callable[[], float]) -> None:
        self.answers: list[int | None] = []
        self._rules = rules
        self._client = client
        self._delay = delay

    async def _deliver(self, url: str, body: dict[str, Any]) -> None:
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(self._delay())
            try:
                status: int | None = (await self._client().post(url, json=body)).status_code
            except httpx.HTTPError:
                status = None
            self.answers.append(status)
            if status == 200:
                return

    async def tell(self, job: Job) -> None:
        """Post one finished job, as the script will have it."""
        url = job.body.get("webhook")
        if not url:
            return
        rule = self._rules.take(Call("webhook", job.endpoint, job.prompt))
        body = {**job.as_json(), "input": job.given, "webhook": url}
        match rule.do if rule else "":
            case "never":
                return
            case "late" if rule:
                await asyncio.sleep(rule.args.get("seconds", 0.3))
            case "forged":
                body = {**body, "status": "COMPLETED", "output": {"images": ["https://elsewhere.test/forged.png"]}}
            case "unknown":
                await self._deliver(url, {**body, "id": "00000000-0000-0000-0000-000000000000-u1"})
            case "twice":
                await self._deliver(url, body)
        await self._deliver(url, body)
