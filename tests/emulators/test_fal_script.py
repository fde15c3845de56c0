"""Every failure that can be scripted on requests to the emulated fal.ai reaches the client."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.emulators.conftest import SCHNELL, Studio, until
from tests.emulators.fal import Fal
from tests.emulators.server import in_thread

REPLIES = [
    ("submit", "unauthorized", {}, 401),
    ("submit", "no_balance", {}, 403),
    ("submit", "not_found", {}, 404),
    ("submit", "rate_limited", {"retry_after": 7}, 429),
    ("submit", "error", {"status": 503}, 503),
    ("submit", "nginx", {}, 502),
    ("submit", "reply", {"status": 422, "body": {"detail": "no"}}, 422),
    ("status", "not_found", {}, 404),
    ("status", "error", {}, 500),
    ("result", "too_early", {}, 400),
    ("result", "expired", {}, 404),
    ("result", "rate_limited", {}, 429),
    ("cancel", "too_late", {}, 400),
    ("cancel", "not_found", {}, 404),
]
CUTS = ["cut", "cut_after"]


async def _ask(studio: Studio, step: str, job: dict[str, Any]) -> httpx.Response:
    http = studio.http
    match step:
        case "submit":
            return await http.post(f"/{SCHNELL}", json={"prompt": "again"})
        case "cancel":
            return await http.put(job["cancel_url"])
        case "result":
            return await http.get(job["response_url"])
        case "download":
            image = (await studio.done(job)).json()["images"][0]
            return await http.get(image["url"])
        case "upload":
            return await http.post("/files/upload", content=b"x")
        case "stream":
            return await http.get(job["status_url"] + "/stream")
        case _:
            return await http.get(job["status_url"])


@pytest.mark.parametrize(("step", "do", "args", "status"), REPLIES)
async def test_an_answer_that_is_none(studio: Studio, step: str, do: str, args: dict[str, Any], status: int) -> None:
    job = await studio.submit("a fox")
    rule = studio.fal.script(step, do, **args)
    answer = await _ask(studio, step, job)
    assert answer.status_code == status
    assert answer.headers.get("retry-after") == (str(args.get("retry_after", 1)) if status == 429 else None)
    assert rule.spent
    assert (await _ask(studio, step, job)).status_code != status or step in ("result", "cancel")


@pytest.mark.parametrize("step", ["submit", "status", "stream", "result", "download", "upload"])
@pytest.mark.parametrize("do", CUTS)
async def test_a_connection_that_is_cut(studio: Studio, step: str, do: str) -> None:
    job = await studio.submit("a fox")
    studio.fal.script(step, do)
    with pytest.raises(httpx.TransportError):
        await _ask(studio, step, job)
    assert studio.fal.submissions("again").jobs == (1 if (step, do) == ("submit", "cut_after") else 0)
    assert next(made for made in studio.fal.requests if made.step == step and made.outcome == "cut")


@pytest.mark.parametrize("do", ["hang", "hang_after"])
async def test_no_answer_at_all(studio: Studio, do: str) -> None:
    studio.fal.script("submit", do)
    with pytest.raises(httpx.ReadTimeout):
        await studio.http.post(f"/{SCHNELL}", json={"prompt": "hung"}, timeout=0.1)
    await until(lambda: studio.fal.submissions("hung").posts == 1)
    await until(lambda: studio.fal.submissions("hung").jobs == (1 if do == "hang_after" else 0))


async def test_a_slow_submit_makes_its_job_at_once(studio: Studio) -> None:
    studio.fal.script("submit", "slow", seconds=0.5)
    with pytest.raises(httpx.ReadTimeout):
        await studio.http.post(f"/{SCHNELL}", json={"prompt": "slow"}, timeout=0.1)
    await until(lambda: studio.fal.submissions("slow").jobs == 1)


async def test_answers_that_are_not_whole(studio: Studio) -> None:
    studio.fal.script("submit", "malformed")
    with pytest.raises(json.JSONDecodeError):
        (await studio.http.post(f"/{SCHNELL}", json={"prompt": "x"})).json()
    studio.fal.script("submit", "missing", fields=["request_id"])
    assert "request_id" not in (await studio.http.post(f"/{SCHNELL}", json={"prompt": "x"})).json()
    studio.fal.script("submit", "changed", fields={"status_url": "http://10.0.0.1/status"})
    assert (await studio.submit("x"))["status_url"] == "http://10.0.0.1/status"


async def test_downloads_of_every_bad_kind(studio: Studio) -> None:
    url = (await studio.make("a fox")).json()["images"][0]["url"]
    script, get = studio.fal.script, studio.http.get
    script("download", "not_picture")
    assert (await get(url)).content.startswith(b"<html>")
    script("download", "svg")
    assert (await get(url)).headers["content-type"] == "image/svg+xml"
    script("download", "redirect", to="http://169.254.169.254/latest")
    assert (await get(url)).headers["location"] == "http://169.254.169.254/latest"
    script("download", "huge")
    huge = await get(url)
    assert len(huge.content) > 50_000_000
    assert "content-length" not in huge.headers
    script("download", "cut_midway")
    with pytest.raises(httpx.RemoteProtocolError):
        await get(url)
    script("download", "trickle", seconds=0.001)
    assert (await get(url)).content == (await get(url)).content


async def test_a_stream_that_breaks(studio: Studio) -> None:
    studio.fal.hold("queued")
    job = await studio.submit("a fox")
    studio.fal.script("stream", "cut_midway", bytes=1000)
    with pytest.raises(httpx.RemoteProtocolError):
        await studio.http.get(job["status_url"] + "/stream")


async def test_a_rule_for_one_prompt_or_model(studio: Studio) -> None:
    studio.fal.script("submit", "error", prompt="wolf")
    studio.fal.script("submit", "no_balance", model="fal-ai/flux/dev", times=None)
    await studio.submit("a fox")
    assert (await studio.http.post(f"/{SCHNELL}", json={"prompt": "a wolf"})).status_code == 500
    for _ in range(3):
        assert (await studio.http.post("/fal-ai/flux/dev", json={"prompt": "x"})).status_code == 403
    with pytest.raises(ValueError, match="cannot do"):
        studio.fal.script("submit", "nswf")
    with pytest.raises(ValueError, match="cannot do"):
        studio.fal.script("sumbit", "error")


async def test_the_queue_has_limits(studio: Studio) -> None:
    studio.settings.concurrency = 1
    studio.fal.hold("running")
    jobs = [await studio.submit(f"fox {number}") for number in range(3)]
    await until(lambda: bool(studio.fal.jobs.at("running")))
    assert studio.fal.jobs.queued == 2
    full = await studio.http.post(f"/{SCHNELL}?fal_max_queue_length=2", json={"prompt": "x"})
    assert full.status_code == 429
    early = await studio.http.get(jobs[0]["response_url"])
    assert early.status_code == 400
    studio.fal.release()
    assert [(await studio.done(job)).status_code for job in jobs] == [200, 200, 200]


async def test_a_job_that_does_not_start_in_time(studio: Studio) -> None:
    studio.fal.hold("queued")
    headers = {"X-Fal-Request-Start-Timeout": "0.05"}
    job = (await studio.http.post(f"/{SCHNELL}", json={"prompt": "x"}, headers=headers)).json()
    result = await studio.done(job)
    assert result.status_code == 504
    assert result.headers["x-fal-request-timeout-type"] == "user"
    assert studio.fal.jobs.queued == 0


async def test_kept_results_go(studio: Studio) -> None:
    job = await studio.submit("x")
    await studio.done(job)
    studio.settings.retention = 0
    assert (await studio.http.get(job["response_url"])).status_code == 404


async def test_status_urls_have_no_sub_path(studio: Studio) -> None:
    job = await studio.submit("x")
    assert job["status_url"] == f"{studio.url}/fal-ai/flux/requests/{job['request_id']}/status"
    assert (await studio.http.get(f"/{SCHNELL}/requests/{job['request_id']}/status")).status_code == 405
    assert (await studio.http.get(f"/fal-ai/other/requests/{job['request_id']}/status")).status_code == 404


def test_the_script_of_another_process() -> None:
    with in_thread(Fal()) as url, httpx.Client(base_url=url, trust_env=False) as http:
        http.headers["authorization"] = "Key id:secret"
        rule = {"on": "submit", "do": "rate_limited", "args": {"retry_after": 3}}
        assert http.post("/_emulator/script", json=rule).status_code == 200
        assert http.post("/_emulator/script", json={"on": "submit", "do": "nonsense"}).status_code == 400
        assert http.post(f"/{SCHNELL}", json={"prompt": "x"}).status_code == 429
        http.post("/_emulator/hold", json={"stage": "queued"})
        job = http.post(f"/{SCHNELL}", json={"prompt": "x"}).json()
        assert http.get(f"/_emulator/jobs/{job['request_id']}").json()["stage"] == "queued"
        assert http.post("/_emulator/settings", json={"retention": 5}).status_code == 200
        http.post("/_emulator/release", json={})
        http.get(job["status_url"] + "/stream")
        assert http.get(job["response_url"]).json()["prompt"] == "x"
        told = http.get("/_emulator/requests", params={"step": "submit"}).json()
        assert [made["outcome"] for made in told] == [429, 200]
        assert told[0]["headers"]["authorization"] == "Key ***"
        assert http.get("/_emulator/submissions", params={"prompt": "x"}).json() == {"posts": 2, "jobs": 1}
