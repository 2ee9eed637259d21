"""Compile `requirements/*.in` into `run.txt` and `dev.txt`: all versions pinned, all files hashed.

A resolution is made for each platform and the resolutions are merged, so that a requirement carries
a marker only where platforms differ. Pins that still hold are kept unless `--upgrade` is given. The
files name no package index: which one is used is the installing machine's affair.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, List

from toolchain import ROOT, TOOLS, Failure, child_environment, find_python, find_uv, say

REQUIREMENTS = ROOT / "requirements"
PLATFORMS = {
    "x86_64-manylinux_2_28": "sys_platform == 'linux' and platform_machine == 'x86_64'",
    "aarch64-manylinux_2_28": "sys_platform == 'linux' and platform_machine == 'aarch64'",
    "aarch64-apple-darwin": "sys_platform == 'darwin' and platform_machine == 'arm64'",
}
HEADER = "# Compiled by `make requirements`; edit the .in files instead.\n"

Blocks = Dict[str, str]
"""By `name==version`, the text of an entry: the requirement, its hashes, and who asks for it."""


def resolve(uv: str, python: str, name: str, platform: str, pins: str, upgrade: bool) -> Blocks:
    """Resolve `requirements/{name}.in` for one platform.

    Args:
        uv: Path of uv.
        python: Path of a Python 3.10.
        name: `run` or `dev`.
        platform: uv's name of the platform.
        pins: An earlier result, whose versions are kept where they still fit.
        upgrade: Whether to ignore them.

    Returns:
        The resolution, by `name==version`.

    Raises:
        Failure: If uv finds no solution.
    """
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "pins.txt"
        output.write_text(pins, encoding="utf-8")
        command = [uv, "pip", "compile", f"requirements/{name}.in", "--output-file", str(output)]
        command += ["--override", "requirements/overrides.txt", "--generate-hashes", "--quiet"]
        command += ["--no-header", "--no-emit-index-url", "--no-emit-find-links"]
        command += ["--python", python, "--python-version", "3.10", "--python-platform", platform]
        command += ["--upgrade"] if upgrade else []
        done = subprocess.run(
            command, cwd=str(ROOT), env=child_environment(), stdout=subprocess.DEVNULL
        )
        if done.returncode != 0:
            raise Failure(f"uv could not resolve {name}.in for {platform}, as it says above.")
        text = output.read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    return {re.split(r"[ \\\n]", entry)[0]: entry for entry in entries if "==" in entry}


def merge(resolutions: Dict[str, Blocks]) -> str:
    """Write the resolutions of all platforms as one requirements file, sorted by name."""
    pins = {pin for blocks in resolutions.values() for pin in blocks}
    lines = [HEADER]
    for pin in sorted(pins, key=lambda each: each.split("==")):
        holders = [platform for platform, blocks in resolutions.items() if pin in blocks]
        entry = resolutions[holders[0]][pin]
        if len(holders) < len(resolutions):
            markers = [PLATFORMS[platform] for platform in holders]
            marker = " or ".join(f"({each})" for each in markers) if markers[1:] else markers[0]
            entry = entry.replace(pin, f"{pin} ; {marker}", 1)
        lines.append(entry)
    return "".join(lines)


def compile_all(upgrade: bool) -> None:
    """Write `dev.txt`, then `run.txt` with the versions that `dev.txt` has.

    Raises:
        Failure: If a resolution fails, or the two files do not agree.
    """
    TOOLS.mkdir(exist_ok=True)
    python = find_python()
    uv = find_uv(python)
    if python is None or uv is None:
        raise Failure("Compiling the requirements needs Python 3.10 and uv; install both first.")
    written = REQUIREMENTS / "dev.txt"
    pins = written.read_text(encoding="utf-8") if written.exists() else ""
    results: Dict[str, Dict[str, Blocks]] = {"dev": {}, "run": {}}
    for platform in PLATFORMS:
        say(f"Resolving for {platform}")
        blocks = resolve(uv, python.path, "dev", platform, pins, upgrade)
        results["dev"][platform] = blocks
        pins, upgrade = "".join(blocks.values()), False
        results["run"][platform] = resolve(uv, python.path, "run", platform, pins, False)
        if extra := results["run"][platform].keys() - blocks.keys():
            raise Failure(f"run.txt would hold what dev.txt does not: {', '.join(sorted(extra))}.")
    for name, resolutions in results.items():
        text = merge(resolutions)
        if "://" in text:
            raise Failure(f"An address got into {name}.txt: look for a URL in the .in files.")
        (REQUIREMENTS / f"{name}.txt").write_text(text, encoding="utf-8")
        packages = {pin for blocks in resolutions.values() for pin in blocks}
        say(f"requirements/{name}.txt: {len(packages)} packages")


def main(arguments: List[str]) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description="Compile requirements/*.in with hashes.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    options = parser.parse_args(arguments)
    try:
        compile_all(options.upgrade)
    except Failure as error:
        print(f"requirements: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
