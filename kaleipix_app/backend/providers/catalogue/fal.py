"""fal's models, as their documentation and price list described them in August 2026.

A credit is about a cent of what fal takes for a picture of one megapixel. The safety checker of fal stays on wherever
it can be switched, pictures come as files and not inside the answer, and dearer variants are pinned to the priced one.
"""

from __future__ import annotations

from types import MappingProxyType

from kaleipix_app.backend.providers.base import ParamValue
from kaleipix_app.backend.providers.catalogue.model import SIZES, Choice, FalWire, Model, Need, Number, Task

_ALL_SIZES = tuple(SIZES)
_CHECKED: MappingProxyType[str, ParamValue] = MappingProxyType({"enable_safety_checker": True, "sync_mode": False})
_PNG: MappingProxyType[str, ParamValue] = MappingProxyType({"output_format": "png"})  # it is encoded again here
_BY_FILE: MappingProxyType[str, ParamValue] = MappingProxyType({"sync_mode": False})
_BANANA = MappingProxyType({**_BY_FILE, **_PNG, "limit_generations": True})
_ACCELERATION = Choice("acceleration", "Acceleration", ("none", "regular", "high"), "none")


def _steps(low: int, high: int, default: int) -> Number:
    return Number("num_inference_steps", "Steps", low, high, default)


def _guidance(default: float = 3.5) -> Number:
    return Number("guidance_scale", "Guidance", 1, 20, default, step=0.1)


def _strength(default: float) -> Number:
    return Number("strength", "Strength", 0.01, 1, default, step=0.01)


_CREATE = (
    Model(
        id="flux-schnell",
        provider="fal",
        name="FLUX.1 schnell",
        vendor="Black Forest Labs",
        tagline="Fast and cheap: good for trying out ideas.",
        price=1,
        cost=0.003,
        usual_seconds=2,
        max_count=4,
        aspect_ratios=_ALL_SIZES,
        params=(_steps(1, 12, 4), _guidance(), _ACCELERATION),
        partner="comfy-flux-schnell",
        wire=FalWire("fal-ai/flux/schnell", fixed={**_CHECKED, **_PNG}),
    ),
    Model(
        id="flux-dev",
        provider="fal",
        name="FLUX.1 dev",
        vendor="Black Forest Labs",
        tagline="Finer detail than schnell, and closer to the words.",
        price=3,
        cost=0.025,
        usual_seconds=6,
        max_count=4,
        aspect_ratios=_ALL_SIZES,
        params=(_steps(1, 50, 28), _guidance(), _ACCELERATION),
        wire=FalWire("fal-ai/flux/dev", fixed={**_CHECKED, **_PNG}),
    ),
    Model(
        id="flux-2",
        provider="fal",
        name="FLUX.2 dev",
        vendor="Black Forest Labs",
        tagline="The second generation with open weights: sharp, and good with text.",
        price=2,
        cost=0.012,
        usual_seconds=6,
        max_count=4,
        aspect_ratios=_ALL_SIZES,
        params=(_steps(4, 50, 28), _guidance(2.5)),
        wire=FalWire("fal-ai/flux-2", fixed={**_CHECKED, **_PNG}),
    ),
    Model(
        id="flux-2-pro",
        provider="fal",
        name="FLUX.2 pro",
        vendor="Black Forest Labs",
        tagline="The best of FLUX, one picture at a time.",
        price=3,
        cost=0.03,
        usual_seconds=10,
        max_count=1,
        aspect_ratios=_ALL_SIZES,
        wire=FalWire("fal-ai/flux-2-pro", count="", fixed={**_CHECKED, **_PNG}),
    ),
    Model(
        id="nano-banana",
        provider="fal",
        name="Nano Banana",
        vendor="Google",
        tagline="Understands long descriptions. Cannot repeat a picture from its seed.",
        price=4,
        cost=0.039,
        usual_seconds=8,
        max_count=4,
        aspect_ratios=_ALL_SIZES,
        has_seed=False,
        wire=FalWire("fal-ai/nano-banana", size="aspect_ratio", seed="", fixed=_BANANA),
    ),
    Model(
        id="nano-banana-2",
        provider="fal",
        name="Nano Banana 2",
        vendor="Google",
        tagline="Its successor: more exact, better with text in pictures.",
        price=8,
        cost=0.08,
        usual_seconds=12,
        max_count=4,
        aspect_ratios=_ALL_SIZES,
        has_seed=False,
        wire=FalWire("fal-ai/nano-banana-2", size="aspect_ratio", seed="", fixed={**_BANANA, "resolution": "1K"}),
    ),
    Model(
        id="seedream-4",
        provider="fal",
        name="Seedream 4",
        vendor="ByteDance",
        tagline="Rich photographs and illustrations.",
        price=3,
        cost=0.03,
        usual_seconds=10,
        max_count=4,
        aspect_ratios=_ALL_SIZES,
        params=(Choice("enhance_prompt_mode", "Prompt rewriting", ("standard", "fast"), "standard"),),
        wire=FalWire("fal-ai/bytedance/seedream/v4/text-to-image", fixed={**_CHECKED, "max_images": 1}),
    ),
    Model(
        id="recraft-3",
        provider="fal",
        name="Recraft V3",
        vendor="Recraft",
        tagline="Design and illustration in a chosen style, one picture at a time.",
        price=4,
        cost=0.04,
        usual_seconds=8,
        max_count=1,
        aspect_ratios=_ALL_SIZES,
        has_seed=False,
        max_prompt=1000,
        params=(Choice("style", "Style", ("realistic_image", "digital_illustration"), "realistic_image"),),
        wire=FalWire("fal-ai/recraft/v3/text-to-image", count="", seed="", fixed={"enable_safety_checker": True}),
    ),
    Model(
        id="ideogram-3",
        provider="fal",
        name="Ideogram V3",
        vendor="Ideogram",
        tagline="Posters and logos: writes words into pictures.",
        price=6,
        cost=0.06,
        usual_seconds=10,
        max_count=4,
        aspect_ratios=_ALL_SIZES,
        params=(Choice("style", "Style", ("AUTO", "GENERAL", "REALISTIC", "DESIGN"), "AUTO"),),
        wire=FalWire("fal-ai/ideogram/v3", fixed={**_BY_FILE, "rendering_speed": "BALANCED"}),
    ),
    Model(
        id="z-image-turbo",
        provider="fal",
        name="Z-Image Turbo",
        vendor="Tongyi",
        tagline="Eight steps to a photograph: quick and cheap.",
        price=1,
        cost=0.005,
        usual_seconds=2,
        max_count=4,
        aspect_ratios=_ALL_SIZES,
        wire=FalWire("fal-ai/z-image/turbo", fixed={**_CHECKED, **_PNG}),
    ),
)

