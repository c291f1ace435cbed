"""The application: that of a hub, or that of a box."""

from collections.abc import Callable

from fastapi import FastAPI

from kiezbox import memory
from kiezbox.settings import Settings


def create(settings: Settings, on_failure: Callable[[BaseException], None]) -> FastAPI:
    """The application of this role. It starts without database and broker.

    `on_failure` gets the error that ended its background work. Raises OperatorError for settings that contradict each
    other; its lifespan raises OperatorError when the crisis log cannot be used.
    """
    if settings.role == "box":
        from api import box  # noqa: PLC0415 -- a hub's modules would cost a box a third of its memory

        memory.give_back()
        return box.create(settings)
    from api import hub  # noqa: PLC0415 -- a box never loads it, see above

    return hub.create(settings, on_failure)
