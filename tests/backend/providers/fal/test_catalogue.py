"""Every entry of fal's catalogue is something that fal takes, at the price that is asked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest

from kaleipix_app.backend.providers.base import Order, ParamValue
from kaleipix_app.backend.providers.catalogue import MAX_SEED, MODELS, SIZES, Choice, FalWire, Model, Need
from kaleipix_app.backend.providers.fal.bodies import body, refuse_unfit
from tests.backend.providers.fal.bench import an_order
from tests.emulators.fal import models as emulated
from tests.emulators.fal.schema import check

FAL = {name: model for name, model in MODELS.items() if isinstance(model.wire, FalWire)}
URL = "https://v3.fal.media/files/a/source.png"


def orders(model: Model) -> Iterator[Order]:
    """Everything that can be asked of a model, one setting at its end at a time."""
    plain = an_order(model.id, prompt="" if model.prompt is Need.NO else "a fox")
    yield plain
    yield replace(plain, count=model.max_count, seed=MAX_SEED)
    yield replace(plain, seed=0)
    if model.prompt is not Need.NO:
        yield replace(plain, prompt="x" * model.max_prompt)
    for ratio in model.aspect_ratios:
        width, height = SIZES[ratio]
        yield replace(plain, aspect_ratio=ratio, width=width, height=height)
    for param in model.params:
        values: tuple[ParamValue, ...] = param.values if isinstance(param, Choice) else (param.low, param.high)
        for value in values:
            yield replace(plain, params={**model.defaults(), param.key: value})


@pytest.mark.parametrize("name", FAL)
def test_whatever_people_choose_fal_takes(name: str) -> None:
    model = FAL[name]
    assert isinstance(model.wire, FalWire)
    schema = emulated.MODELS[model.wire.endpoint].schema
    for order in orders(model):
        refuse_unfit(order, model)
        sent = body(order, model, URL, URL)
        assert check(schema, sent) == []
        assert sent.keys() <= schema.keys(), "nothing that fal would ignore"
        assert all(param.accepts(order.params[param.key]) for param in model.params)


@pytest.mark.parametrize("name", FAL)
def test_the_safety_checker_is_on_and_pictures_are_files(name: str) -> None:
    model = FAL[name]
    assert isinstance(model.wire, FalWire)
    schema, sent = emulated.MODELS[model.wire.endpoint].schema, body(an_order(name), model, URL, URL)
    assert sent.get("enable_safety_checker", True) is True
    assert ("enable_safety_checker" in sent) == ("enable_safety_checker" in schema)
    assert ("sync_mode" in sent) == ("sync_mode" in schema)
    assert sent.get("sync_mode", False) is False
    assert sent.get("max_images", 1) == 1, "fal may not make more than are paid for"


@pytest.mark.parametrize("name", FAL)
def test_a_credit_is_about_a_cent(name: str) -> None:
    model = FAL[name]
    assert model.price == max(1, math.ceil(round(model.cost * 100, 6)))
    assert model.plans == ("free",)


def test_the_price_is_not_below_what_fal_takes() -> None:
    for model in FAL.values():
        assert isinstance(model.wire, FalWire)
        price = emulated.MODELS[model.wire.endpoint]
        if price.unit != "compute seconds":
            assert model.cost >= price.price, model.id


@pytest.mark.parametrize("name", FAL)
def test_what_it_needs_is_what_it_sends(name: str) -> None:
    model = FAL[name]
    wire = model.wire
    assert isinstance(wire, FalWire)
    assert (model.source is Need.MUST) == bool(wire.source)
    assert (model.mask is Need.MUST) == bool(wire.mask)
    assert bool(model.aspect_ratios) == bool(wire.size)
    assert model.has_seed == bool(wire.seed)
    assert (model.max_count > 1) == bool(wire.count)
    assert (model.prompt is Need.NO) == (not wire.prompt)
    assert len({param.key for param in model.params} & wire.fixed.keys()) == 0


def test_what_google_has_closed_is_not_offered() -> None:
    assert not [model.id for model in FAL.values() if "imagen" in str(model.wire)]
