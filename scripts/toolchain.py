"""Find what the bootstrap works with: Python 3.10 and uv; and run commands with progress.

Standard library only. The file must parse on older Pythons too, to tell them that they are too old.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, Iterator, List, Optional

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
LOG = TOOLS / "setup.log"

UV_OLDEST = (0, 8)
HEARTBEAT_SECONDS = 15

# Prints the Python outside any virtual environment, if it is one that Guichet can use: a Python
# built without, say, SQLite would fail much later.
PROBE = """
import bz2, ctypes, lzma, os, sqlite3, ssl, sys
assert sys.version_info[:2] == (3, 10) and sys.implementation.name == "cpython"
assert sys.maxsize > 2**32
names = [os.path.join(sys.base_prefix, "bin", name) for name in ("python3.10", "python3")]
inside = sys.prefix != sys.base_prefix
print(next((n for n in names if inside and os.path.exists(n)), sys.executable))
"""

PIP_TO_UV = {
    "PIP_CERT": "SSL_CERT_FILE",
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_DEFAULT_TIMEOUT": "UV_HTTP_TIMEOUT",
}


class Failure(Exception):
    """The setup cannot go on; the message is a sentence that tells what to do."""


class StepFailed(Exception):
    """A command failed; the message is what it said about it."""


def say(text: str) -> None:
    """Print one line of progress."""
    print(text, flush=True)


def child_environment() -> Dict[str, str]:
    """Return the environment for uv, pip and the Pythons we start.

    Another environment's variables are left out, and uv is told what pip was told: the certificates
    of a company's proxy, the package index and the time limit. What was set for uv itself wins.
    """
    leaving_out = ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME")
    env = {name: value for name, value in os.environ.items() if name not in leaving_out}
    for pip_name, uv_name in PIP_TO_UV.items():
        if env.get(pip_name):
            env.setdefault(uv_name, env[pip_name])
    return {**env, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0"}


def step(what: str, command: List[str]) -> None:
    """Run a command, with a sign of life now and then; its output goes to the log.

    Raises:
        StepFailed: If it cannot be started or exits with another status than 0.
    """
    started = time.monotonic()
    say(f"  {what} ...")
    with LOG.open("a+", encoding="utf-8", errors="replace") as log:
        log.write(f"\n$ {' '.join(command)}\n")
        log.flush()
        begin = log.tell()
        try:
            process = subprocess.Popen(
                command, cwd=str(ROOT), env=child_environment(), stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        except OSError as error:
            raise StepFailed(str(error)) from error
        try:
            while process.poll() is None:
                try:
                    process.wait(HEARTBEAT_SECONDS)
                except subprocess.TimeoutExpired:
                    say(f"    still going after {time.monotonic() - started:.0f} s")
        except BaseException:
            process.terminate()
            process.wait()
            raise
        log.seek(begin)
        output = log.read()
    outcome = "done" if process.returncode == 0 else "failed"
    say(f"    {outcome} in {time.monotonic() - started:.0f} s")
    if process.returncode != 0:
        raise StepFailed(summary(output) or f"exit status {process.returncode}")


def summary(output: str) -> str:
    """Return the lines of a command's output that best tell why it failed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(error|fatal)\b", line, re.IGNORECASE)]
    causes = [line for line in lines if re.match(r"(cause|caused by):", line, re.IGNORECASE)]
    told = errors[-1:] + causes[-1:] or lines[-1:]
    return "; ".join(line.rstrip(".") for line in told)


def on_path(name: str) -> Iterator[str]:
    """Yield each executable of that name on PATH, not only the first, which may be a dead shim."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        found = shutil.which(name, path=folder) if folder else None
        if found:
            yield found


def output_of(command: List[str]) -> Optional[str]:
    """Return what a short command prints, or None if it does not run or fails."""
    try:
        done = subprocess.run(
            command, env=child_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


def probe(executable: str) -> Optional[str]:
    """Return the Python 3.10 behind an executable, or None if it is none that Guichet can use."""
    return output_of([executable, "-I", "-c", PROBE]) or None


def find_python() -> Optional[str]:
    """Look for Python 3.10: the running one, on PATH, then pyenv's newest."""

    def patch(path: str) -> List[int]:
        return [int(number) for number in re.findall(r"\d+", Path(path).parts[-3])]

    pyenv = os.environ.get("PYENV_ROOT") or os.path.join(os.path.expanduser("~"), ".pyenv")
    versions = os.path.join(glob.escape(pyenv), "versions", "3.10*")
    installed = glob.glob(os.path.join(versions, "bin", "python3.10"))
    candidates = [sys.executable, *on_path("python3.10")]
    candidates += sorted(installed, key=patch, reverse=True)
    candidates += [*on_path("python3"), *on_path("python")]
    return next(filter(None, map(probe, dict.fromkeys(candidates))), None)


def usable_uv(executable: str) -> bool:
    """Tell whether an executable is a uv that runs and is new enough."""
    match = re.match(r"uv (\d+)\.(\d+)", output_of([executable, "--version"]) or "")
    return match is not None and (int(match.group(1)), int(match.group(2))) >= UV_OLDEST


def find_uv(python: Optional[str]) -> Optional[str]:
    """Return uv from PATH or `.tools/uv`, where pip puts it if need be; None if it cannot be had.

    Args:
        python: A Python 3.10, if there is one: it may have pip where the running Python has none,
            and is not the one in a `.venv` that is about to be made anew.
    """
    folder = TOOLS / "uv"
    installed = str(folder / "bin" / "uv")
    for candidate in [*on_path("uv"), installed]:
        if usable_uv(candidate):
            return candidate
    wanted = f"uv>={'.'.join(map(str, UV_OLDEST))},<1"
    for base in filter(None, (python, sys.executable)):
        # Debian parts pip and venv from Python: either is enough.
        if output_of([base, "-I", "-c", "import pip"]) is not None:
            pip = [base, "-m", "pip", "install", "--upgrade", "--target", str(folder)]
        elif output_of([base, "-I", "-c", "import ensurepip, venv"]) is not None:
            pip = [str(folder / "bin" / "python"), "-m", "pip", "install"]
        else:
            continue
        try:
            if "--target" not in pip:
                step("Making a place for uv", [base, "-m", "venv", "--clear", str(folder)])
            step("Fetching uv", [*pip, wanted])
        except StepFailed as error:
            say(f"  uv could not be fetched: {error}")
            return None
        return installed if usable_uv(installed) else None
    return None
