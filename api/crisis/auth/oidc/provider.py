"""The city's OpenID provider: what it says about itself, and about somebody who signs in (OpenID Connect Core 1.0).

Authorization code flow with PKCE (RFC 7636), state and nonce. The libraries are loaded when somebody uses it.
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from crisis.accounts.factors.identities import Identity
from crisis.model.roles import Role
from kiezbox.settings import OidcSettings

if TYPE_CHECKING:
    import httpx

_KNOWN_SECONDS = 3_600.0  # for so long its description and keys are not asked for again
_LEEWAY_SECONDS = 60  # clocks differ
_BODY_MAX = 1 << 20
# Asymmetric only: a token that is signed with our own secret proves nothing that whoever has the secret could not say.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]


class Fault(StrEnum):
    """What is wrong with an answer of the provider, for the log and for the page."""

    ISSUER = "issuer"
    STATE = "state"
    NONCE = "nonce"
    EXPIRED = "expired"
    SIGNATURE = "signature"
    AUDIENCE = "audience"
    SUBJECT = "subject"
    TOKEN = "token"  # noqa: S105 -- the name of a fault
    CODE = "code"


class AwayError(Exception):
    """The provider does not answer, or not as a provider does. The message is for the log."""


class FaultyAnswerError(Exception):
    """An answer of the provider cannot be believed."""

    def __init__(self, fault: Fault, why: str) -> None:
        super().__init__(why)
        self.fault = fault


class RefusedError(Exception):
    """The provider let nobody in; `error` is its own word (`access_denied`)."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that a browser has begun, and what its answer must fit."""

    page: str  # where they go afterwards
    redirect_uri: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)


