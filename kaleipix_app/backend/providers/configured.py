"""The providers of this installation: the engine, and those that the operator has a key for.

A provider's code is loaded only where it is used: idle memory is for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping

from kaleipix_app.backend.providers.base import Provider
from kaleipix_app.backend.providers.builtin.provider import BuiltinProvider
from kaleipix_app.backend.providers.catalogue import MODELS, Model, RunpodWire
from kaleipix_app.backend.providers.outgoing import Outgoing
from kaleipix_app.backend.settings import BadSettings, Settings


def outgoing(settings: Settings) -> Outgoing:
    """The connections of all of them."""
    bases = (settings.fal_queue_url, settings.fal_rest_url, settings.fal_cdn_url, settings.runpod_url)
    return Outgoing(bases, settings.result_hosts)


def providers(settings: Settings, connections: Outgoing, workers: int) -> dict[str, Provider]:
    """By key. `workers` is the number of pictures that the engine draws at a time. Raises BadSettings."""
    made: dict[str, Provider] = {"builtin": BuiltinProvider(workers)}
    if settings.fal_key is not None:
        made["fal"] = _fal(settings, settings.fal_key.get_secret_value(), connections)
    if settings.runpod_api_key is not None:
        made["runpod"] = _runpod(settings, settings.runpod_api_key.get_secret_value(), connections)
    return made


def offered(models: Mapping[str, Model], providers: Mapping[str, Provider], settings: Settings) -> dict[str, Model]:
    """The models whose provider is on; of RunPod's, those that have an endpoint."""
    return {
        key: model
        for key, model in models.items()
        if model.provider in providers
        and (not isinstance(model.wire, RunpodWire) or model.id in settings.runpod_endpoints)
    }


def _fal(settings: Settings, key: str, connections: Outgoing) -> Provider:
    from kaleipix_app.backend.providers.fal.provider import FalProvider

    return FalProvider(
        key,
        connections,
        queue_url=settings.fal_queue_url,
        rest_url=settings.fal_rest_url,
        cdn_url=settings.fal_cdn_url,
    )


def _runpod(settings: Settings, key: str, connections: Outgoing) -> Provider:
    from kaleipix_app.backend.providers.runpod.api import Api
    from kaleipix_app.backend.providers.runpod.provider import RunpodProvider
    from kaleipix_app.backend.providers.runpod.workflows import BadWorkflow

    known = [model.id for model in MODELS.values() if isinstance(model.wire, RunpodWire)]
    for name in settings.runpod_endpoints:
        if name not in known:
            raise BadSettings(
                f"KALEIPIX_RUNPOD_ENDPOINTS cannot be used: there is no model {name!r}, only {', '.join(known)}."
            )
    try:
        return RunpodProvider(Api(settings.runpod_url, key), connections, settings.runpod_endpoints)
    except BadWorkflow as error:
        raise BadSettings(str(error)) from error
