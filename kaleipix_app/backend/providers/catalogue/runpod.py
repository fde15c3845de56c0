"""Models on serverless endpoints of RunPod. Each is offered once the operator names its endpoint."""

from __future__ import annotations

from kaleipix_app.backend.providers.catalogue.model import SIZES, Choice, Model, Need, Number, RunpodWire, Task

_CHECKPOINT = "sd_xl_base_1.0.safetensors"  # as it is called in the worker image
_BLEMISHES = "deformed, extra fingers, bad anatomy, blurry, watermark, text"
#: Sampler as ComfyUI calls it, then as everybody does.
_COMFY = {
    "dpmpp_2m": "DPM++ 2M",
    "dpmpp_sde": "DPM++ SDE",
    "euler": "Euler",
    "euler_ancestral": "Euler a",
    "ddim": "DDIM",
    "uni_pc": "UniPC",
}
#: The same for the schedulers of worker-sdxl, which are classes of diffusers.
_DIFFUSERS = {
    "DDIM": "DDIM",
    "PNDM": "PNDM",
    "KLMS": "LMS",
    "K_EULER": "Euler",
    "K_EULER_ANCESTRAL": "Euler a",
    "DPMSolverMultistep": "DPM++ 2M",
    "DPMSolverSinglestep": "DPM++ 2S",
}
_SAMPLERS = Choice("sampler", "Sampler", tuple(_COMFY), "dpmpp_2m", _COMFY)

SDXL = Model(
    id="sdxl",
    provider="runpod",
    name="SDXL",
    vendor="Stability AI",
    tagline="Stable Diffusion XL with its refiner: from words, or a picture redrawn.",
    source=Need.MAY,
    price=2,
    usual_seconds=12.0,
    max_count=2,
    aspect_ratios=tuple(SIZES),
    params=(
        Choice("scheduler", "Sampler", tuple(_DIFFUSERS), "DDIM", _DIFFUSERS),
        Number("steps", "Steps", 10, 50, 25),
        Number("guidance", "Guidance", 1, 15, 7.5, 0.5),
        Number("strength", "Strength", 0.05, 1, 0.3, 0.05),
    ),
    cost=0.008,
    wire=RunpodWire("sdxl"),
)

COMFY_PORTRAIT = Model(
    id="comfy-portrait",
    provider="runpod",
    name="SDXL Portrait",
    vendor="Stability AI with ComfyUI",
    tagline="People in good light: SDXL with settings for faces and hands.",
    price=2,
    usual_seconds=10.0,
    max_count=2,
    aspect_ratios=("3:4", "2:3", "9:16", "1:1", "4:3", "3:2", "16:9"),
    params=(_SAMPLERS, Number("steps", "Steps", 10, 50, 28), Number("guidance", "Guidance", 1, 15, 6, 0.5)),
    cost=0.008,
    wire=RunpodWire("comfyui", "portrait", {"checkpoint": _CHECKPOINT, "negative": _BLEMISHES}),
)

COMFY_RESTYLE = Model(
    id="comfy-restyle",
    provider="runpod",
    name="SDXL Restyle",
    vendor="Stability AI with ComfyUI",
    tagline="Your picture in another style: its shapes stay, the words say the rest.",
    task=Task.EDIT,
    source=Need.MUST,
    price=2,
    usual_seconds=10.0,
    max_count=2,
    aspect_ratios=tuple(SIZES),
    params=(
        _SAMPLERS,
        Number("steps", "Steps", 10, 50, 28),
        Number("guidance", "Guidance", 1, 15, 6.5, 0.5),
        Number("strength", "Strength", 0.05, 1, 0.6, 0.05),
    ),
    cost=0.008,
    wire=RunpodWire("comfyui", "restyle", {"checkpoint": _CHECKPOINT, "negative": _BLEMISHES}),
)

FLUX_SCHNELL = Model(
    id="comfy-flux-schnell",
    provider="runpod",
    name="FLUX.1 schnell",
    vendor="Black Forest Labs, with ComfyUI",
    tagline="Fast, on a machine of your own choice. Stands in for fal.ai while that is down, and the other way round.",
    price=1,
    usual_seconds=8.0,
    max_count=2,
    aspect_ratios=tuple(SIZES),
    params=(Number("num_inference_steps", "Steps", 1, 12, 4),),  # named as at its partner: it is taken over
    cost=0.006,
    partner="flux-schnell",
    wire=RunpodWire("comfyui", "schnell", {"checkpoint": "flux1-schnell-fp8.safetensors"}),  # of worker-comfyui's image
)

RUNPOD_MODELS = (SDXL, COMFY_PORTRAIT, COMFY_RESTYLE, FLUX_SCHNELL)
