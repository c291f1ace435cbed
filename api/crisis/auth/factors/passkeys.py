"""Passkeys (WebAuthn): what the browser is asked, and whether its answer is right. At the hub's public name only.

The library is loaded when somebody uses a passkey: it takes 14 MB.
"""

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from fastapi import Request

from api.assembly import SETTINGS
from crisis.accounts.factors.passkeys import Passkey

_ANSWER_MAX = 20_000  # characters


class WrongPasskeyError(Exception):
    """A passkey was not accepted. The message is for the log."""


@dataclass(frozen=True, slots=True)
class Site:
    """The site that passkeys are made for: they work on no other, so nobody is tricked into using one elsewhere."""

    name: str  # the relying party's id: the host of the public address
    origin: str


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that a device has just made."""

    id: bytes
    public_key: bytes
    sign_count: int


def site_of(request: Request) -> Site | None:
    """The site of the settings' public address; None where browsers would make no passkey: no name, or no TLS."""
    if SETTINGS(request).api.public_url is None:
        return None
    url = request.url  # already the public address (api/http/public_address.py)
    host = url.hostname or ""
    with contextlib.suppress(ValueError):
        ip_address(host)
        return None
    if url.scheme != "https" and host != "localhost":
        return None
    return Site(host, f"{url.scheme}://{url.netloc}")


def ask_for_new(site: Site, account: str, challenge: bytes, known: Sequence[Passkey]) -> str:
    """What `navigator.credentials.create` gets, as JSON."""
    import webauthn  # noqa: PLC0415 -- see above
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_registration_options(
        rp_id=site.name,
        rp_name="Kiezbox",
        user_name=account,
        user_id=account.encode(),
        challenge=challenge,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.DISCOURAGED,
            user_verification=structs.UserVerificationRequirement.DISCOURAGED,  # the password is the other factor
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=key.id) for key in known],
    )
    return webauthn.options_to_json(options)


def ask(site: Site, challenge: bytes, known: Sequence[Passkey]) -> str:
    """What `navigator.credentials.get` gets, as JSON."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_authentication_options(
        rp_id=site.name,
        challenge=challenge,
        allow_credentials=[structs.PublicKeyCredentialDescriptor(id=key.id) for key in known],
        user_verification=structs.UserVerificationRequirement.DISCOURAGED,
    )
    return webauthn.options_to_json(options)


def made(site: Site | None, challenge: bytes, answer: str) -> NewPasskey:
    """The passkey that the browser made. Raises WrongPasskeyError."""
    import webauthn  # noqa: PLC0415

    site = _known(site)
    with _checked():
        found = webauthn.verify_registration_response(
            credential=_parsed(answer),
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
        )
    return NewPasskey(found.credential_id, found.credential_public_key, found.sign_count)


def proved(site: Site | None, challenge: bytes, answer: str, known: Sequence[Passkey]) -> tuple[Passkey, int]:
    """The passkey with which the browser signed the challenge, and its new count. Raises WrongPasskeyError."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers import base64url_to_bytes  # noqa: PLC0415

    site = _known(site)
    with _checked():
        parsed = _parsed(answer)
        used = base64url_to_bytes(str(parsed.get("rawId", "")))
        key = next((key for key in known if key.id == used), None)
        if key is None:
            raise WrongPasskeyError("a passkey that this account does not have")
        found = webauthn.verify_authentication_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
        )
    return key, found.new_sign_count


def _known(site: Site | None) -> Site:
    if site is None:
        raise WrongPasskeyError("this address is not the public one")
    return site


def _parsed(answer: str) -> dict[str, Any]:
    if len(answer) > _ANSWER_MAX:
        raise WrongPasskeyError("an answer that is too long")
    parsed = json.loads(answer)
    if not isinstance(parsed, dict):
        raise WrongPasskeyError("an answer that is no object")
    return parsed


@contextlib.contextmanager
def _checked() -> Iterator[None]:
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        yield
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError) as error:
        raise WrongPasskeyError(f"{type(error).__name__}: {error}") from error
