"""Tells finished jobs to whoever asked, signed with ED25519, and as unreliably as scripted."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.emulators.fal.jobs import Job
from tests.emulators.fal.settings import Settings
from tests.emulators.script import Call, Rule, Script

EVENTS = frozenset({"twice", "early", "late", "forged", "unsigned", "stale", "unknown", "never", "no_payload"})


@dataclass(frozen=True)
class Delivery:
    """One attempt, and what the receiver answered (None: it could not be reached)."""

    url: str
    request_id: str
    status: int | None


def body_of(job: Job, request_id: str) -> dict[str, Any]:
    """What fal posts about a finished job."""
    assert job.reply is not None
    good = job.reply.status == 200
    told = {} if good else {"error": f"Invalid status code: {job.reply.status}"}
    payload = None if isinstance(job.reply.body, bytes) else job.reply.body
    known = {"request_id": request_id, "gateway_request_id": request_id, "status": "OK" if good else "ERROR"}
    return {**known, **told, "payload": payload}


class Webhooks:
    """Signs and sends; keeps a list of its attempts."""

    def __init__(self, settings: Settings, rules: Script, client: Callable[[], httpx.AsyncClient]) -> None:
        self.deliveries: list[Delivery] = []
        self._settings = settings
        self._rules = rules
        self._client = client
        self._key = Ed25519PrivateKey.generate()
        self._other = Ed25519PrivateKey.generate()

    @property
    def jwks(self) -> dict[str, Any]:
        """The public keys: one out of use, and the one that signs."""
        keys = (Ed25519PrivateKey.generate(), self._key)
        raw = [key.public_key().public_bytes_raw() for key in keys]
        xs = [base64.urlsafe_b64encode(key).decode().rstrip("=") for key in raw]
        return {"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": x[:8], "x": x} for x in xs]}

    def signed(self, request_id: str, raw: bytes, key: Ed25519PrivateKey | None = None, age: int = 0) -> dict[str, str]:
        """The four headers for a body."""
        user, at = self._settings.user_id, str(int(time.time()) - age)
        message = "\n".join([request_id, user, at, hashlib.sha256(raw).hexdigest()]).encode()
        return {
            "x-fal-webhook-request-id": request_id,
            "x-fal-webhook-user-id": user,
            "x-fal-webhook-timestamp": at,
            "x-fal-webhook-signature": (key or self._key).sign(message).hex(),
        }

    async def _post(self, url: str, request_id: str, raw: bytes, headers: dict[str, str]) -> bool:
        kind = {"content-type": "application/json"}
        try:
            status: int | None = (await self._client().post(url, content=raw, headers={**headers, **kind})).status_code
        except httpx.HTTPError:
            status = None
        self.deliveries.append(Delivery(url, request_id, status))
        return status == 200

    async def _deliver(self, url: str, request_id: str, body: dict[str, Any], headers: dict[str, str] | None) -> None:
        raw = json.dumps(body).encode()
        for attempt in range(1 + self._settings.webhook_retries):
            if await self._post(url, request_id, raw, self.signed(request_id, raw) if headers is None else headers):
                return
            await asyncio.sleep(self._settings.webhook_delay * 2**attempt)

    def _headers(self, rule: Rule | None, request_id: str, body: dict[str, Any]) -> dict[str, str] | None:
        raw = json.dumps(body).encode()
        match rule.do if rule else "":
            case "forged":
                return self.signed(request_id, raw, self._other)
            case "stale":
                return self.signed(request_id, raw, age=3600)
            case "unsigned":
                return {}
            case _:
                return None

    async def tell(self, job: Job) -> None:
        """Post one finished job, as the script will have it."""
        if not job.webhook:
            return
        rule = self._rules.take(Call("webhook", job.model, job.prompt))
        do = rule.do if rule else ""
        if do == "never":
            return
        if rule and do == "late":
            await asyncio.sleep(rule.args.get("seconds", 0.3))
        body = body_of(job, job.id)
        if do == "no_payload":
            body |= {"payload": None, "payload_error": "Response is not JSON serializable"}
        if do == "unknown":
            stranger = str(uuid.uuid4())
            await self._deliver(job.webhook, stranger, body_of(job, stranger), None)
        headers = self._headers(rule, job.id, body)
        for _ in range(2 if do == "twice" else 1):
            await self._deliver(job.webhook, job.id, body, headers)
