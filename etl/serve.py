"""Dashboards and Dagster for one site, as two groups of processes on the loopback address.

Nothing is restarted: when one of the two ends, the other is stopped and the exit code says so.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil
from filelock import FileLock, Timeout

from etl.login_desk import login_mode
from etl.workflow.instance import end_lost_runs, prepare_instance

HOST = "127.0.0.1"
START_S = 120
STOP_S = 20
POLL_S = 0.25
PORTS_TRIED = 50

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Service:
    """A process that answers HTTP under ``address`` once it has started."""

    name: str
    address: str
    process: subprocess.Popen[bytes]


class _Asked(Exception):  # noqa: N818 - not an error: somebody asked us to stop
    """SIGINT or SIGTERM came."""


def serve(
    home: Path,
    *,
    dashboard_port: int = 8501,
    dagster_port: int = 3000,
    open_browser: bool = False,
    say: Say = print,
) -> int:
    """Serve a site until a signal comes (0) or one of the two ends by itself (1); 2 when it is served already."""
    home = home.absolute()
    folder = prepare_instance(home)
    alone = FileLock(folder / "served.lock")
    try:
        alone.acquire(blocking=False)
    except Timeout:
        say(f"{home} is being served already, by another process.")
        return 2
    with alone:
        if lost := end_lost_runs(folder):
            say(f"Runs that were cut off last time: {lost}. Dagster tries them again.")
        if login_mode(home) == "none":
            say("Nobody has to sign in to this site, so only this machine is served; see `shiftledger people add`.")
        dashboards, dagster = _ports((("dashboards", dashboard_port), ("Dagster", dagster_port)), say)
        addresses = {"dashboards": f"http://{HOST}:{dashboards}", "Dagster": f"http://{HOST}:{dagster}"}
        commands = {"dashboards": dashboards_command(home, dashboards), "Dagster": dagster_command(dagster)}
        environment = service_environment(home, folder, addresses["dashboards"], addresses["Dagster"])
        return run_services(commands, addresses, environment, open_browser=open_browser, say=say)


def _ports(wanted: Sequence[tuple[str, int]], say: Say) -> list[int]:
    """A free port for each name, and a word about every one that is not the wanted one."""
    found: list[int] = []
    for name, port in wanted:
        found.append(free_port(port, set(found)))
        if found[-1] != port:
            say(f"Port {port} is in use; {name} on {found[-1]} instead.")
    return found


def run_services(
    commands: Mapping[str, Sequence[str]],
    addresses: Mapping[str, str],
    environment: Mapping[str, str],
    *,
    open_browser: bool = False,
    say: Say = print,
) -> int:
    """Start the commands, wait for their addresses, watch them, stop all of them at the end."""
    services: list[Service] = []
    with _signals_as_exceptions():
        try:
            for name, command in commands.items():
                say(f"Starting {name} …")
                process = subprocess.Popen(command, env=dict(environment), start_new_session=True)  # noqa: S603
                services.append(Service(name, addresses[name], process))
            _wait_until_all_answer(services, say)
            if open_browser:
                webbrowser.open(services[0].address)
            say("Stop with Ctrl+C.")
            ended = _watch(services)
            say(f"{ended.name} ended with exit code {ended.process.returncode}; stopping the rest.")
        except _Asked:
            say("Stopping …")
            return 0
        finally:
            _stop_all(services, say)
    return 1


def dashboards_command(home: Path, port: int) -> list[str]:
    """The dashboards of a site."""
    return [sys.executable, "-m", "dashboards.server", "--site", str(home), "--port", str(port)]


def dagster_command(port: int) -> list[str]:
    """Web server, daemon and code server; needs no workspace file, so it works from an installed package too."""
    quiet = ["--log-level", "error", "--code-server-log-level", "error"]
    return [
        *(sys.executable, "-W", "ignore", "-m", "dagster", "dev", "-m", "etl.workflow.definitions"),
        *("--host", HOST, "--port", str(port), *quiet),
    ]


def service_environment(home: Path, dagster_home: Path, dashboard_url: str, dagster_url: str = "") -> dict[str, str]:
    """Environment of both services: the site, and Dagster's folder inside its data."""
    return {
        **os.environ,
        "DAGSTER_HOME": str(dagster_home),
        "SHIFTLEDGER_SITE": str(home),
        "SHIFTLEDGER_DASHBOARD_URL": dashboard_url,
        "SHIFTLEDGER_DAGSTER_URL": dagster_url,
        "PYTHONUNBUFFERED": "1",
    }


def free_port(wanted: int, taken: set[int] | None = None) -> int:
    """``wanted`` or the next port that nobody listens on."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        if port in (taken or set()):
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    """Whether something speaks HTTP there and is not failing."""
    try:
        with urllib.request.urlopen(address, timeout=2) as response:  # noqa: S310 - a loopback address of ours
            return bool(response.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def _wait_until_all_answer(services: Sequence[Service], say: Say) -> None:
    """Announce each address when it answers; give up early when a process has ended, late after START_S."""
    waiting = list(services)
    deadline = time.monotonic() + START_S
    while waiting:
        for service in list(waiting):
            if service.process.poll() is not None:
                return
            if answers(service.address):
                say(f"{service.name}: {service.address}")
                waiting.remove(service)
        if waiting and time.monotonic() > deadline:
            say(f"No answer after {START_S} s from {', '.join(service.name for service in waiting)}; still waiting.")
            deadline = float("inf")
        time.sleep(POLL_S)


def _watch(services: Sequence[Service]) -> Service:
    """Wait until one of the processes ends."""
    while True:
        for service in services:
            if service.process.poll() is not None:
                return service
        time.sleep(POLL_S)


def _stop_all(services: Sequence[Service], say: Say) -> None:
    """Ask the heads to end, which stop their own children in order; then whoever is left; then end by force."""
    heads = [psutil.Process(service.process.pid) for service in services if service.process.poll() is None]
    family = [process for service in services for process in _descendants(service.process.pid)]
    for head in heads:
        head.terminate()
    psutil.wait_procs(heads, timeout=STOP_S)
    left = [process for process in family if process.is_running()]
    for process in left:
        _quietly(process.terminate)
    _, left = psutil.wait_procs(left, timeout=STOP_S / 4)
    for process in left:
        say(f"Process {process.pid} does not end; ending it by force.")
        _quietly(process.kill)
    psutil.wait_procs(left, timeout=STOP_S / 4)
    for service in services:
        service.process.wait(timeout=STOP_S)


def _quietly(act: Callable[[], None]) -> None:
    """Signal a process that may have ended meanwhile."""
    with suppress(psutil.NoSuchProcess):
        act()


def _descendants(pid: int) -> list[psutil.Process]:
    """A process and everything below it, and what is left of its session when it has ended already."""
    found = {process.pid: process for process in psutil.process_iter() if _session(process.pid) == pid}
    with suppress(psutil.NoSuchProcess):
        head = psutil.Process(pid)
        found |= {process.pid: process for process in (head, *head.children(recursive=True))}
    return list(found.values())


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


@contextmanager
def _signals_as_exceptions() -> Iterator[None]:
    """SIGINT and SIGTERM raise _Asked, once; later ones are ignored so that stopping is not interrupted.

    Our own handler also means that children start with the default one, even when a script started us with
    SIGINT ignored: Dagster would not hear SIGTERM otherwise.
    """

    def on_signal(number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, _ignore)
        signal.signal(signal.SIGTERM, _ignore)
        raise _Asked(number)

    previous = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """A handler instead of SIG_IGN: children would inherit the latter."""
