"""The yardstick Gradio: the same journey, as a Python developer would write it. Runs in `.venv-bench` alone."""

from __future__ import annotations

import asyncio
import io
import os

import gradio
import httpx
from PIL import Image

_FAL = f"{os.environ['BENCH_FAL']}/fal-ai/flux/schnell"
_client = httpx.AsyncClient(headers={"Authorization": "Key an-id:a-secret"}, timeout=120, limits=httpx.Limits())


async def generate(prompt: str) -> Image.Image:
    """Order, poll every 100 ms as fal's own client does, fetch; nothing is reserved or written."""
    order = (
        await _client.post(_FAL, json={"prompt": prompt, "output_format": "png", "image_size": "square_hd"})
    ).json()
    while (await _client.get(order["status_url"])).json()["status"] != "COMPLETED":
        await asyncio.sleep(0.1)
    result = (await _client.get(order["response_url"])).json()
    picture = await _client.get(result["images"][0]["url"])
    return Image.open(io.BytesIO(picture.content))


with gradio.Blocks(analytics_enabled=False) as page:
    box, out = gradio.Textbox(label="Prompt"), gradio.Image(label="Result", type="pil")
    gradio.Button("Generate").click(generate, box, out, api_name="generate", concurrency_limit=None)

page.launch(server_name="127.0.0.1", server_port=int(os.environ["PORT"]), quiet=True)