class Provider:
    """The provider of the settings. What it says about itself is remembered for an hour."""

    def __init__(self, settings: OidcSettings) -> None:
        assert settings.issuer is not None
        self.settings = settings
        self.issuer: str = settings.issuer
        self._known: Mapping[str, Any] | None = None
        self._keys: Any = None
        self._known_at = 0.0

    async def address_for(self, attempt: Attempt) -> str:
        """Where the browser goes to sign in. Raises AwayError, FaultyAnswerError."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # noqa: PLC0415 -- see above
        from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415

        described = await self._described()
        address: str = prepare_grant_uri(
            self._endpoint(described, "authorization_endpoint"),
            self.settings.client_id,
            "code",
            attempt.redirect_uri,
            self.settings.scope,
            attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return address

    async def identify(self, attempt: Attempt, answer: Mapping[str, str], now: datetime) -> Identity:
        """Who came back with this answer. Raises RefusedError, AwayError, FaultyAnswerError."""
        if answer.get("iss", self.issuer) != self.issuer:  # RFC 9207
            raise FaultyAnswerError(Fault.ISSUER, f"the answer is of {answer['iss'][:200]!r}")
        if not secrets.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise FaultyAnswerError(Fault.STATE, "another state")
        if "error" in answer:
            raise RefusedError(answer["error"][:100])
        described = await self._described()
        tokens = await self._exchange(described, attempt, answer.get("code", ""))
        claims = await self._checked(described, str(tokens.get("id_token", "")), attempt.nonce, now)
        more = await self._asked(described, str(tokens.get("access_token", "")), claims)
        found = {**more, **claims}
        return Identity(
            self.issuer,
            str(claims["sub"]),
            str(found.get(self.settings.name_claim, "")),
            _groups(found.get(self.settings.groups_claim)),
        )

    def role_of(self, identity: Identity) -> Role | None:
        """The role of somebody in these groups: that of the first group in the settings; None in no such group."""
        return next((Role(role) for group, role in self.settings.roles.items() if group in identity.groups), None)

    async def end_address(self) -> str:
        """Where somebody signs out at the provider itself; "" when it has no such page, or does not answer."""
        try:
            described = await self._described()
        except (AwayError, FaultyAnswerError):
            return ""
        end = described.get("end_session_endpoint")
        return f"{end}?client_id={quote_plus(self.settings.client_id)}" if isinstance(end, str) else ""

    # -- what it says about itself -----------------------------------------------------------------------------------

    async def _described(self) -> Mapping[str, Any]:
        if self._known is not None and monotonic() - self._known_at < _KNOWN_SECONDS:
            return self._known
        found = await self._json("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise FaultyAnswerError(Fault.ISSUER, f"it says that it is {str(found.get('issuer'))[:200]!r}")
        self._known, self._keys, self._known_at = found, None, monotonic()
        return found

    def _endpoint(self, described: Mapping[str, Any], name: str) -> str:
        found = described.get(name)
        if not isinstance(found, str):
            raise AwayError(f"it names no {name}")
        return found

    async def _key_set(self, described: Mapping[str, Any], *, fresh: bool) -> Any:
        from joserfc.jwk import KeySet  # noqa: PLC0415

        if self._keys is None or fresh:
            try:
                found: Any = dict(await self._json("GET", self._endpoint(described, "jwks_uri")))
                self._keys = KeySet.import_key_set(found)
            except (ValueError, KeyError, TypeError) as error:
                raise AwayError(f"its keys cannot be read: {error}") from error
        return self._keys

    # -- what it says about somebody -----------------------------------------------------------------------------------

    async def _exchange(self, described: Mapping[str, Any], attempt: Attempt, code: str) -> Mapping[str, Any]:
        data = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        secret = self.settings.client_secret
        headers = {}
        if secret is None:
            data["client_id"] = self.settings.client_id
        else:  # RFC 6749, 2.3.1
            pair = f"{quote_plus(self.settings.client_id)}:{quote_plus(secret.get_secret_value())}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return await self._json("POST", self._endpoint(described, "token_endpoint"), data=data, headers=headers)

    async def _checked(self, described: Mapping[str, Any], token: str, nonce: str, now: datetime) -> Mapping[str, Any]:
        """The claims of an ID token (Core 1.0, 3.1.3.7). Raises FaultyAnswerError, AwayError."""
        from authlib.oidc.core import CodeIDToken  # noqa: PLC0415
        from joserfc import errors, jwt  # noqa: PLC0415

        for fresh in (False, True):  # once more with fresh keys: providers change them
            keys = await self._key_set(described, fresh=fresh)
            try:
                decoded = jwt.decode(token, keys, algorithms=_ALGORITHMS)
                break
            except (errors.JoseError, ValueError) as error:
                failure: Exception = error
        else:
            raise FaultyAnswerError(Fault.SIGNATURE, f"{type(failure).__name__}: {failure}")
        expected = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.settings.client_id},
            "sub": {"essential": True},
        }
        params = {"nonce": nonce, "client_id": self.settings.client_id}
        claims = CodeIDToken(decoded.claims, decoded.header, expected, params)
        try:
            claims.validate(int(now.timestamp()), _LEEWAY_SECONDS)
        except errors.ExpiredTokenError as error:
            raise FaultyAnswerError(Fault.EXPIRED, str(error)) from error
        except errors.ClaimError as error:
            faults = {"iss": Fault.ISSUER, "nonce": Fault.NONCE, "aud": Fault.AUDIENCE, "azp": Fault.AUDIENCE}
            raise FaultyAnswerError(faults.get(error.claim, Fault.TOKEN), str(error)) from error
        except errors.JoseError as error:
            raise FaultyAnswerError(Fault.TOKEN, str(error)) from error
        return dict(claims)

    async def _asked(
        self, described: Mapping[str, Any], access_token: str, claims: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """What the ID token leaves out: name and groups (Core 1.0, 5.3)."""
        wanted = {self.settings.name_claim, self.settings.groups_claim}
        endpoint = described.get("userinfo_endpoint")
        if wanted <= claims.keys() or not isinstance(endpoint, str) or not access_token:
            return {}
        found = await self._json("GET", endpoint, headers={"Authorization": f"Bearer {access_token}"})
        if found.get("sub") != claims["sub"]:
            raise FaultyAnswerError(Fault.SUBJECT, "it tells about somebody else")
        return found

    async def _json(self, method: str, address: str, **more: Any) -> Mapping[str, Any]:
        """A JSON object from the provider. Raises AwayError, and FaultyAnswerError for a code that it does not take."""
        import httpx  # noqa: PLC0415

        if not _is_safe(address):
            raise AwayError(f"{address} is not an https address")
        try:
            async with self._client() as client:
                response = await client.request(method, address, **more)
            if response.status_code == 400 and method == "POST":  # noqa: PLR2004 -- RFC 6749, 5.2
                raise FaultyAnswerError(Fault.CODE, response.text[:300])
            response.raise_for_status()
            found = response.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise AwayError(f"{address}: {type(error).__name__}: {error}") from error
        if not isinstance(found, dict) or len(response.content) > _BODY_MAX:
            raise AwayError(f"{address}: no JSON object")
        return found

    def _client(self) -> "httpx.AsyncClient":
        import ssl  # noqa: PLC0415

        import httpx  # noqa: PLC0415

        context = ssl.create_default_context(cafile=self.settings.ca_file)
        return httpx.AsyncClient(verify=context, timeout=self.settings.timeout_seconds, follow_redirects=False)


def _is_safe(address: str) -> bool:
    import httpx  # noqa: PLC0415

    url = httpx.URL(address)
    return url.scheme == "https" or url.host in {"localhost", "127.0.0.1", "::1"}


def _groups(value: object) -> frozenset[str]:
    """Groups as a list, or as a text with spaces, as some providers send them."""
    if isinstance(value, str):
        return frozenset(value.split())
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()
