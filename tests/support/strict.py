"""Skips what a machine truly lacks, and fails instead where nothing may be lacking."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def lacking(reason: str) -> NoReturn:
    """Skip the test; fail it where `GUICHET_TEST_STRICT` is set, as in continuous integration."""
    if os.environ.get("GUICHET_TEST_STRICT"):
        pytest.fail(reason)
    pytest.skip(reason)
