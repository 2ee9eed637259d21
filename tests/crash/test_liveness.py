"""The real service stays alive and stays stoppable: hung workers, servers and clients."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from tests.support.service import Service

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def silent_server() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def service(model: Path, tmp_path: Path, silent_server: int) -> Iterator[Service]:
    """A service whose action server and mail server hang."""
    service = Service(
        tmp_path,
        env={
            "GUICHET_ACTION_ENDPOINT": f"http://127.0.0.1:{silent_server}/webhook",
            "GUICHET_ACTION_TIMEOUT": "300",
            "GUICHET_TURN_DEADLINE": "300",
            "GUICHET_SMTP_URL": f"smtp://127.0.0.1:{silent_server}",
        },
    )
    service.start()
    yield service
    for worker in workers_of(service):
        os.kill(worker, signal.SIGKILL)
    service.stop()


def workers_of(service: Service) -> list[int]:
    """Return the processes under the service's own."""
    assert service.process is not None
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[1] == str(service.process.pid) and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def runs(process: int) -> bool:
    """Tell whether a process runs: it neither ended nor waits to be reaped."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def until(answers: bool, service: Service, seconds: float) -> float:
    """Wait until the service answers, or is gone, and return how long that took."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        try:
            ready = requests.get(f"{service.url}/healthz", timeout=1).ok
        except requests.RequestException:
            ready = False
        gone = service.process is not None and service.process.poll() is not None
        if ready if answers else gone:
            return time.monotonic() - started
        time.sleep(0.1)
    raise AssertionError(f"Not within {seconds} s:\n{service.log.read_text()[-2000:]}")


def hang_everything(service: Service) -> list[socket.socket]:
    """Leave a turn, half a request and half a body on their way."""

    def say() -> None:
        with suppress(requests.RequestException):
            service.send("a", "bonjour")

    threading.Thread(target=say, daemon=True).start()
    halves = []
    for head in (
        b"GET / HTTP/1.1\r\nHo",
        b"POST /model/parse HTTP/1.1\r\nContent-Length: 9\r\n\r\n{",
    ):
        half = socket.create_connection(("127.0.0.1", service.port))
        half.sendall(head)
        halves.append(half)
    time.sleep(1)
    return halves


def test_a_hung_worker_is_replaced_and_hung_work_ends_with_the_service(service: Service) -> None:
    (hung,) = workers_of(service)
    os.kill(hung, signal.SIGSTOP)
    time.sleep(1)
    # A dozen seconds of silence, and a start.
    until(True, service, 90)
    (fresh,) = workers_of(service)
    assert fresh != hung
    assert "stopped answering" in service.log.read_text()

    halves = hang_everything(service)
    assert service.process is not None
    service.process.send_signal(signal.SIGTERM)
    assert until(False, service, 60) < 25
    assert service.process.returncode == 0
    for half in halves:
        half.close()


def test_a_second_signal_ends_what_the_first_could_not(service: Service) -> None:
    (worker,) = workers_of(service)
    os.kill(worker, signal.SIGSTOP)
    assert service.process is not None
    service.process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert service.process.poll() is None
    service.process.send_signal(signal.SIGTERM)
    # Well before the time that hung work is given.
    assert until(False, service, 30) < 12
    assert not runs(worker)


def test_no_worker_outlives_its_supervisor(service: Service) -> None:
    (worker,) = workers_of(service)
    service.kill()
    time.sleep(1)
    assert not runs(worker)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{service.url}/healthz", timeout=1)
