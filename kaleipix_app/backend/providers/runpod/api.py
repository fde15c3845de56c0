"""RunPod's four calls, each made once: run, status, health, cancel. Every way to fail has its type."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from kaleipix_app.backend import log
from kaleipix_app.backend.providers.base import (
    BadOrder,
    Down,
    ProviderError,
    RateLimited,
    TimedOut,
    Unconfigured,
    UnknownOutcome,
    Unreachable,
    Unsupported,
)
from kaleipix_app.backend.providers.circuit import Circuit
from kaleipix_app.backend.providers.outgoing import CONNECT, MOST_BYTES, READ, Answer, TooMuch
from kaleipix_app.backend.providers.runpod.jobs import Job, is_name

_WHOLE = 300.0  # seconds for a whole answer: a byte now and then must not keep a job for ever
_SHORT = 10.0  # seconds for answers that nobody waits for

_log = log.get("runpod")


class Api:
    """One pool of connections to one address. The key travels in the Authorization header and nowhere else."""

    def __init__(self, url: str, key: str, *, read: float = READ, circuit: Circuit | None = None) -> None:
        self.circuit = circuit or Circuit()
        self._url = url.rstrip("/")
        self._headers = {
            "authorization": f"Bearer {key}",
            "content-type": "application/json",
            "accept-encoding": "identity",  # so that what is counted is what is sent
        }
        self._read = read
        self._client: httpx.AsyncClient | None = None

    async def run(self, endpoint: str, body: bytes) -> str:
        """Order; returns RunPod's id. Raises Unreachable or RateLimited if surely nothing was ordered."""
        try:
            answer = await self._call("POST", f"{endpoint}/run", body=body, counted=True)
        except (TimedOut, TooMuch) as error:
            raise UnknownOutcome(f"ordering: {error}") from error
        if answer.status == 404:
            _log.error("no_such_endpoint", endpoint=endpoint)
            raise Unsupported("no such endpoint", sentence="This model is not set up here. Choose another model.")
        if answer.status in (400, 413, 422):
            raise BadOrder(f"ordering: {answer.status}")
        if answer.status >= 500:
            raise Down(f"ordering: {answer.status}")
        if answer.status >= 300:
            raise ProviderError(f"ordering: {answer.status}")
        name = answer.json().get("id")
        if not is_name(name):
            raise UnknownOutcome("ordered, but no usable id came back")
        return str(name)

    async def status(self, job: Job, *, counted: bool = True) -> Mapping[str, Any]:
        """What RunPod says about an order. Raises NotNow for whatever may be asked again, UnknownOutcome for 404."""
        try:
            answer = await self._call("GET", f"{job.endpoint}/status/{job.name}", counted=counted)
        except (TimedOut, UnknownOutcome) as error:
            raise Unreachable(f"reading: {error}") from error
        if answer.status == 404:
            raise UnknownOutcome("no such order")
        found = answer.json()
        if answer.status != 200 or not isinstance(found.get("status"), str):
            raise Unreachable(f"reading: {answer.status}")
        return found

    async def health(self, endpoint: str) -> Mapping[str, Any]:
        """Jobs and workers of an endpoint; empty if that cannot be found out."""
        try:
            answer = await self._call("GET", f"{endpoint}/health", read=_SHORT)
        except ProviderError:
            return {}
        return answer.json() if answer.status == 200 else {}

    async def cancel(self, job: Job) -> None:
        """Ask to stop it. It may be too late, and that is fine."""
        try:
            await self._call("POST", f"{job.endpoint}/cancel/{job.name}", read=_SHORT)
        except ProviderError as error:
            _log.warning("cancel_failed", code=error.code, detail=str(error))

    async def close(self) -> None:
        """Close every connection."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _call(
        self, method: str, path: str, *, body: bytes | None = None, counted: bool = False, read: float | None = None
    ) -> Answer:
        """One request. `counted`: the circuit is asked before, and told about connections, time-outs and 5xx."""
        circuit = self.circuit if counted else None
        if circuit is not None:
            if circuit.wait:
                raise Unreachable("the circuit is open", retry_after=circuit.wait)
            circuit.probe()
        try:
            answer = await self._answer(method, path, body, min(read or self._read, self._read))
        except (Unreachable, TimedOut):
            if circuit is not None:
                circuit.failed()
            raise
        if circuit is not None:
            circuit.failed() if answer.status >= 500 else circuit.succeeded()
        if answer.status == 429:
            raise RateLimited("429", retry_after=answer.retry_after)
        if answer.status in (401, 402, 403):
            _log.error("account_refused", status=answer.status)  # the key, or no money left: for the operator
            raise Unconfigured(f"{answer.status}")
        return answer

    async def _answer(self, method: str, path: str, body: bytes | None, read: float) -> Answer:
        """Raises Unreachable if no connection was made, TimedOut if no answer came, UnknownOutcome if it broke."""
        if self._client is None:
            # No limit and no proxy of the environment: `room` limits, and the operator named the address.
            self._client = httpx.AsyncClient(limits=httpx.Limits(max_connections=None), trust_env=False)
        timeout = httpx.Timeout(read, connect=CONNECT)
        url = f"{self._url}/{path}"
        try:
            async with (
                asyncio.timeout(_WHOLE),
                self._client.stream(method, url, content=body, headers=self._headers, timeout=timeout) as response,
            ):
                found = await _all_of(response)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Unreachable(type(error).__name__) from error
        except (httpx.TimeoutException, TimeoutError) as error:
            raise TimedOut(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise UnknownOutcome(type(error).__name__) from error
        return Answer(response.status_code, dict(response.headers), found)


async def _all_of(response: httpx.Response) -> bytes:
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > MOST_BYTES:
        raise TooMuch("announced")
    found = bytearray()
    async for chunk in response.aiter_bytes():
        found += chunk
        if len(found) > MOST_BYTES:
            raise TooMuch("while reading")
    return bytes(found)
