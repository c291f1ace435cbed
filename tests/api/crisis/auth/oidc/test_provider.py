"""Which ID tokens are believed. The whole way, with a real provider, is in staff/factors/test_oidc_sign_in.py."""

from __future__ import annotations

import base64
import hmac
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwk, jwt

from api.crisis.auth.oidc.provider import AwayError, Fault, FaultyAnswerError, Provider
from crisis.accounts.factors.identities import Identity
from crisis.model.roles import Role
from kiezbox.settings import OidcSettings
from tests.crisis.support.examples import NOW

ISSUER = "https://login.example"
KEY = jwk.RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER = jwk.RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "7f3c",
    "aud": "kiezbox",
    "nonce": "the nonce",
    "iat": int(NOW.timestamp()),
    "exp": int((NOW + timedelta(minutes=10)).timestamp()),
}


def provider(**more: object) -> Provider:
    return Provider(OidcSettings.model_validate({"issuer": ISSUER, **more}))


async def claims_of(token: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What our check takes from a token, with the keys that the provider publishes."""
    made = provider()

    async def published(*_: object, **__: object) -> jwk.KeySet:
        return jwk.KeySet([KEY])

    monkeypatch.setattr(made, "_key_set", published)
    return dict(await made._checked({}, token, "the nonce", NOW))


def signed(claims: dict[str, Any], key: Any = KEY, algorithm: str = "RS256") -> str:
    return jwt.encode({"alg": algorithm, "kid": "one"}, claims, key, algorithms=[algorithm])


async def test_a_good_token_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await claims_of(signed(GOOD), monkeypatch))["sub"] == "7f3c"


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"iss": "https://evil.example"}, Fault.ISSUER),
        ({"aud": "another client"}, Fault.AUDIENCE),
        ({"aud": ["kiezbox", "another"], "azp": "another"}, Fault.AUDIENCE),
        ({"nonce": "another"}, Fault.NONCE),
        ({"nonce": None}, Fault.NONCE),
        ({"exp": int((NOW - timedelta(minutes=2)).timestamp())}, Fault.EXPIRED),
        ({"exp": None}, Fault.TOKEN),
        ({"sub": None}, Fault.TOKEN),
    ],
)
async def test_a_token_for_somebody_else_or_another_time_is_not(
    changed: dict[str, Any], fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}

    with pytest.raises(FaultyAnswerError) as error:
        await claims_of(signed(claims), monkeypatch)

    assert error.value.fault is fault


async def test_a_token_that_the_provider_did_not_sign_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    head, body, signature = signed(GOOD).split(".")
    forged = [
        signed(GOOD, OTHER),
        _by_shared_secret(body),
        f"eyJhbGciOiJub25lIn0.{body}.",
        f"{head}.{body}.{signature[:-8]}AAAAAAAA",
        "",
        "no token",
    ]
    for token in forged:
        with pytest.raises(FaultyAnswerError) as error:
            await claims_of(token, monkeypatch)
        assert error.value.fault is Fault.SIGNATURE, token


def _by_shared_secret(body: str) -> str:
    """The old trick: the public key, which everybody has, as a shared secret."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').rstrip(b"=").decode()
    made = hmac.digest(KEY.as_pem(private=False), f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def test_the_first_group_of_the_settings_gives_the_role() -> None:
    made = provider(roles={"stab": "commander", "lage": "operator"})

    roles = [made.role_of(Identity(ISSUER, "x", "x", frozenset(groups))) for groups in (["lage", "stab"], ["lage"], [])]

    assert roles == [Role.COMMANDER, Role.OPERATOR, None]


async def test_nothing_is_asked_of_an_address_without_tls() -> None:
    with pytest.raises(AwayError, match="not an https address"):
        await provider()._json("GET", "http://login.example/keys")


@pytest.mark.parametrize("issuer", ["http://login.example", "login.example", "ftp://login.example"])
def test_an_issuer_has_tls(issuer: str) -> None:
    with pytest.raises(ValueError, match="write the provider's address with https"):
        OidcSettings(issuer=issuer)
