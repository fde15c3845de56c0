"""The models that this emulator knows: their inputs, the family of their answers, their prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.emulators.fal.schema import SIZES, Field, Schema

Family = Literal["flux", "seeded", "described", "plain", "ideogram", "clarity", "single", "cut_out"]
Unit = Literal["megapixels", "images", "compute seconds"]


@dataclass(frozen=True)
class Model:
    """One endpoint."""

    schema: Schema
    family: Family
    price: float
    unit: Unit = "images"


SOURCE = Field("url", required=True)
PRESETS = tuple(SIZES)
FLAG_ON, FLAG_OFF = Field("flag", True), Field("flag", False)
FAST = ("none", "regular", "high")
WIDE = ("21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16")


def prompt(most: int | None = None) -> Field:
    return Field("text", required=True, most=most)


def whole(default: int | None, low: int | None = None, high: int | None = None) -> Field:
    return Field("whole", default, ge=low, le=high)


def number(default: float, low: float | None = None, high: float | None = None) -> Field:
    return Field("number", default, ge=low, le=high)


def choice(default: str | None, *choices: str) -> Field:
    return Field("choice", default, choices=choices)


def size(default: str | None, *more: str, low: int = 14, high: int = 4096) -> Field:
    return Field("size", default, choices=(*PRESETS, *more), ge=low, le=high)


def sources(most: int | None = None) -> Field:
    return Field("urls", required=True, most=most)


COMMON: Schema = {"seed": whole(None), "sync_mode": FLAG_OFF}
WRITTEN: Schema = {**COMMON, "prompt": prompt()}


def flux(steps: int, most: int) -> Schema:
    """FLUX.1 from text."""
    return {
        **WRITTEN,
        "image_size": size("landscape_4_3"),
        "num_inference_steps": whole(steps, 1, most),
        "guidance_scale": number(3.5, 1, 20),
        "num_images": whole(1, 1, 4),
        "enable_safety_checker": FLAG_ON,
        "output_format": choice("jpeg", "jpeg", "png"),
        "acceleration": choice("none", *FAST),
    }


FROM_PICTURE: Schema = {
    **{name: field for name, field in flux(40, 50).items() if name != "image_size"},
    "image_url": SOURCE,
    "strength": number(0.95, 0.01, 1),
    "num_inference_steps": whole(40, 10, 50),
}
KONTEXT: Schema = {
    **WRITTEN,
    "guidance_scale": number(3.5, 1, 20),
    "num_images": whole(1, 1, 4),
    "output_format": choice("jpeg", "jpeg", "png"),
    "safety_tolerance": choice("2", *"123456"),
    "enhance_prompt": FLAG_OFF,
    "aspect_ratio": choice(None, "21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21"),
}
FLUX_2: Schema = {
    **WRITTEN,
    "image_size": size("landscape_4_3", low=512, high=2048),
    "guidance_scale": number(2.5, 0, 20),
    "num_inference_steps": whole(28, 1, 50),
    "num_images": whole(1, 1, 4),
    "acceleration": choice("regular", *FAST),
    "enable_prompt_expansion": FLAG_OFF,
    "enable_safety_checker": FLAG_ON,
    "output_format": choice("png", "png", "jpeg", "webp"),
}
FLUX_2_PRO: Schema = {
    **WRITTEN,
    "image_size": size("landscape_4_3", "auto"),
    "safety_tolerance": choice("2", *"12345"),
    "enable_safety_checker": FLAG_ON,
    "output_format": choice("jpeg", "jpeg", "png"),
}


def banana(aspect: str, *more: str, resolutions: tuple[str, ...] = ()) -> Schema:
    """The nano-banana family; only the newer ones know resolutions."""
    sized: Schema = {"resolution": choice("1K", *resolutions)} if resolutions else {}
    return {
        "sync_mode": FLAG_OFF,
        "prompt": prompt(),
        "num_images": whole(1, 1, 4),
        "aspect_ratio": choice(aspect, *WIDE, *more),
        "output_format": choice("png", "png", "jpeg", "webp"),
        "safety_tolerance": choice("4", *"123456"),
        "limit_generations": FLAG_OFF,
        **sized,
    }


PRO, TWO = ("1K", "2K", "4K"), ("0.5K", "1K", "2K", "4K")
BANANA_2 = banana("auto", "auto", "4:1", "8:1", "1:4", "1:8", resolutions=TWO)
SEEDREAM: Schema = {
    **WRITTEN,
    "image_size": size("auto_2K", "auto", "auto_2K", "auto_4K"),
    "num_images": whole(1, 1, 6),
    "max_images": whole(1, 1, 6),
    "enhance_prompt_mode": choice("standard", "standard", "fast"),
    "enable_safety_checker": FLAG_ON,
}
QWEN: Schema = {
    **WRITTEN,
    "image_size": size(None),
    "num_inference_steps": whole(30, 2, 50),
    "guidance_scale": number(4, 0, 20),
    "num_images": whole(1, 1, 4),
    "negative_prompt": Field("text", " "),
    "acceleration": choice("regular", *FAST),
    "output_format": choice("png", "png", "jpeg"),
    "enable_safety_checker": FLAG_ON,
}
RECRAFT: Schema = {
    "prompt": prompt(1000),
    "image_size": size("square_hd"),
    "style": Field("text", "realistic_image"),
    "colors": Field("any"),
    "style_id": Field("text"),
    "enable_safety_checker": FLAG_OFF,
}
IDEOGRAM_EDIT: Schema = {
    **WRITTEN,
    "rendering_speed": choice("BALANCED", "TURBO", "BALANCED", "QUALITY"),
    "style_preset": Field("text"),
    "style_codes": Field("any"),
    "color_palette": Field("any"),
    "expand_prompt": FLAG_ON,
    "num_images": whole(1, 1, 8),
    "image_urls": Field("urls"),
}
IDEOGRAM: Schema = {
    **IDEOGRAM_EDIT,
    "style": choice("AUTO", "AUTO", "GENERAL", "REALISTIC", "DESIGN"),
    "image_size": size("square_hd"),
    "negative_prompt": Field("text", ""),
}
MASKED: Schema = {"image_url": SOURCE, "mask_url": SOURCE}
FILL: Schema = {
    **WRITTEN,
    **MASKED,
    "num_images": whole(1, 1, 4),
    "safety_tolerance": choice("2", *"123456"),
    "output_format": choice("jpeg", "jpeg", "png"),
    "enhance_prompt": FLAG_OFF,
}
INPAINTING: Schema = {**FROM_PICTURE, **MASKED, "strength": number(0.85, 0.01, 1), "loras": Field("any")}
CLARITY: Schema = {
    "seed": whole(None),
    "image_url": SOURCE,
    "prompt": Field("text", "masterpiece, best quality, highres"),
    "upscale_factor": number(2, 1, 4),
    "creativity": number(0.35, 0, 1),
    "resemblance": number(0.6, 0, 1),
    "guidance_scale": number(4, 0, 20),
    "num_inference_steps": whole(18, 4, 50),
    "negative_prompt": Field("text", "(worst quality, low quality, normal quality:2)"),
    "enable_safety_checker": FLAG_ON,
}
ESRGAN: Schema = {
    "image_url": SOURCE,
    "scale": number(2, 1, 8),
    "tile": whole(0, 0),
    "face": FLAG_OFF,
    "model": Field("text", "RealESRGAN_x4plus"),
    "output_format": choice("png", "png", "jpeg"),
}
KINDS = ("General Use (Light)", "General Use (Light 2K)", "General Use (Heavy)", "Matting", "Portrait")
BIREFNET: Schema = {
    "sync_mode": FLAG_OFF,
    "image_url": SOURCE,
    "model": choice(KINDS[0], *KINDS, "General Use (Dynamic)"),
    "operating_resolution": choice("1024x1024", "1024x1024", "2048x2048", "2304x2304"),
    "output_format": choice("png", "png", "webp", "gif"),
    "refine_foreground": FLAG_ON,
    "output_mask": FLAG_OFF,
    "mask_only": FLAG_OFF,
}

MODELS: dict[str, Model] = {
    "fal-ai/flux/schnell": Model(flux(4, 12), "flux", 0.003, "megapixels"),
    "fal-ai/flux/dev": Model(flux(28, 50), "flux", 0.025, "megapixels"),
    "fal-ai/flux/dev/image-to-image": Model(FROM_PICTURE, "flux", 0.03, "megapixels"),
    "fal-ai/flux-pro/kontext": Model({**KONTEXT, "image_url": SOURCE}, "flux", 0.04),
    "fal-ai/flux-pro/kontext/max": Model({**KONTEXT, "image_url": SOURCE}, "flux", 0.08),
    "fal-ai/flux-pro/kontext/multi": Model({**KONTEXT, "image_urls": sources()}, "flux", 0.04),
    "fal-ai/flux-pro/kontext/text-to-image": Model(KONTEXT, "flux", 0.04),
    "fal-ai/flux-2": Model(FLUX_2, "flux", 0.012, "megapixels"),
    "fal-ai/flux-2/edit": Model(
        {**FLUX_2, "image_size": size(None), "image_urls": sources()}, "flux", 0.012, "megapixels"
    ),
    "fal-ai/flux-2-pro": Model(FLUX_2_PRO, "seeded", 0.03, "megapixels"),
    "fal-ai/flux-2-pro/edit": Model(
        {**FLUX_2_PRO, "image_size": size("auto", "auto"), "image_urls": sources()}, "seeded", 0.03, "megapixels"
    ),
    "fal-ai/nano-banana": Model(banana("1:1"), "described", 0.039),
    "fal-ai/nano-banana/edit": Model({**banana("auto", "auto"), "image_urls": sources()}, "described", 0.039),
    "fal-ai/nano-banana-pro": Model(banana("1:1", resolutions=PRO), "described", 0.15),
    "fal-ai/nano-banana-pro/edit": Model(
        {**banana("auto", "auto", resolutions=PRO), "image_urls": sources()}, "described", 0.15
    ),
    "fal-ai/nano-banana-2": Model(BANANA_2, "described", 0.08),
    "fal-ai/nano-banana-2/edit": Model({**BANANA_2, "image_urls": sources()}, "described", 0.08),
    "fal-ai/bytedance/seedream/v4/text-to-image": Model(SEEDREAM, "seeded", 0.03),
    "fal-ai/bytedance/seedream/v4/edit": Model({**SEEDREAM, "image_urls": sources()}, "seeded", 0.03),
    "fal-ai/qwen-image": Model({**QWEN, "image_size": size("landscape_4_3")}, "flux", 0.02, "megapixels"),
    "fal-ai/qwen-image-edit": Model({**QWEN, "image_url": SOURCE}, "flux", 0.03, "megapixels"),
    "fal-ai/qwen-image-edit-2511": Model(
        {**QWEN, "image_urls": sources(), "num_inference_steps": whole(28, 2, 50)}, "flux", 0.03, "megapixels"
    ),
    "fal-ai/recraft/v3/text-to-image": Model(RECRAFT, "plain", 0.04),
    "fal-ai/ideogram/v3": Model(IDEOGRAM, "ideogram", 0.06),
    "fal-ai/ideogram/v3/edit": Model({**IDEOGRAM_EDIT, **MASKED}, "ideogram", 0.06),
    "fal-ai/flux-pro/v1/fill": Model(FILL, "flux", 0.05, "megapixels"),
    "fal-ai/flux-lora/inpainting": Model(INPAINTING, "flux", 0.035, "megapixels"),
    "fal-ai/clarity-upscaler": Model(CLARITY, "clarity", 0.03, "megapixels"),
    "fal-ai/esrgan": Model(ESRGAN, "single", 0.00111, "compute seconds"),
    "fal-ai/birefnet/v2": Model(BIREFNET, "cut_out", 0.00111, "compute seconds"),
    "fal-ai/z-image/turbo": Model(flux(8, 8), "flux", 0.005, "megapixels"),
}
