"""Signing in as the tests do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.accounts import accounts
from tests.api.crisis.desks import PASSWORD

if TYPE_CHECKING:
    import httpx

    from tests.api.crisis.staffed import Staffed


SIGN_IN = "/crisis/sign-in"
SAME = {"Origin": "http://api"}


async def set_password(made: Staffed, name: str = "anna") -> None:
    await made.app.state.desk.run(accounts.set_password, name, PASSWORD, made.node.now())


async def enter(made: Staffed, name: str = "anna", password: str = PASSWORD, **headers: str) -> httpx.Response:
    made.client.cookies.clear()  # each time another browser
    return await made.client.post(SIGN_IN, data={"account": name, "password": password}, headers=SAME | headers)


def cookie(response: httpx.Response, name: str = "kiezbox_staff") -> str:
    """One Set-Cookie header."""
    (found,) = [each for each in response.headers.get_list("set-cookie") if each.startswith(name)]
    return str(found)
