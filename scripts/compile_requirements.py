"""Compile `requirements/*.in` into `run.txt` and `dev.txt`: all versions pinned, all files hashed.

uv resolves once for the platforms that pyproject.toml names. Pins that still hold are kept unless
`--upgrade` is given. The files name no package index: which one is used is the installing machine's
affair.
"""

import argparse
import re
import shutil
import subprocess
import sys
from typing import List, Set

from toolchain import ROOT, TOOLS, Failure, child_environment, find_python, find_uv, say

REQUIREMENTS = ROOT / "requirements"
HEADER = "# Compiled by `make requirements`; edit the .in files instead.\n"
MACHINES = ("x86_64", "aarch64", "arm64")


def compile_file(uv: str, python: str, name: str, upgrade: bool) -> Set[str]:
    """Compile `requirements/{name}.in` into `{name}.txt`, and return its pins, as `name==version`.

    Raises:
        Failure: If uv finds no solution, or an address got into the file.
    """
    say(f"Resolving {name}.in")
    file = REQUIREMENTS / f"{name}.txt"
    command = [uv, "pip", "compile", f"requirements/{name}.in", "--output-file", str(file)]
    command += ["--override", "requirements/overrides.txt", "--generate-hashes", "--universal"]
    command += ["--no-header", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]
    command += ["--python", python, "--python-version", "3.10"]
    command += ["--upgrade"] if upgrade else []
    done = subprocess.run(command, cwd=str(ROOT), env=child_environment())
    if done.returncode != 0:
        raise Failure(f"uv could not resolve {name}.in, as it says above.")

    def marker(found: "re.Match[str]") -> str:
        # uv repeats on each line what holds for all: any of the platforms.
        return "" if all(machine in found.group() for machine in MACHINES) else found.group()

    text = HEADER + re.sub(r" ; [^\\\n]*(?= \\)", marker, file.read_text(encoding="utf-8"))
    if "://" in text:
        raise Failure(f"An address got into {name}.txt: look for a URL in the .in files.")
    file.write_text(text, encoding="utf-8")
    return set(re.findall(r"^[a-z0-9][^ ;]*==[^ ;]+", text, flags=re.MULTILINE))


def main(arguments: List[str]) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description="Compile requirements/*.in with hashes.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    options = parser.parse_args(arguments)
    try:
        TOOLS.mkdir(exist_ok=True)
        python = find_python()
        uv = find_uv(python)
        if python is None or uv is None:
            raise Failure(
                "Compiling the requirements needs Python 3.10 and uv; install both first."
            )
        everything = compile_file(uv, python, "dev", options.upgrade)
        # uv keeps the versions that the file to be written holds.
        shutil.copyfile(str(REQUIREMENTS / "dev.txt"), str(REQUIREMENTS / "run.txt"))
        running = compile_file(uv, python, "run", False)
        if extra := running - everything:
            raise Failure(f"run.txt holds what dev.txt does not: {', '.join(sorted(extra))}.")
    except Failure as error:
        print(f"requirements: {error}", file=sys.stderr)
        return 1
    say(f"{len(running)} packages to run, {len(everything)} to develop")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
