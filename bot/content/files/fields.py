"""Takes the keys of one mapping of a file, and names those that are missing, wrong or unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.content.files.mistakes import Mistakes, closest
from bot.content.files.yaml_lines import At, Marked


@dataclass(frozen=True)
class Fields:
    """One mapping of a file.

    Attributes:
        at: Where the mapping stands in the file.
        what: How a mistake begins, such as "région n° 1 : ".
    """

    file: Marked
    mistakes: Mistakes
    values: Mapping[str, Any]
    at: At = ()
    what: str = ""

    def below(self, key: str, *, required: bool = False) -> Fields:
        """Return the mapping under a key; an empty one where it is missing or wrong."""
        value = self._value(key, required, "des clés et des valeurs", Mapping)
        return Fields(self.file, self.mistakes, value or {}, (*self.at, key), self.what)

    def text(self, key: str, *, required: bool = True) -> str:
        """Return the text under a key, or an empty one where it is missing or wrong."""
        value = self._value(key, required, "un texte (entre guillemets au besoin)", str)
        if value is not None and not value.strip():
            self._wrong(key, f"« {key} » est vide", "écrivez-y un texte, ou retirez la ligne")
        return (value or "").strip()

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Return the list of texts under a key, or an empty one where it is missing or wrong."""
        values = self._value(key, required, "une liste (une ligne « - … » par élément)", list) or ()
        for number, value in enumerate(values):
            if not isinstance(value, str) or not value.strip():
                self._wrong(
                    key, f"« {key} » ne doit contenir que des textes", "mettez-le entre guillemets",
                    number,
                )  # fmt: skip
        return tuple(value.strip() for value in values if isinstance(value, str) and value.strip())

    def flag(self, key: str) -> bool:
        """Return what `true` or `false` stands under a key; False where it is missing or wrong."""
        return bool(self._value(key, False, "true ou false", bool))

    def day(self, key: str) -> date | None:
        """Return the date under a key, or None where it is missing or wrong."""
        day: date | None = self._value(key, False, "une date comme 2021-06-30", date)
        return day

    def only(self, *known: str) -> None:
        """Name the keys that are not known."""
        for key in self.values:
            if key not in known:
                mend = closest(key, known) or f"retirez-la (clés connues : {', '.join(known)})"
                self.mistakes.remark(
                    self.file.path,
                    self.file.line(*self.at, key),
                    f"{self.what}la clé « {key} » est inconnue",
                    mend,
                )

    def _value(self, key: str, required: bool, expected: str, kind: type) -> Any:
        if key not in self.values:
            if required:
                self.mistakes.blocks(
                    self.file.path,
                    self.file.line(*self.at),
                    f"{self.what}la clé « {key} » manque",
                    f"ajoutez « {key}: » avec {expected}",
                )
            return None
        value = self.values[key]
        # The loader of dates gives moments, which are dates too.
        if isinstance(value, kind) and (kind is not date or type(value) is date):
            return value
        self._wrong(key, f"« {key} » n’est pas ce qui est attendu", f"donnez {expected}")
        return None

    def _wrong(self, key: str, text: str, mend: str, *further: int) -> None:
        line = self.file.line(*self.at, key, *further)
        self.mistakes.blocks(self.file.path, line, f"{self.what}{text}", mend)
