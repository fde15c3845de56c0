"""The yardstick Gradio: the same click, as a Python developer would write it. Runs in `.venv-bench` alone."""

from __future__ import annotations

import os
import socket
import time
from json import dumps

import gradio

provider = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)


def generate(prompt: str) -> str:
    """Hand the order to the provider; nothing is reserved or written."""
    provider.sendto(dumps([prompt, time.time_ns()]).encode(), os.environ["BENCH_SOCKET"])
    return "done"


with gradio.Blocks(analytics_enabled=False) as page:
    box, out = gradio.Textbox(label="Prompt"), gradio.Textbox()
    gradio.Button("Generate").click(generate, box, out, api_name="generate")

page.launch(server_name="127.0.0.1", server_port=int(os.environ["PORT"]), quiet=True)
