"""Compiles the official French communes into the data file of the place resolver.

Usage: python scripts/build_places.py PACKAGE_DIR [OUTPUT]

PACKAGE_DIR is the unpacked npm package named in bot/french/places/SOURCE.md. The same input always
gives the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
from pathlib import Path
from typing import Any

OUTPUT = (
    Path(__file__).resolve().parent.parent
    / "bot"
    / "french"
    / "places"
    / "data"
    / "communes.json.gz"
)
FORMER = {"commune-deleguee", "commune-associee"}


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    """Returns the rows of one file of the package.

    Args:
        folder: The unpacked package.
        name: The file name without its extension.
    """
    rows: list[dict[str, Any]] = json.loads((folder / "data" / f"{name}.json").read_text("utf-8"))
    return rows


def compile_places(folder: Path) -> dict[str, Any]:
    """Returns what the resolver reads.

    Args:
        folder: The unpacked package.

    Returns:
        "regions": name by INSEE code; "departements": name and région code by INSEE code;
        "communes": by département, rows of name, population (inhabitants) and postcodes parted by
        spaces; "former": by département, names of communes déléguées and associées.
    """
    communes: dict[str, list[list[Any]]] = {}
    former: dict[str, set[str]] = {}
    for row in read(folder, "communes"):
        if row["type"] == "commune-actuelle":
            codes = " ".join(sorted(row.get("codesPostaux", [])))
            line = [row["nom"], row.get("population", 0), codes]
            communes.setdefault(row["departement"], []).append(line)
        elif row["type"] in FORMER:
            former.setdefault(row["departement"], set()).add(row["nom"])
    return {
        "regions": {row["code"]: row["nom"] for row in read(folder, "regions")},
        "departements": {
            row["code"]: [row["nom"], row["region"]] for row in read(folder, "departements")
        },
        "communes": {dep: sorted(rows) for dep, rows in communes.items()},
        "former": {dep: sorted(names) for dep, names in former.items()},
    }


def pack(places: dict[str, Any]) -> bytes:
    """Returns the compressed file, the same bytes for the same content."""
    text = json.dumps(places, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as file:
        file.write(text.encode("utf-8"))
    return buffer.getvalue()


def main() -> None:
    """Reads the command line and writes the data file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package_dir", type=Path)
    parser.add_argument("output", type=Path, nargs="?", default=OUTPUT)
    options = parser.parse_args()
    data = pack(compile_places(options.package_dir))
    options.output.write_bytes(data)
    print(f"{options.output}: {len(data)} bytes")


if __name__ == "__main__":
    main()
