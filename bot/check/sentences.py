"""Sentences: none that the code says is missing, and none stands that nothing says."""

from __future__ import annotations

from bot.check.sentences_in_code import spoken
from bot.content.files import Reading
from bot.content.files.mistakes import closest


def check(reading: Reading) -> None:
    """Name missing sentences, unused ones, and a portal's own that `common/` does not know."""
    code, common, mistakes = spoken(), reading.sentences, reading.mistakes
    path = reading.directory / "common" / "messages.yml"
    file = next((sentence.file for sentence in common.values()), None)
    if file is None:
        return
    for key in sorted(set(code.values) - set(common)):
        group = key.rpartition(".")[0]
        owners = [name for name, files in reading.portals.items() if key in files.sentences]
        if len(owners) == len(reading.portals) > 0:
            continue
        where = f"sous « {group}: » " if group else ""
        mistakes.breaks(
            path,
            file.line(*group.split(".")),
            f"la phrase « {key} » manque, le programme la dit",
            f"écrivez « {key.rpartition('.')[2]}: … » {where}".rstrip(),
        )
    for key, sentence in common.items():
        if not code.says(key):
            mistakes.remark(
                path,
                sentence.file.line(*sentence.at),
                f"rien ne dit la phrase « {key} »",
                closest(key, sorted(set(code.values) - set(common))) or "retirez-la",
            )
    for files in reading.portals.values():
        for key, sentence in files.sentences.items():
            if key not in common:
                mistakes.remark(
                    sentence.file.path,
                    sentence.file.line(*sentence.at),
                    f"la phrase « {key} » n’existe pas dans common/messages.yml",
                    closest(key, common) or "retirez-la",
                )
