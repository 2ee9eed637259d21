"""The subcommand `guichet evaluate`; what it needs is imported only when it runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any


def _epochs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"« {text} » n’est pas un nombre de passages")
    return int(text)


def add_parser(commands: Any, tell: Callable[[str], None]) -> None:
    """Add the subcommand.

    Args:
        commands: The subcommands of `guichet`, as argparse makes them.
        tell: Prints a line.
    """
    parser = commands.add_parser("evaluate", help="mesurer ce que l’assistant comprend")
    parser.add_argument(
        "--final", action="store_true", help="avec le jeu gardé pour la dernière mesure"
    )
    parser.add_argument(
        "--messages", type=Path, action="append", default=[], metavar="FICHIER",
        help="mesurer aussi ces messages (à chaque ligne un objet JSON : text, intent, also)",
    )  # fmt: skip
    parser.add_argument("--ablation", action="store_true", help="ce qu’apporte chaque étape")
    parser.add_argument("--duplicates", action="store_true", help="les exemples presque identiques")
    parser.add_argument(
        "--replies", action="store_true", help="les réponses aux questions, sans leur auteur"
    )
    parser.add_argument(
        "--against", choices=["diet"], help="comparer au pipeline que Rasa recommande (long)"
    )
    parser.add_argument(
        "--epochs", type=_epochs, default=100, metavar="N",
        help="passages de DIET sur les exemples (100, comme Rasa le recommande)",
    )  # fmt: skip

    def run(options: argparse.Namespace) -> None:
        from bot.evaluate.command import evaluate

        evaluate(options, tell)

    parser.set_defaults(run=run)
