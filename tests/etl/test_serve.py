"""Serving: ports, starting, stopping, and what is said when a service ends by itself."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from etl.serve import (
    HOST,
    answers,
    dagster_command,
    dashboards_command,
    free_port,
    run_services,
    serve,
    service_environment,
)
from etl.workflow.instance import prepare_instance

ROOT = Path(__file__).parents[2]
WEB = [sys.executable, "-m", "http.server", "--bind", HOST]
DEADLINE_S = 60


@contextmanager
def serving(tmp_path: Path, commands: Mapping[str, Sequence[str]], ports: Sequence[int]) -> Iterator[psutil.Popen]:
    """A process that serves ``commands`` as the command line would; its words go to ``said.txt``."""
    addresses = {name: f"http://{HOST}:{port}" for name, port in zip(commands, ports, strict=True)}
    code = textwrap.dedent(f"""
        import os
        from etl.serve import run_services
        commands, addresses = {dict(commands)!r}, {addresses!r}
        raise SystemExit(run_services(commands, addresses, os.environ, say=lambda text: print(text, flush=True)))
    """)
    with (tmp_path / "said.txt").open("w") as said:
        process = psutil.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(DEADLINE_S)


def wait_for(text: str, tmp_path: Path) -> str:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        said = (tmp_path / "said.txt").read_text()
        if text in said:
            return said
        time.sleep(0.1)
    raise AssertionError(f"{text!r} was not said within {DEADLINE_S} s:\n{said}")


def test_a_port_in_use_is_left_alone() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        taken = other.getsockname()[1]

        assert free_port(taken) != taken


def test_two_services_never_get_the_same_port() -> None:
    port = free_port(20000)

    assert free_port(port, {port}) != port


def test_both_commands_stay_on_the_loopback_address(tmp_path: Path) -> None:
    assert dashboards_command(tmp_path, 8501)[-4:] == ["--site", str(tmp_path), "--port", "8501"]
    command = dagster_command(3000)
    assert command[command.index("--host") + 1] == HOST


def test_both_services_are_told_the_site(tmp_path: Path) -> None:
    environment = service_environment(tmp_path, tmp_path / "runs", "http://127.0.0.1:9")

    assert (environment["SHIFTLEDGER_SITE"], environment["DAGSTER_HOME"]) == (str(tmp_path), str(tmp_path / "runs"))


def test_a_site_is_served_once_only(tmp_path: Path) -> None:
    said: list[str] = []
    with FileLock(prepare_instance(tmp_path) / "served.lock"):
        assert serve(tmp_path, say=said.append) == 2

    assert said == [f"{tmp_path} is being served already, by another process."]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_stops_both_services_and_their_children(tmp_path: Path, number: int) -> None:
    ports = [free_port(21000 + number * 10), free_port(21500 + number * 10)]
    nested = [sys.executable, "-c", f"import subprocess; subprocess.run({[*WEB, str(ports[1])]!r})"]
    with serving(tmp_path, {"first": [*WEB, str(ports[0])], "second": nested}, ports) as process:
        wait_for("Stop with Ctrl+C.", tmp_path)
        family = process.children(recursive=True)

        os.kill(process.pid, number)

        assert process.wait(DEADLINE_S) == 0
    assert len(family) == 3
    assert not any(child.is_running() for child in family)
    assert not any(answers(f"http://{HOST}:{port}") for port in ports)


def test_when_one_ends_the_other_is_stopped_and_the_exit_code_says_so(tmp_path: Path) -> None:
    port = free_port(22000)
    dying = [sys.executable, "-c", "raise SystemExit(3)"]
    with serving(tmp_path, {"good": [*WEB, str(port)], "bad": dying}, [port, free_port(port + 1)]) as process:
        assert process.wait(DEADLINE_S) == 1

    assert "bad ended with exit code 3; stopping the rest." in (tmp_path / "said.txt").read_text()
    assert not answers(f"http://{HOST}:{port}")


def test_nothing_is_left_behind_when_a_command_cannot_be_started(tmp_path: Path) -> None:
    port = free_port(22500)
    commands = {"good": [*WEB, str(port)], "missing": [str(tmp_path / "no-such-program")]}

    with pytest.raises(FileNotFoundError):
        run_services(commands, dict.fromkeys(commands, ""), os.environ, say=lambda _: None)

    assert not answers(f"http://{HOST}:{port}")
