"""What was made comes home, from answers of every shape, and only from where it may."""

from __future__ import annotations

import base64
import socket
from typing import Any

import pytest

from kaleipix_app.backend.providers.base import (
    BadOrder,
    Delivered,
    Down,
    NotNow,
    Order,
    ProviderError,
    Refused,
    TimedOut,
)
from kaleipix_app.backend.providers.fal import Pace
from kaleipix_app.backend.providers.outgoing import NotAllowed, TooMuch
from tests.backend.providers.fal.bench import Bench, a_picture, an_order
from tests.emulators.fal import Fal
from tests.emulators.server import serving

IMPATIENT = Pace(poll=0.01, backoff=0.01, longest=0.02, patience=0.2, read=0.1)


async def failed(bench: Bench, order: Order | None = None, pace: Pace | None = None) -> ProviderError:
    provider = bench.another(pace=pace) if pace else bench.provider
    job = await provider.submit(order or an_order())
    async for _ in provider.follow(job):
        pass
    with pytest.raises(ProviderError) as caught:
        await provider.collect(job)
    assert not isinstance(caught.value, NotNow), "it was paid: nobody may think that it can be ordered again"
    assert "fox" not in str(caught.value) + caught.value.sentence
    return caught.value


async def made(bench: Bench, order: Order | None = None) -> list[Delivered]:
    pictures = await bench.make(order or an_order())
    assert all(one.data.startswith(b"\x89PNG") for one in pictures)
    return pictures


@pytest.mark.parametrize("do", ["null_size", "absent_size"])
async def test_sizes_may_be_missing(do: str, bench: Bench) -> None:
    bench.fal.script("job", do)
    assert len(await made(bench)) == 1


@pytest.mark.parametrize(("seed", "told"), [(None, 0), ("7", 0), (-1, 0), (2**63, 0), (2**62, 2**62), (True, 0)])
async def test_a_seed_is_told_or_it_is_not(seed: object, told: int, bench: Bench) -> None:
    bench.fal.script("job", "changed", fields={"seed": seed})
    assert [one.seed for one in await made(bench)] == [told]


@pytest.mark.parametrize(("do", "count"), [("partial", 1), ("extra", 4)])
async def test_fewer_or_more_pictures_than_asked_for_are_handed_on(do: str, count: int, bench: Bench) -> None:
    bench.fal.script("job", do, count=1)
    assert len(await made(bench, an_order(count=3))) == count


async def test_flagged_pictures_are_left_out(bench: Bench) -> None:
    bench.fal.script("job", "nsfw", which=[0, 2])
    assert len(await made(bench, an_order(count=3))) == 1
    assert bench.count("download") == 1, "they are not even fetched"


@pytest.mark.parametrize("do", ["nsfw", "policy", "no_media"])
async def test_what_the_filter_took_is_refused(do: str, bench: Bench) -> None:
    bench.fal.script("job", do)
    assert type(await failed(bench, an_order(count=2))) is Refused


@pytest.mark.parametrize(
    ("do", "args", "expected"),
    [
        ("validation", {}, BadOrder),
        ("string_detail", {"text": "no red fox"}, BadOrder),
        ("old_pydantic", {}, BadOrder),
        ("file_too_large", {}, BadOrder),
        ("generation_timeout", {}, TimedOut),
        ("infrastructure", {"status": 504, "error_type": "startup_timeout"}, TimedOut),
        ("internal_error", {}, Down),
        ("downstream_unavailable", {}, Down),
        ("infrastructure", {"status": 503, "error_type": "runner_disconnected"}, Down),
        ("downstream_error", {}, ProviderError),
        ("reply", {"status": 422, "body": "a red fox"}, BadOrder),
        ("reply", {"status": 200, "body": {"images": []}}, ProviderError),
        ("reply", {"status": 200, "body": {"images": None}}, ProviderError),
        ("reply", {"status": 200, "body": {"images": [None, {}, {"url": 7}, "x"]}}, ProviderError),
        ("reply", {"status": 200, "body": {"image": {"url": ""}}}, ProviderError),
        ("reply", {"status": 200, "body": {"seed": 1}}, ProviderError),
    ],
)
async def test_a_job_that_failed_says_why(
    do: str, args: dict[str, Any], expected: type[ProviderError], bench: Bench
) -> None:
    bench.fal.script("job", do, **args)
    assert type(await failed(bench)) is expected


async def test_a_picture_that_cannot_be_used_is_said_so(bench: Bench) -> None:
    error = await failed(bench, an_order("esrgan", source=b"\x89PNG is only how it begins"))
    assert type(error) is BadOrder
    assert error.sentence == "The provider could not read the picture. Save it as JPEG or PNG and add it again."


