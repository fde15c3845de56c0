"""What worker-sdxl accepts, checked and told as RunPod's validator does."""

from __future__ import annotations

from typing import Any

SCHEDULERS = ("DDIM", "PNDM", "KLMS", "K_EULER", "K_EULER_ANCESTRAL", "DPMSolverMultistep", "DPMSolverSinglestep")
TYPES: dict[str, type | tuple[type, ...]] = {
    "prompt": str,
    "negative_prompt": str,
    "height": int,
    "width": int,
    "seed": int,
    "scheduler": str,
    "num_inference_steps": int,
    "refiner_inference_steps": int,
    "guidance_scale": (int, float),
    "strength": (int, float),
    "image_url": str,
    "num_images": int,
    "high_noise_frac": (int, float),
}


def problems(given: Any) -> list[str]:
    """The worker's complaints about an input; an empty list if there is none."""
    if not isinstance(given, dict):
        return ["input should be an object."]
    wrong = [f"Unexpected input. {name} is not a valid input option." for name in given if name not in TYPES]
    if not given.get("prompt") and not given.get("image_url"):
        wrong.append("prompt is a required input.")
    for name, kind in TYPES.items():
        value = given.get(name)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            wrong.append(f"{name} should be {kind} type, not {type(value)}.")
    if given.get("num_images", 1) not in (None, 1, 2):
        wrong.append("num_images does not meet the constraints.")
    if given.get("scheduler", "DDIM") not in (None, *SCHEDULERS):
        wrong.append("scheduler does not meet the constraints.")
    return wrong
