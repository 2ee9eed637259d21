"""Graph components that read a message: its intent, how sure that is, and its entities."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bot.french import spelling


def code_hash() -> str:
    """Return a hash of this package's source and of the table of abbreviations that it shares.

    Rasa's training fingerprint covers a component's own class and none of the helpers it calls;
    each component reports this hash beside it, so that a changed helper leads to a new training.
    """
    digest = hashlib.sha256()
    for path in (*sorted(Path(__file__).parent.glob("*.py")), Path(str(spelling.__file__))):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
