"""Where Rasa calls our actions: in this process, or on an action server when a setting names one.

Rasa swallows what a custom action raises and goes on as if it had said nothing. Both endpoints
therefore record failures for the turn, which then apologises instead of answering with silence.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

_faults: ContextVar[list[BaseException] | None] = ContextVar("guichet_faults", default=None)


@contextmanager
def recorded_faults() -> Iterator[list[BaseException]]:
    """Collect what actions raise within the block."""
    faults: list[BaseException] = []
    token = _faults.set(faults)
    try:
        yield faults
    finally:
        _faults.reset(token)


def _record(error: BaseException) -> None:
    faults = _faults.get()
    if faults is not None:
        faults.append(error)


class InProcessActions(EndpointConfig):  # type: ignore[misc]
    """Runs actions in this process through rasa_sdk's executor.

    Args:
        timeout: Seconds that one action may take.
        package: The package whose `Action` classes are registered.
    """

    def __init__(self, timeout: float, package: str = "actions.rasa_actions") -> None:
        # With a selective domain Rasa does not serialise its whole domain for every call.
        super().__init__(url="in-process", enable_selective_domain=True)
        self._timeout = timeout
        self.executor = ActionExecutor()
        self.executor.register_package(package)

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Run the action that Rasa's request body names.

        Raises:
            ClientResponseError: Status 400, when the action declines to run, as an action server
                would answer.
            Exception: Whatever the action raises.
        """
        try:
            return await asyncio.wait_for(self.executor.run(kwargs["json"]), self._timeout)
        except ActionExecutionRejection as rejection:
            body = {"error": str(rejection), "action_name": rejection.action_name}
            raise ClientResponseError(400, "Rejected", json.dumps(body)) from rejection
        except Exception as error:
            _record(error)
            raise


class RemoteActions(EndpointConfig):  # type: ignore[misc]
    """Runs actions on an action server.

    Args:
        url: Its webhook.
        timeout: Seconds that one action may take.
    """

    def __init__(self, url: str, timeout: float) -> None:
        super().__init__(url=url, enable_selective_domain=True)
        self._timeout = timeout

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Send the request, with our timeout in place of Rasa's five minutes."""
        kwargs["timeout"] = self._timeout
        try:
            return await super().request(method, subpath, content_type, compress, **kwargs)
        except ClientResponseError as error:
            if error.status != 400:
                _record(error)
            raise
        except Exception as error:
            _record(error)
            raise
