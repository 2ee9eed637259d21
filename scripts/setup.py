"""Make `.venv`: Python 3.10, the compiled requirements, and Guichet itself.

Run by most `make` targets, so that a bare machine needs nothing but some Python 3.8 or newer. Rasa
takes no Python newer than 3.10, which few machines still have: it is looked for on PATH and in
pyenv, and fetched by uv otherwise. What was installed is remembered by content hash, so that a
further call only reads a few files.

Standard library only. The file must parse on older Pythons too, to tell them that they are too old.
"""

import argparse
import contextlib
import hashlib
import json
import re
import shutil
import sys
import time
from pathlib import Path
from typing import Dict, Iterator, List

from toolchain import (
    LOG,
    ROOT,
    TOOLS,
    Failure,
    StepFailed,
    find_python,
    find_uv,
    output_of,
    probe,
    say,
    step,
)

VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "guichet-setup.json"


class Installer:
    """Installs into `.venv`, by uv where it can be had and by pip otherwise.

    pip also steps in where uv fails: a company's package index may stand in pip's configuration
    only.
    """

    def __init__(self) -> None:
        self.python = find_python()
        if self.python:
            say(f"  Python {self.python.version}: {self.python.path}")
        self.uv = find_uv(self.python)

    def make_venv(self) -> None:
        """Make `.venv` anew.

        Raises:
            Failure: If no Python 3.10 can be had, or `.venv` is something else.
        """
        if VENV.is_symlink() or VENV.is_file():
            VENV.unlink()
        elif VENV.exists():
            if any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").exists():
                raise Failure(f"{VENV} is no virtual environment: move it away and try again.")
            shutil.rmtree(str(VENV))
        try:
            if self.uv:
                wanted = self.python.path if self.python else "3.10"
                what = "Making .venv" if self.python else "Fetching Python 3.10 and making .venv"
                step(what, [self.uv, "venv", "--no-project", "--python", wanted, str(VENV)])
                return
        except StepFailed as error:
            if not self.python:
                raise Failure(
                    f"No Python 3.10 was found and uv could not fetch one ({error}): install Python"
                    " 3.10, for example with `pyenv install 3.10`, and run this again."
                ) from error
        if not self.python:
            raise Failure(
                "Neither Python 3.10 nor uv was found: install one of them, or pip, which can fetch"
                " uv, and run this again."
            )
        try:
            step("Making .venv", [self.python.path, "-m", "venv", "--without-pip", str(VENV)])
        except StepFailed as error:
            raise Failure(
                f"{self.python.path} could not make .venv ({error}): install its venv module (on"
                " Debian and Ubuntu the package python3.10-venv) and run this again."
            ) from error

    def install(self, what: str, arguments: List[str]) -> None:
        """Install without resolving and without fetching build tools.

        Raises:
            Failure: If uv and pip both fail.
        """
        arguments = ["install", "--no-deps", "--no-build-isolation", *arguments]
        if self.uv:
            try:
                step(what, [self.uv, "pip", *arguments, "--python", str(VENV_PYTHON)])
                return
            except StepFailed as error:
                say(f"  uv failed ({error}); trying pip")
                self.uv = None
        python = str(VENV_PYTHON)
        try:
            if output_of([python, "-m", "pip", "--version"]) is None:
                step("Putting pip into .venv", [python, "-m", "ensurepip"])
            step(f"{what} with pip", [python, "-m", "pip", *arguments])
        except StepFailed as error:
            raise Failure(
                f"{what} failed ({error}): see {LOG.relative_to(ROOT)}, mend it and run this again."
            ) from error

    def install_requirements(self, file: Path) -> None:
        """Install a compiled requirements file, its build tools first.

        Raises:
            Failure: If it cannot be installed.
        """
        text = file.read_text(encoding="utf-8")
        entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
        tools = [entry for entry in entries if re.match(r"(setuptools|wheel)==", entry)]
        build_tools = TOOLS / "build-tools.txt"
        build_tools.write_text("".join(tools), encoding="utf-8")
        self.install("Installing build tools", ["--require-hashes", "-r", str(build_tools)])
        what = f"Installing {len(entries)} packages"
        self.install(what, ["--require-hashes", "-r", str(file)])


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wanted_stamp(level: str) -> Dict[str, str]:
    """Return what the stamp says once everything is installed; `level` is `run` or `dev`.

    The place is part of it, since the scripts in a virtual environment name theirs.
    """
    hashes = {name: file_hash(ROOT / "requirements" / f"{name}.txt") for name in ("run", "dev")}
    project = file_hash(ROOT / "pyproject.toml")
    return {"root": str(ROOT), "level": level, "project": project, **hashes}


def read_stamp() -> Dict[str, str]:
    """Return the stamp of a `.venv` that is whole, otherwise an empty one."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    whole = isinstance(stamp, dict) and stamp.get("root") == str(ROOT) and VENV_PYTHON.exists()
    return stamp if whole else {}


def fits(stamp: Dict[str, str], wanted: Dict[str, str]) -> bool:
    """Tell whether the installed packages are those wanted; dev.txt holds all of run.txt."""
    if wanted["level"] == "dev":
        return stamp.get("level") == "dev" and stamp.get("dev") == wanted["dev"]
    return stamp.get("run") == wanted["run"]


def is_ready(stamp: Dict[str, str], wanted: Dict[str, str]) -> bool:
    """Tell whether nothing is left to do."""
    has_command = (VENV / "bin" / "guichet").exists()
    return has_command and fits(stamp, wanted) and stamp.get("project") == wanted["project"]


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold the lock that keeps two setups in one tree apart."""
    import fcntl

    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Waiting for another setup of this folder to end ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def set_up(level: str) -> None:
    """Bring `.venv` to the wanted level, doing only what is left to do.

    Raises:
        Failure: If that is not possible.
    """
    if is_ready(read_stamp(), wanted_stamp(level)):
        return
    with alone():
        stamp = read_stamp()
        if stamp.get("level") == "dev":
            level = "dev"
        wanted = wanted_stamp(level)
        if is_ready(stamp, wanted):
            return
        started = time.monotonic()
        say("Setting up .venv" + ("" if stamp else " (the first time downloads about 1 GB)"))
        LOG.write_text("", encoding="utf-8")
        installer = Installer()
        fitting = fits(stamp, wanted)
        if not stamp or probe(str(VENV_PYTHON)) is None:
            installer.make_venv()
            fitting = False
        if STAMP.exists():
            STAMP.unlink()
        if not fitting:
            installer.install_requirements(ROOT / "requirements" / f"{level}.txt")
        installer.install("Installing Guichet", ["--editable", str(ROOT)])
        STAMP.write_text(json.dumps(wanted, indent=2), encoding="utf-8")
        say(f"Ready after {time.monotonic() - started:.0f} s")


def main(arguments: List[str]) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description="Make .venv and install Guichet into it.")
    parser.add_argument("--dev", action="store_true", help="with what tests and linting need")
    options = parser.parse_args(arguments)
    try:
        if sys.platform == "win32":
            raise Failure("Guichet runs on Linux and macOS; on Windows, use its Linux subsystem.")
        if sys.version_info < (3, 8):  # noqa: UP036 - any Python may be asked to run this file
            raise Failure("This needs Python 3.8 or newer: run it with one.")
        set_up("dev" if options.dev else "run")
    except Failure as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"setup: {error}. Mend that and run this again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nsetup: interrupted; run it again to go on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
