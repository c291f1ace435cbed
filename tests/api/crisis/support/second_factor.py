"""An account with an authenticator app, and a browser that is half signed in."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp

from crisis.accounts.factors import totp
from tests.api.crisis.support.sign_in import SAME, cookie, enter

if TYPE_CHECKING:
    import httpx

    from tests.api.crisis.support.applications import Application

STEP = "/crisis/sign-in/factor"
_STEP_SECONDS = timedelta(seconds=30)


async def set_up_app(application: Application, name: str = "anna") -> pyotp.TOTP:
    """Give the account an authenticator app, whose code of a while ago set it up."""
    app = pyotp.TOTP(totp.new_secret())
    then = application.node.now() - 3 * _STEP_SECONDS
    assert await application.deps.accounts.run(totp.set_up, name, app.secret, app.at(then), then)
    return app


@dataclasses.dataclass(slots=True)
class HalfSignedIn:
    """A browser whose password, or badge, was right."""

    application: Application
    cookie: str

    async def get(self) -> httpx.Response:
        """The page of the second step."""
        return await self.application.client.get(STEP, headers={"Cookie": self.cookie})

    async def send(self, path: str = STEP, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        """Send a form of that page."""
        self.application.client.cookies.clear()
        return await self.application.client.post(
            path, data=fields, headers=SAME | {"Cookie": self.cookie} | (headers or {})
        )


async def half(application: Application, name: str = "anna", **headers: str) -> HalfSignedIn:
    """Sign in with the password, up to the second step."""
    response = await enter(application, name, **headers)
    assert (response.status_code, response.headers["location"]) == (303, STEP)
    assert "kiezbox_staff" not in str(response.headers)
    return HalfSignedIn(application, cookie(response, "kiezbox_factor").partition(";")[0])
