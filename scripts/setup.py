"""Make `.venv`: Python 3.10, the compiled requirements, and Guichet itself.

Run by most `make` targets, so that a bare machine needs nothing but some Python 3.8 or newer. Rasa
takes no Python newer than 3.10, which few machines still have: it is looked for on PATH and in
pyenv, and fetched by uv otherwise. What was installed is remembered by content hash, so that a
further call only reads a few files.

Standard library only. The file must parse on older Pythons too, to tell them that they are too old.
"""

import argparse
import hashlib
import re
import shutil
import sys
import time
from typing import List, Optional

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
VENV_PYTHON = str(VENV / "bin" / "python")
STAMP = VENV / "guichet-setup.txt"


def make_venv(python: Optional[str], uv: Optional[str]) -> None:
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
    if not python and not uv:
        raise Failure(
            "Neither Python 3.10 nor uv was found: install one of them, or pip, which can fetch"
            " uv, and run this again."
        )
    try:
        if uv:
            what = "Making .venv" if python else "Fetching Python 3.10 and making .venv"
            step(what, [uv, "venv", "--no-project", "--python", python or "3.10", str(VENV)])
        elif python:
            step("Making .venv", [python, "-m", "venv", "--without-pip", str(VENV)])
    except StepFailed as error:
        raise Failure(
            f"{python} could not make .venv ({error}): install its venv module (on Debian and"
            " Ubuntu the package python3.10-venv) and run this again."
            if python
            else f"No Python 3.10 was found and uv could not fetch one ({error}): install Python"
            " 3.10, for example with `pyenv install 3.10`, and run this again."
        ) from error


def install(uv: Optional[str], what: str, arguments: List[str]) -> None:
    """Install without resolving and without fetching build tools, by uv or by pip.

    pip steps in where uv fails: a company's package index may stand in pip's configuration only.

    Raises:
        Failure: If both fail.
    """
    arguments = ["install", "--no-deps", "--no-build-isolation", *arguments]
    if uv:
        try:
            step(what, [uv, "pip", *arguments, "--python", VENV_PYTHON])
            return
        except StepFailed as error:
            say(f"  uv failed ({error}); trying pip")
    try:
        if output_of([VENV_PYTHON, "-m", "pip", "--version"]) is None:
            step("Putting pip into .venv", [VENV_PYTHON, "-m", "ensurepip"])
        step(f"{what} with pip", [VENV_PYTHON, "-m", "pip", *arguments])
    except StepFailed as error:
        raise Failure(
            f"{what} failed ({error}): see {LOG.relative_to(ROOT)}, mend it and run this again."
        ) from error


def install_all(uv: Optional[str], level: str) -> None:
    """Install a compiled requirements file, its build tools first, then Guichet.

    Raises:
        Failure: If something cannot be installed.
    """
    file = ROOT / "requirements" / f"{level}.txt"
    entries = re.split(r"^(?=[a-z0-9])", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    tools = [entry for entry in entries if re.match(r"(setuptools|wheel)==", entry)]
    build_tools = TOOLS / "build-tools.txt"
    build_tools.write_text("".join(tools), encoding="utf-8")
    install(uv, "Installing build tools", ["--require-hashes", "-r", str(build_tools)])
    install(uv, f"Installing {len(entries)} packages", ["--require-hashes", "-r", str(file)])
    install(uv, "Installing Guichet", ["--editable", str(ROOT)])


def stamp_of(level: str) -> str:
    """Return what the stamp says once everything is installed; `level` is `run` or `dev`.

    The place is part of it, since the scripts in a virtual environment name theirs.
    """
    files = (ROOT / "requirements" / f"{level}.txt", ROOT / "pyproject.toml")
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    return "\n".join([str(ROOT), level, *hashes])


def read_stamp() -> str:
    """Return the stamp of a `.venv` that was made here, otherwise an empty text."""
    try:
        stamp = STAMP.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
    here = stamp.startswith(f"{ROOT}\n") and (VENV / "bin" / "guichet").exists()
    return stamp if here else ""


def is_ready(level: str) -> bool:
    """Tell whether nothing is left to do; dev.txt holds all of run.txt."""
    return read_stamp() in {stamp_of(level), stamp_of("dev")}


def set_up(level: str) -> None:
    """Bring `.venv` to the wanted level, doing only what is left to do.

    Raises:
        Failure: If that is not possible.
    """
    import fcntl

    if is_ready(level):
        return
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Waiting for another setup of this folder to end ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = read_stamp()
        if "\ndev\n" in stamp:
            level = "dev"
        if is_ready(level):
            return
        started = time.monotonic()
        say("Setting up .venv" + ("" if stamp else " (the first time downloads about 1 GB)"))
        LOG.write_text("", encoding="utf-8")
        python = find_python()
        say(f"  Python 3.10: {python}" if python else "  No Python 3.10 was found")
        uv = find_uv(python)
        if not stamp or probe(VENV_PYTHON) is None:
            make_venv(python, uv)
        if STAMP.exists():
            STAMP.unlink()
        install_all(uv, level)
        STAMP.write_text(stamp_of(level), encoding="utf-8")
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
