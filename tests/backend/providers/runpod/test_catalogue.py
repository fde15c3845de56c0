"""Every RunPod entry of the catalogue can be ordered with every setting it offers, and its workflow fits."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kaleipix_app.backend.providers.base import BadOrder, ParamValue
from kaleipix_app.backend.providers.catalogue import MODELS, SIZES, Model, Need, Number, RunpodWire
from kaleipix_app.backend.providers.runpod import orders, sdxl, workflows
from tests.backend.providers.runpod.conftest import RUNPOD_MODELS, a_picture, an_order
from tests.emulators.runpod.sdxl import problems
from tests.emulators.runpod.workers import checked

TEMPLATES = sorted(path.stem for path in workflows.FOLDER.glob("*.json"))
BIG = (1344, 752)


def _settings(model: Model) -> Iterator[Mapping[str, ParamValue]]:
    """Each setting at each of its ends, or with each of its values."""
    yield model.defaults()
    for param in model.params:
        for value in (param.low, param.high) if isinstance(param, Number) else param.values:
            yield {**model.defaults(), param.key: value}


def _sent(model: Model, **order: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(orders.body(an_order(model.id, **order), model))
    return made


@pytest.mark.parametrize("model", RUNPOD_MODELS.values(), ids=lambda model: model.id)
def test_every_entry_is_what_its_worker_accepts(model: Model) -> None:
    assert isinstance(model.wire, RunpodWire)
    sources = {Need.NO: (b"",), Need.MAY: (b"", a_picture()), Need.MUST: (a_picture(),)}[model.source]
    for source, params in itertools.product(sources, _settings(model)):
        given = _sent(model, params=params, source=source or None)["input"]
        if model.wire.worker == "sdxl":
            assert problems(given) == []
            assert ("image_url" in given) == bool(source)
        else:
            workflow, loaded = checked(given)
            assert bool(loaded) == bool(source)
            assert json.dumps(workflow).count("a fox in the snow") == 1


@pytest.mark.parametrize("model", RUNPOD_MODELS.values(), ids=lambda model: model.id)
def test_every_entry_makes_sense(model: Model) -> None:
    assert isinstance(model.wire, RunpodWire)
    assert model.provider == "runpod"
    assert MODELS[model.id] is model
    assert model.price > 0
    assert 1 <= model.max_count <= 2, "worker-sdxl knows no more, and three PNGs may not fit in an answer"
    assert set(model.aspect_ratios) <= set(SIZES)
    assert model.aspect_ratios, "a result of another shape than ordered would be cropped"
    assert all(param.accepts(param.default) for param in model.params)
    offered = {param.key for param in model.params}
    if model.wire.worker == "sdxl":
        assert offered <= sdxl.PARAMS
    else:
        workflow = workflows.load(model.wire.workflow)
        assert offered | set(model.wire.fixed) <= set(workflow.places)
        assert workflow.takes_source == (model.source is not Need.NO)


def test_settings_reach_their_places() -> None:
    model = RUNPOD_MODELS["comfy-restyle"]
    given = _sent(model, params={**model.defaults(), "steps": 33, "strength": 0.45}, source=a_picture(), seed=99)[
        "input"
    ]
    nodes = given["workflow"]
    sampler = nodes["3"]["inputs"]
    assert (sampler["seed"], sampler["steps"], sampler["denoise"]) == (99, 33, 0.45)
    assert nodes["10"]["inputs"]["image"] == given["images"][0]["name"]
    assert nodes["12"]["inputs"]["amount"] == 2
    assert workflows.load("restyle").nodes["3"]["inputs"]["seed"] == 0, "the template itself is never changed"


def test_a_picture_that_does_not_fit_is_made_smaller_or_refused_in_plain_words() -> None:
    model = RUNPOD_MODELS["sdxl"]
    noise = _noise(BIG)
    order = an_order("sdxl", source=noise, width=BIG[0], height=BIG[1])
    assert b"data:image/jpeg" in orders.body(order, model)
    assert b"data:image/webp" in orders.body(order, model, most=1_200_000)
    with pytest.raises(BadOrder) as refused:
        orders.body(order, model, most=300_000)
    assert refused.value.sentence == "This picture is too large for this model. Choose a smaller one."


def _noise(size: tuple[int, int]) -> bytes:
    file = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_fits_its_places(name: str) -> None:
    assert workflows.load(name).nodes


def test_there_is_a_template_for_every_set_of_places() -> None:
    assert sorted(workflows.PLACES) == TEMPLATES


def _broken() -> Iterator[tuple[str, Any, str]]:
    nodes = json.loads((workflows.FOLDER / "restyle.json").read_text())

    def without(node: str, put: str | None = None) -> Any:
        made = copy.deepcopy(nodes)
        del (made[node]["inputs"] if put else made)[put or node]
        return made

    yield "a setting without its input", without("3", "steps"), "steps"
    yield "a setting without its node", without("6"), "prompt"
    yield "a link to nothing", {**nodes, "8": {**nodes["8"], "inputs": {"samples": ["77", 0]}}}, "node 8"
    yield "saved from the editor", {"nodes": [], "links": []}, "API format"
    yield "no object", [], "API format"
    yield "nothing saved", {**nodes, "9": {**nodes["9"], "class_type": "PreviewImage"}}, "saves no picture"
    yield "no source", {**nodes, "10": {**nodes["10"], "class_type": "EmptyImage"}}, "source"
    linked = copy.deepcopy(nodes)
    linked["3"]["inputs"]["seed"] = ["4", 0]
    yield "a setting that is a link", linked, "seed"


@pytest.mark.parametrize(("nodes", "said"), [one[1:] for one in _broken()], ids=[one[0] for one in _broken()])
def test_a_template_that_does_not_fit_is_refused_in_a_sentence(nodes: Any, said: str) -> None:
    with pytest.raises(workflows.BadWorkflow, match=said) as refused:
        workflows.check("restyle", nodes, workflows.PLACES["restyle"])
    assert str(refused.value).startswith("Workflow restyle")


def test_templates_are_beside_the_code() -> None:
    assert Path(workflows.FOLDER).is_dir()
    with pytest.raises(workflows.BadWorkflow, match="cannot be read"):
        workflows.load("unknown")