_EDIT = (
    Model(
        id="flux-dev-image",
        provider="fal",
        name="FLUX.1 dev image-to-image",
        vendor="Black Forest Labs",
        tagline="Paints your picture anew, as near to it or as far from it as you like.",
        price=3,
        cost=0.03,
        usual_seconds=8,
        max_count=4,
        aspect_ratios=(),
        task=Task.EDIT,
        source=Need.MUST,
        source_edge=1024,
        params=(_strength(0.95), _steps(10, 50, 40), _guidance(), _ACCELERATION),
        wire=FalWire("fal-ai/flux/dev/image-to-image", size="", source="image_url", fixed={**_CHECKED, **_PNG}),
    ),
    Model(
        id="flux-kontext-pro",
        provider="fal",
        name="FLUX.1 Kontext pro",
        vendor="Black Forest Labs",
        tagline="Changes what you tell it to and leaves the rest alone.",
        price=4,
        cost=0.04,
        usual_seconds=8,
        max_count=4,
        aspect_ratios=(),
        task=Task.EDIT,
        source=Need.MUST,
        params=(_guidance(),),
        wire=FalWire("fal-ai/flux-pro/kontext", size="", source="image_url", fixed={**_BY_FILE, **_PNG}),
    ),
    Model(
        id="nano-banana-edit",
        provider="fal",
        name="Nano Banana edit",
        vendor="Google",
        tagline="Edits by conversation: keeps faces and things recognisable.",
        price=4,
        cost=0.039,
        usual_seconds=8,
        max_count=4,
        aspect_ratios=(),
        task=Task.EDIT,
        source=Need.MUST,
        has_seed=False,
        wire=FalWire(
            "fal-ai/nano-banana/edit",
            size="",
            source="image_urls",
            seed="",
            fixed={**_BANANA, "aspect_ratio": "auto"},
        ),
    ),
    Model(
        id="seedream-4-edit",
        provider="fal",
        name="Seedream 4 edit",
        vendor="ByteDance",
        tagline="Edits photographs without losing their look.",
        price=3,
        cost=0.03,
        usual_seconds=10,
        max_count=4,
        aspect_ratios=(),
        task=Task.EDIT,
        source=Need.MUST,
        wire=FalWire(
            "fal-ai/bytedance/seedream/v4/edit",
            size="",
            source="image_urls",
            fixed={**_CHECKED, "image_size": "auto", "max_images": 1},
        ),
    ),
    Model(
        id="qwen-image-edit",
        provider="fal",
        name="Qwen Image Edit",
        vendor="Alibaba",
        tagline="Edits by instruction, also the writing in a picture.",
        price=3,
        cost=0.03,
        usual_seconds=10,
        max_count=4,
        aspect_ratios=(),
        task=Task.EDIT,
        source=Need.MUST,
        source_edge=1024,
        params=(_steps(2, 50, 30), _guidance(4)),
        wire=FalWire("fal-ai/qwen-image-edit", size="", source="image_url", fixed={**_CHECKED, **_PNG}),
    ),
    Model(
        id="flux-fill-pro",
        provider="fal",
        name="FLUX.1 Fill pro",
        vendor="Black Forest Labs",
        tagline="Repaints what you mark, seamlessly.",
        price=5,
        cost=0.05,
        usual_seconds=10,
        max_count=4,
        aspect_ratios=(),
        task=Task.INPAINT,
        source=Need.MUST,
        source_edge=1024,
        mask=Need.MUST,
        wire=FalWire(
            "fal-ai/flux-pro/v1/fill", size="", source="image_url", mask="mask_url", fixed={**_BY_FILE, **_PNG}
        ),
    ),
    Model(
        id="flux-inpainting",
        provider="fal",
        name="FLUX.1 dev inpainting",
        vendor="Black Forest Labs",
        tagline="Repaints what you mark, with a strength you choose.",
        price=4,
        cost=0.035,
        usual_seconds=10,
        max_count=4,
        aspect_ratios=(),
        task=Task.INPAINT,
        source=Need.MUST,
        source_edge=1024,
        mask=Need.MUST,
        params=(_strength(0.85), _steps(10, 50, 28), _guidance()),
        wire=FalWire(
            "fal-ai/flux-lora/inpainting", size="", source="image_url", mask="mask_url", fixed={**_CHECKED, **_PNG}
        ),
    ),
)

