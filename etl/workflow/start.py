"""Dagster's parts as services of their own: ``python -m etl.workflow.start SITE code|daemon|web``. All on one machine.

Runs are children of the code server; when it starts, no run of before is alive. A site on one screen: ``etl.serve``.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from etl.workflow.instance import end_lost_runs, prepare_instance

HOST = "127.0.0.1"


def main(arguments: list[str] | None = None) -> None:
    """Start one part; ends with it."""
    parser = argparse.ArgumentParser(prog="python -m etl.workflow.start", description="Start a part of Dagster.")
    parser.add_argument("site", type=Path, help="folder of the site")
    parser.add_argument("part", choices=["code", "daemon", "web"])
    parser.add_argument("--code-port", type=int, default=4266, help="port of the code server, on the loopback address")
    parser.add_argument("--port", type=int, default=3000, help="port of the web server, on the loopback address")
    parser.add_argument("--read-only", action="store_true", help="a web server that changes nothing")
    chosen = parser.parse_args(arguments)
    home = chosen.site.absolute()
    folder = prepare_instance(home)
    os.environ |= {"DAGSTER_HOME": str(folder), "SHIFTLEDGER_SITE": str(home)}
    code = str(chosen.code_port)
    if chosen.part == "web":
        from etl.workflow.web import serve  # noqa: PLC0415 - the other parts go over into programs of Dagster

        serve(chosen.port, chosen.code_port, read_only=chosen.read_only)
    elif chosen.part == "daemon":
        _become("dagster._daemon", "run", "--grpc-host", HOST, "--grpc-port", code)
    else:
        end_lost_runs(folder)
        _become("dagster", "api", "grpc", "-m", "etl.workflow.definitions", "--host", HOST, "--port", code)


def _become(module: str, *arguments: str) -> None:
    os.execv(sys.executable, [sys.executable, "-W", "ignore", "-m", module, *arguments])  # noqa: S606 - no shell


if __name__ == "__main__":
    main()
