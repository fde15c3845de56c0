"""RunPod serverless: endpoints with worker-sdxl and worker-comfyui behind them."""

from tests.emulators.runpod.app import RunPod
from tests.emulators.runpod.settings import Settings

__all__ = ["RunPod", "Settings"]
