"""The same script, gates and record over HTTP, for a test whose subject runs in another process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

if TYPE_CHECKING:
    from tests.emulators.emulator import Emulator


def routes(emulator: Emulator) -> list[BaseRoute]:
    """`/_emulator/...`: none of it belongs to the service that is emulated."""

    async def script(request: Request) -> JSONResponse:
        if request.method == "DELETE":
            emulator.rules.clear()
            return JSONResponse({})
        asked = await request.json()
        try:
            emulator.script(**{**asked, **asked.pop("args", {})})
        except (TypeError, ValueError) as error:
            return JSONResponse({"detail": str(error)}, 400)
        return JSONResponse({})

    async def gates(request: Request) -> JSONResponse:
        asked = await request.json()
        (emulator.hold if request.url.path.endswith("hold") else emulator.release)(**asked)
        return JSONResponse({})

    async def requests(request: Request) -> JSONResponse:
        step = request.query_params.get("step")
        return JSONResponse([made.as_json() for made in emulator.requests if step in (None, made.step)])

    async def submissions(request: Request) -> JSONResponse:
        return JSONResponse(vars(emulator.submissions(request.query_params.get("prompt"))))

    async def job(request: Request) -> JSONResponse:
        found = emulator.describe_job(request.path_params["id"])
        return JSONResponse(found, 200 if found else 404)

    async def settings(request: Request) -> JSONResponse:
        target = emulator.settings()
        for name, value in (await request.json()).items():
            if not hasattr(target, name):
                return JSONResponse({"detail": f"There is no setting {name!r}."}, 400)
            setattr(target, name, value)
        return JSONResponse({})

    async def clear(_request: Request) -> JSONResponse:
        emulator.rules.clear()
        emulator.release()
        emulator.record.clear()
        return JSONResponse({})

    return [
        Route("/_emulator/script", script, methods=["POST", "DELETE"]),
        Route("/_emulator/hold", gates, methods=["POST"]),
        Route("/_emulator/release", gates, methods=["POST"]),
        Route("/_emulator/requests", requests),
        Route("/_emulator/submissions", submissions),
        Route("/_emulator/jobs/{id}", job),
        Route("/_emulator/settings", settings, methods=["POST"]),
        Route("/_emulator/clear", clear, methods=["POST"]),
    ]
