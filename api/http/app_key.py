"""Typed names for what belongs to one application, for as long as it runs: the only way to its `app.state`."""

from typing import Generic, TypeVar

from fastapi import FastAPI, Request

T = TypeVar("T")


class AppKey(Generic[T]):
    """One value of an application, by name and type (as in aiohttp). As a dependency it gives the value to a route."""

    def __init__(self, name: str) -> None:
        self._name = name

    def put(self, app: FastAPI, value: T) -> None:
        """Set the value for this application."""
        setattr(app.state, self._name, value)

    def find(self, app: FastAPI) -> T | None:
        """The value, or None where nothing has put one."""
        found: T | None = getattr(app.state, self._name, None)
        return found

    def of(self, app: FastAPI) -> T:
        """The value. Raises AttributeError where nothing has put one: the program is not put together right."""
        value: T = getattr(app.state, self._name)
        return value

    def __call__(self, request: Request) -> T:
        """The value of the application that serves this request."""
        return self.of(request.app)