_REFINE = (
    Model(
        id="clarity-upscaler",
        provider="fal",
        name="Clarity Upscaler",
        vendor="fal",
        tagline="Enlarges and invents fine detail.",
        price=12,
        cost=0.12,  # by megapixel of the result: a source of one, twice as wide and high
        usual_seconds=30,
        max_count=1,
        aspect_ratios=(),
        task=Task.UPSCALE,
        prompt=Need.MAY,
        source=Need.MUST,
        source_edge=1024,
        params=(
            Number("upscale_factor", "Factor", 1, 2, 2, step=0.5),
            Number("creativity", "Creativity", 0, 1, 0.35, step=0.05),
            Number("resemblance", "Resemblance", 0, 1, 0.6, step=0.05),
        ),
        wire=FalWire(
            "fal-ai/clarity-upscaler",
            size="",
            source="image_url",
            count="",
            result="image",
            fixed={"enable_safety_checker": True},
        ),
    ),
    Model(
        id="esrgan",
        provider="fal",
        name="Real-ESRGAN",
        vendor="Tencent ARC",
        tagline="Enlarges faithfully and cheaply.",
        price=1,
        cost=0.006,  # by the second of computing
        usual_seconds=6,
        max_count=1,
        aspect_ratios=(),
        task=Task.UPSCALE,
        prompt=Need.NO,
        source=Need.MUST,
        has_seed=False,
        params=(Number("scale", "Factor", 2, 4, 2),),
        wire=FalWire(
            "fal-ai/esrgan", size="", source="image_url", count="", seed="", prompt="", result="image", fixed=_PNG
        ),
    ),
    Model(
        id="birefnet-2",
        provider="fal",
        name="BiRefNet v2",
        vendor="ZhengPeng7",
        tagline="Cuts out what is in front; the background becomes transparent.",
        price=1,
        cost=0.005,  # by the second of computing
        usual_seconds=4,
        max_count=1,
        aspect_ratios=(),
        task=Task.CUTOUT,
        prompt=Need.NO,
        source=Need.MUST,
        has_seed=False,
        params=(
            Choice(
                "model",
                "Kind",
                (
                    "General Use (Light)",
                    "General Use (Light 2K)",
                    "General Use (Heavy)",
                    "Matting",
                    "Portrait",
                ),
                "General Use (Light)",
            ),
        ),
        wire=FalWire(
            "fal-ai/birefnet/v2",
            size="",
            source="image_url",
            count="",
            seed="",
            prompt="",
            result="image",
            fixed={**_BY_FILE, **_PNG},
        ),
    ),
)

FAL_MODELS = (*_CREATE, *_EDIT, *_REFINE)
