"""A Grafana's HTTP API: signs in, and makes sentences of its errors. The only importer of grafana_client."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from grafana_client import api as grafana
from grafana_client import client as errors
from niquests import exceptions as transport

from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kiezbox.settings import GrafanaSettings

ClientError, BadInputError, ServerError = (
    errors.GrafanaClientError,
    errors.GrafanaBadInputError,
    errors.GrafanaServerError,
)
NOT_FOUND, FORBIDDEN, CONFLICT = 404, 403, 412
_CREDENTIAL_HINT = "set KIEZBOX_GRAFANA_TOKEN to a token of a service account; its rights: docs/dashboards.md"
_OF_FILES = ("provenance", "provisioned", "read-only")  # how Grafana names what it takes from files


@contextlib.contextmanager
def connected(settings: GrafanaSettings) -> Iterator[Any]:
    """Grafana's API while the block runs. Raises OperatorError, with what to do, for whatever it answers there."""
    api = _connect(settings)
    with contextlib.closing(api.client.s), _operator_errors(settings.url):
        yield api


def version(api: Any) -> str | None:
    """Grafana's version, as far as it says one: it may be told to hide it in /api/health."""
    told = or_none(api.client.GET, "/health") or {}
    hidden = {} if told.get("version") else or_none(api.client.GET, "/frontend/settings") or {}
    found = told.get("version") or hidden.get("buildInfo", {}).get("version")
    return str(found) if found else None


def _connect(settings: GrafanaSettings) -> Any:
    url = urlsplit(settings.url)
    credential: str | tuple[str, str]
    if settings.token is not None:
        credential = settings.token.get_secret_value()
    elif settings.username and settings.password is not None:
        credential = (settings.username, settings.password.get_secret_value())
    else:
        raise OperatorError("Grafana wants to know who publishes", _CREDENTIAL_HINT)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise OperatorError("KIEZBOX_GRAFANA_URL is no address", "http://HOST:3000, or https with a path below it")
    prefix = url.path.strip("/")
    return grafana.GrafanaApi(
        credential,
        host=f"[{url.hostname}]" if ":" in url.hostname else url.hostname,
        port=url.port,
        protocol=url.scheme,
        url_path_prefix=f"{prefix}/" if prefix else "",
        timeout=settings.timeout_seconds,
    )


@contextlib.contextmanager
def _operator_errors(url: str) -> Iterator[None]:
    """Turns errors of Grafana and of the connection into OperatorErrors, which say what to do."""
    try:
        yield
    except errors.GrafanaUnauthorizedError as error:
        raise OperatorError(f"Grafana at {url} does not know this token or password", _CREDENTIAL_HINT) from error
    except errors.GrafanaTimeoutError as error:
        raise OperatorError(f"Grafana at {url} does not answer in time", "KIEZBOX_GRAFANA_TIMEOUT_SECONDS") from error
    except errors.GrafanaServerError as error:
        raise OperatorError(
            f"Grafana at {url} has trouble: {message(error)}", "its log says more; publish again"
        ) from error
    except errors.GrafanaClientError as error:
        hint = _CREDENTIAL_HINT if error.status_code == FORBIDDEN else _refused_hint(message(error))
        raise OperatorError(f"Grafana at {url} refuses: {message(error)}", hint) from error
    except (errors.GrafanaException, transport.RequestException) as error:
        raise OperatorError(
            f"Grafana at {url} does not answer: {error}", "is it running? KIEZBOX_GRAFANA_URL"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise OperatorError(f"what answers at {url} is no Grafana: {error}", "KIEZBOX_GRAFANA_URL") from error


def _refused_hint(message: str) -> str:
    """What to do about a refusal: Grafana does not let an API change what it takes from files."""
    if any(word in message.lower() for word in _OF_FILES):
        return "it takes this from files: write them again (kiezbox dashboards build), or take them away and publish"
    return "its log says more"


def message(error: errors.GrafanaException) -> str:
    """The status and what Grafana says, in at most 200 characters."""
    said = error.response.get("message") if isinstance(error.response, dict) else error.response
    return f"{error.status_code} {str(said or '')[:200]}".strip()


def is_status(error: errors.GrafanaException, status: int) -> bool:
    """Whether Grafana answered with this HTTP status."""
    return bool(error.status_code == status)


def or_none(call: Any, *arguments: Any) -> Any:
    """What a call of Grafana's API returns; None when Grafana answers 404."""
    try:
        return call(*arguments)
    except errors.GrafanaClientError as error:
        if is_status(error, NOT_FOUND):
            return None
        raise
