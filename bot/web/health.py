"""Liveness, readiness and metrics for whatever watches the service."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.web.keys import ASSISTANT, DATABASE, SETTINGS
from bot.web.readiness import trouble


async def healthz(request: web.Request) -> web.Response:
    """Say that the process answers."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Say whether model and database are usable, and why not, within a second."""
    parts = request.config_dict
    found = await trouble(parts[DATABASE], parts[SETTINGS], parts[ASSISTANT].model_path)
    if found:
        body = {"status": "unavailable", "reason": f"{found[0].upper()}{found[1:]}."}
        return web.json_response(body, status=503, headers={"Retry-After": "5"})
    return web.json_response({"status": "ready"})


async def metrics(request: web.Request) -> web.Response:
    """Return the process's metrics in Prometheus's text format."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def add_health(app: web.Application) -> None:
    """Mount the three paths."""
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