async def test_a_job_that_was_stopped_over_there_has_an_end(bench: Bench) -> None:
    bench.fal.hold("queued")
    job = await bench.provider.submit(an_order())
    await bench.provider.cancel(job)
    await bench.follow(job)
    with pytest.raises(ProviderError, match="499"):
        await bench.provider.collect(job)


@pytest.mark.parametrize(
    ("do", "args"),
    [
        ("too_early", {}),
        ("error", {"status": 503}),
        ("nginx", {}),
        ("rate_limited", {}),
        ("cut", {}),
        ("cut_midway", {}),
        ("malformed", {}),
        ("hang", {}),
    ],
)
async def test_a_result_that_cannot_be_read_is_read_again(do: str, args: dict[str, Any], bench: Bench) -> None:
    bench.fal.script("result", do, times=2, **args)
    provider = bench.another(pace=Pace(poll=0.01, backoff=0.01, longest=0.02, read=0.1))
    job = await provider.submit(an_order())
    async for _ in provider.follow(job):
        pass
    assert len(await provider.collect(job)) == 1
    assert bench.fal.submissions().jobs == 1


@pytest.mark.parametrize("do", ["too_early", "nginx", "malformed", "hang", "rate_limited"])
async def test_but_not_for_ever(do: str, bench: Bench) -> None:
    bench.fal.script("result", do, times=None)
    assert type(await failed(bench, pace=IMPATIENT)) is TimedOut
    assert bench.provider.room() > 1, "results never count"


async def test_an_expired_result_is_gone(bench: Bench) -> None:
    bench.fal.script("result", "expired", times=None)
    assert (await failed(bench)).sentence == "The provider no longer has this result. Try again."


@pytest.mark.parametrize(
    ("do", "args"), [("error", {}), ("cut", {}), ("cut_midway", {}), ("rate_limited", {}), ("reply", {"status": 502})]
)
async def test_a_picture_that_breaks_off_is_fetched_again(do: str, args: dict[str, Any], bench: Bench) -> None:
    bench.fal.script("download", do, **args)
    assert len(await made(bench)) == 1


@pytest.mark.parametrize("declared", [True, False])
async def test_a_picture_without_end_is_not_read_to_its_end(declared: bool, bench: Bench) -> None:
    bench.fal.script("download", "huge", declared=declared)
    assert type(await failed(bench)) is TooMuch


async def test_what_is_no_picture_is_left_to_the_decoder(bench: Bench) -> None:
    bench.fal.script("job", "svg")
    assert (await bench.make(an_order()))[0].data.startswith(b"<svg")


async def test_one_lost_picture_does_not_take_the_others_along(bench: Bench) -> None:
    bench.fal.script("download", "huge")
    assert len(await made(bench, an_order(count=3))) == 2


async def test_a_file_that_has_expired_is_no_picture(bench: Bench) -> None:
    job = await bench.provider.submit(an_order())
    await bench.follow(job)
    bench.fal.files.expire_all()
    with pytest.raises(ProviderError, match="404"):
        await bench.provider.collect(job)


async def test_a_redirect_on_the_same_host_is_followed_and_no_other(bench: Bench) -> None:
    other = Fal()
    async with serving(other) as elsewhere:
        bench.fal.script("job", "redirect", to=f"{elsewhere}/files/a/b.png")
        assert type(await failed(bench)) is NotAllowed
        assert other.requests == []
    bench.fal.script("download", "redirect", to="?again")
    assert len(await made(bench)) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/a.png",
        "http://localhost/a.png",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/a.png",
        "https://[::1]/a.png",
        "https://2130706433/a.png",
        "https://evil.test/a.png",
        "https://v3.fal.media.evil.test/a.png",
        "https://v3.fal.media@evil.test/a.png",
        "https://v3.fal.media:8443/a.png",
        "http://v3.fal.media/a.png",
        "https://[v3.fal.media/a.png",
        "file:///etc/passwd",
        "ftp://v3.fal.media/a.png",
        "//v3.fal.media/a.png",
        "/etc/passwd",
        "data:image/png,abc",
        "data:image/png;base64,%%%",
        "data:image/png;base64",
    ],
)
async def test_results_come_from_allowed_hosts_alone(url: str, bench: Bench) -> None:
    bench.fal.script("job", "url", url=url)
    assert type(await failed(bench)) is NotAllowed


async def test_an_allowed_name_that_leads_inside_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, *rest, **more: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))],
    )
    bench.fal.script("job", "url", url=f"https://results.test:{443}/a.png")
    assert type(await failed(bench)) is NotAllowed


async def test_a_picture_inside_the_answer_is_taken(bench: Bench) -> None:
    picture = a_picture()
    bench.fal.script("job", "url", url=f"data:image/png;base64,{base64.b64encode(picture).decode()}")
    assert [one.data for one in await bench.make(an_order())] == [picture]
    assert bench.count("download") == 0
