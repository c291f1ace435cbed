"""Signing in with a password, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.accounts import accounts
from tests.api.crisis.support.browser import PASSWORD

if TYPE_CHECKING:
    import httpx

    from tests.api.crisis.support.applications import Application


SIGN_IN = "/crisis/sign-in"
SAME = {"Origin": "http://api"}


async def set_password(application: Application, name: str = "anna") -> None:
    await application.deps.accounts.run(accounts.set_password, name, PASSWORD, application.node.now())


async def enter(
    application: Application, name: str = "anna", password: str = PASSWORD, **headers: str
) -> httpx.Response:
    application.client.cookies.clear()  # each time another browser
    return await application.client.post(SIGN_IN, data={"account": name, "password": password}, headers=SAME | headers)


def cookie(response: httpx.Response, name: str = "kiezbox_staff") -> str:
    """One Set-Cookie header."""
    (found,) = [each for each in response.headers.get_list("set-cookie") if each.startswith(name)]
    return str(found)
