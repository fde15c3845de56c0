"""An order is handed over once. What goes wrong says whether it may have arrived."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from kaleipix_app.backend.providers.base import (
    BadOrder,
    Down,
    NotNow,
    Order,
    ProviderError,
    RateLimited,
    Refused,
    Unconfigured,
    UnknownOutcome,
    Unreachable,
    Unsupported,
)
from kaleipix_app.backend.providers.circuit import FAILURES
from kaleipix_app.backend.providers.fal.pace import Pace
from kaleipix_app.backend.providers.fal.provider import FalProvider
from kaleipix_app.backend.providers.outgoing import Outgoing
from tests.backend.providers.fal.bench import KEY, QUICK, Bench, an_order
from tests.emulators.fal import Fal
from tests.emulators.server import serving

HURRY = Pace(submit=0.2, upload=0.3)


def pace_of(do: str) -> Pace:
    """In a hurry only where no answer ever comes: others come late, too, while the machine is busy."""
    return HURRY if do in ("hang", "hang_after", "cut") else QUICK


async def refused(provider: FalProvider, order: Order | None = None) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await provider.submit(order or an_order())
    return caught.value


async def test_a_wrong_key_is_the_operators_business(bench: Bench) -> None:
    with capture_logs() as lines:
        assert type(await refused(bench.another(key="wrong:key"))) is Unconfigured
    assert [(line["event"], line["log_level"]) for line in lines] == [("provider_key_refused", "error")]
    assert "wrong" not in str(lines)


async def test_an_empty_account_is_too(bench: Bench) -> None:
    bench.fal.script("submit", "no_balance")
    with capture_logs() as lines:
        assert type(await refused(bench.provider)) is Unconfigured
    assert [line["event"] for line in lines] == ["provider_locked"]


async def test_too_many_requests_may_be_tried_again_when_fal_says_so(bench: Bench) -> None:
    bench.fal.script("submit", "rate_limited", retry_after=17)
    error = await refused(bench.provider)
    assert isinstance(error, RateLimited)
    assert error.retry_after == 17


@pytest.mark.parametrize(("do", "args"), [("error", {"status": 500}), ("error", {"status": 503}), ("nginx", {})])
async def test_a_broken_fal_is_asked_once(do: str, args: dict[str, Any], bench: Bench) -> None:
    bench.fal.script("submit", do, **args)
    assert type(await refused(bench.provider)) is Down
    assert bench.count("submit") == 1


@pytest.mark.parametrize(
    ("do", "args", "jobs"),
    [
        ("hang", {}, 0),
        ("hang_after", {}, 1),
        ("cut", {}, 0),
        ("cut_after", {}, 1),
        ("cut_midway", {}, 1),
        ("malformed", {}, 1),
        ("missing", {"fields": ["request_id", "response_url"]}, 1),
        ("huge", {}, 0),
        ("redirect", {"to": "/fal-ai/flux/dev"}, 0),
        ("reply", {"status": 408}, 0),
    ],
)
async def test_an_order_that_may_have_arrived_is_never_repeated(
    do: str, args: dict[str, Any], jobs: int, bench: Bench
) -> None:
    bench.fal.script("submit", do, **args)
    assert type(await refused(bench.another(pace=pace_of(do)))) is UnknownOutcome
    assert bench.count("submit") == 1
    assert bench.fal.submissions().jobs == jobs


async def test_a_slow_answer_is_waited_for(bench: Bench) -> None:
    bench.fal.script("submit", "slow", seconds=0.3)
    assert await bench.provider.submit(an_order())
    assert bench.fal.submissions().posts == 1


async def test_nothing_arrives_where_nobody_listens() -> None:
    async with serving(Fal()) as url:
        pass
    outgoing = Outgoing([url])
    provider = FalProvider(KEY, outgoing, queue_url=url, rest_url=url, cdn_url=url)
    assert type(await refused(provider)) is Unreachable
    await outgoing.close()


@pytest.mark.parametrize(
    ("kind", "ctx", "expected", "sentence"),
    [
        ("content_policy_violation", {}, Refused, "safety filter"),
        ("no_media_generated", {}, Refused, "safety filter"),
        ("image_too_small", {"min_width": 256, "min_height": 128}, BadOrder, "(at least 256 × 128 pixels)"),
        ("image_too_small", {"min_width": "<b>"}, BadOrder, "too small for this model. Choose"),
        ("image_too_large", {"max_width": 4000, "max_height": 3000}, BadOrder, "(at most 4000 × 3000 pixels)"),
        ("file_too_large", {"max_size": 1}, BadOrder, "too large"),
        ("image_load_error", {}, BadOrder, "could not read the picture"),
        ("sequence_too_long", {"max_length": 900}, BadOrder, "(at most 900 characters)"),
        ("less_than_equal", {"le": 4}, BadOrder, "One of the settings"),
        ("one_of", {"expected": ["a"]}, BadOrder, "One of the settings"),
        ("feature_not_supported", {}, BadOrder, "Choose another model"),
        ("value_error.missing", {}, BadOrder, BadOrder.sentence),
    ],
)
async def test_what_a_model_refuses_is_said_in_a_sentence(
    kind: str, ctx: dict[str, Any], expected: type[ProviderError], sentence: str, bench: Bench
) -> None:
    problem = {"loc": ["body", "prompt"], "msg": "the red fox is too red", "type": kind, "ctx": ctx}
    bench.fal.script("submit", "reply", status=422, body=json.dumps({"detail": [problem]}))
    error = await refused(bench.provider)
    assert type(error) is expected
    assert sentence in error.sentence
    assert "fox" not in error.sentence + str(error)


@pytest.mark.parametrize(
    "body", [{"detail": "a red fox cannot be drawn"}, {"detail": []}, {"detail": ["red fox"]}, {"detail": {}}, [], {}]
)
async def test_a_refusal_without_a_kind_is_still_a_sentence(body: object, bench: Bench) -> None:
    bench.fal.script("submit", "reply", status=422, body=json.dumps(body))
    error = await refused(bench.provider)
    assert type(error) is BadOrder
    assert error.sentence == BadOrder.sentence
    assert "fox" not in str(error)


async def test_a_model_that_fal_has_given_up_is_unsupported(bench: Bench) -> None:
    bench.fal.script("submit", "not_found")
    assert type(await refused(bench.provider)) is Unsupported


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (an_order("flux-2-pro", count=2), Unsupported),
        (an_order("flux-schnell", source=b"a picture"), Unsupported),
        (an_order("flux-kontext-pro", mask=b"a mask"), Unsupported),
        (an_order("flux-kontext-pro", source=None), BadOrder),
        (an_order("flux-fill-pro", mask=None), BadOrder),
        (an_order("recraft-3", "x" * 1001), BadOrder),
        (an_order("kaleidoscope"), Unsupported),
        (Order("a-generation", "no-such-model", "", 1, 1, 1, 1), Unsupported),
    ],
    ids=lambda value: value.model if isinstance(value, Order) else None,
)
async def test_what_cannot_work_never_leaves_the_house(
    order: Order, expected: type[ProviderError], bench: Bench
) -> None:
    assert type(await refused(bench.provider, order)) is expected
    assert bench.fal.requests == []


@pytest.mark.parametrize(
    ("step", "do", "args", "expected"),
    [
        ("token", "unauthorized", {}, Unconfigured),
        ("token", "error", {}, NotNow),
        ("token", "malformed", {}, NotNow),
        ("token", "missing", {"fields": ["token"]}, NotNow),
        ("token", "changed", {"fields": {"expires_at": "2030-01-01T00:00:00"}}, NotNow),
        ("upload", "error", {}, NotNow),
        ("upload", "hang", {}, NotNow),
        ("upload", "cut", {"times": None}, NotNow),
        ("upload", "missing", {"fields": ["access_url"]}, NotNow),
    ],
)
async def test_an_upload_that_fails_has_ordered_nothing(
    step: str, do: str, args: dict[str, Any], expected: type[ProviderError], bench: Bench
) -> None:
    bench.fal.script(step, do, **args)
    assert type(await refused(bench.another(pace=pace_of(do)), an_order("flux-fill-pro"))) is expected
    assert bench.count("submit") == 0
    assert bench.count("initiate") == 0, "no other way in, which would send the key to a host that fal names"


async def test_addresses_elsewhere_are_never_shown_the_key(bench: Bench) -> None:
    thief = Fal()
    async with serving(thief) as elsewhere:
        urls = dict.fromkeys(("response_url", "status_url", "cancel_url"), f"{elsewhere}/fal-ai/flux/requests/1")
        bench.fal.script("submit", "changed", fields=urls)
        with capture_logs() as lines:
            assert len(await bench.make(an_order())) == 1, "the order is real, and paid"
    assert thief.requests == []
    assert "foreign_addresses" in [line["event"] for line in lines]


async def test_a_fal_that_keeps_failing_is_left_alone(bench: Bench) -> None:
    bench.fal.script("submit", "error", times=None)
    for _ in range(FAILURES):
        assert type(await refused(bench.provider)) is Down
    assert bench.provider.room() == 0
    assert type(await refused(bench.provider)) is Unreachable
    assert bench.count("submit") == FAILURES


async def test_refusals_say_nothing_about_fal(bench: Bench) -> None:
    bench.fal.script("submit", "no_balance", times=FAILURES)
    bench.fal.script("submit", "rate_limited", times=FAILURES)
    for _ in range(2 * FAILURES):
        await refused(bench.provider)
    assert bench.provider.room() > 1


async def test_many_orders_at_once_are_one_submission_each(bench: Bench) -> None:
    jobs = await asyncio.gather(*(bench.provider.submit(an_order()) for _ in range(50)))
    assert len(set(jobs)) == 50
    assert bench.fal.submissions().posts == 50
