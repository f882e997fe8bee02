"""Dagster's web server behind the proxy: each change that somebody asks of it is on record, and runs carry their name.

The proxy says who asks (``X-ShiftLedger-User``); it looked that up a moment ago. Nobody else reaches this address.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import uvicorn
from dagster import DagsterInstance
from dagster._cli.workspace.cli_target import workspace_opts_to_load_target
from dagster._core.workspace.context import WorkspaceProcessContext, WorkspaceRequestContext
from dagster_shared.cli import WorkspaceOpts
from dagster_webserver.webserver import DagsterWebserver
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from data_contracts.errors import StoreError
from data_contracts.scope import Actor
from etl.settings import data_folder, settings
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from etl.workflow.asked import Asked, asked_of, signed, trouble_of
from etl.workflow.place import find_place

HOST = "127.0.0.1"
PREFIX = "/dagster"
Server = DagsterWebserver[WorkspaceProcessContext, WorkspaceRequestContext]


class RecordedWebserver(Server):
    """Dagster's own, with a record before each mutation, whatever way it came."""

    def __init__(self, context: WorkspaceProcessContext, *, read_only: bool) -> None:
        self._read_only = read_only
        super().__init__(context, PREFIX)

    async def execute_graphql_request(
        self, request: Request, query: str, variables: dict[str, Any] | None, operation_name: str | None
    ) -> JSONResponse:
        """One request: on record first, then done under the name of who asked; what Dagster refused, on record too."""
        actor = _actor(request)
        asked = asked_of(query, variables or {}, operation_name)
        if asked:
            try:
                variables = signed(query, variables or {}, operation_name, actor.name)
            except StoreError as error:
                await run_in_threadpool(_record, actor, asked, outcome="refused")
                return JSONResponse({"data": None, "errors": [{"message": str(error)}]}, status_code=400)
            await run_in_threadpool(_record, actor, asked, outcome="denied" if self._read_only else "done")
        answer = await super().execute_graphql_request(request, query, variables, operation_name)
        if asked and not self._read_only and (trouble := trouble_of(bytes(answer.body))):
            told = [replace(one, details={"answer": trouble}) for one in asked]
            await run_in_threadpool(_record, actor, told, outcome="failed")
        return answer

    async def report_asset_materialization_endpoint(self, request: Request) -> JSONResponse:
        """What another program would report of an asset: nobody does here."""
        return JSONResponse({"error": "not offered here"}, status_code=404)

    report_asset_check_endpoint = report_asset_materialization_endpoint
    report_asset_observation_endpoint = report_asset_materialization_endpoint


def serve(port: int, code_port: int, *, read_only: bool) -> None:
    """Serve until a signal comes."""
    target = workspace_opts_to_load_target(WorkspaceOpts(grpc_host=HOST, grpc_port=code_port))
    with (
        DagsterInstance.get() as instance,
        WorkspaceProcessContext(instance, target, read_only=read_only) as context,
    ):
        app = RecordedWebserver(context, read_only=read_only).create_asgi_app()
        uvicorn.run(app, host=HOST, port=port, log_level="warning", proxy_headers=False)


def _actor(request: Request) -> Actor:
    """The person whom the proxy let through, or somebody on this machine who went past it."""
    name = unquote(request.headers.get("x-shiftledger-user", ""))
    address = request.headers.get("x-forwarded-for", "")
    return Actor(name, "login", address=address) if name else Actor("local", address="loopback")


def _record(actor: Actor, asked: list[Asked], *, outcome: str) -> None:
    data = data_folder(find_place().home)
    log = AuditLog(data, load_keys(data, settings().key_dir, create=True))
    for one in asked:
        log.append(actor, f"dagster.{one.what}", one.target, outcome=outcome, reason=one.reason, **one.details)
