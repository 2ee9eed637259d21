"""One form of log for our code, Rasa's and the libraries': lines on stderr, quiet by default."""

from __future__ import annotations

import logging

import structlog

from bot.ground.log_filter import CleanFormatter, RepeatFilter


def configure(level: int = logging.INFO) -> None:
    """Set logging up for a command or the service.

    Args:
        level: For our own loggers; Rasa and the libraries speak from WARNING on. Rasa's debug
            lines would write messages of users into the log.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(CleanFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    handler.addFilter(RepeatFilter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in ("actions", "bot"):
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        # Rasa's own lines go the same way as all others.
        logger_factory=lambda *_: logging.getLogger("rasa"),
        processors=[
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
    )
    # Rasa's frozen dependencies warn of deprecations at every start; nobody can act on that.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
