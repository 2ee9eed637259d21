"""The demo portal's own passwords: the demo portal keeps them, Guichet does not."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from actions.db import Base


class DemoPassword(Base):
    """The password of one demo account, hashed with argon2id."""

    __tablename__ = "demo_passwords"

    portal: Mapped[str] = mapped_column(String(64), primary_key=True)
    login: Mapped[str] = mapped_column(String(320), primary_key=True)
    hash: Mapped[str] = mapped_column(String(200))
