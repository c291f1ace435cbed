"""Alarms of certificates that end soon: those with which this node serves HTTPS, and by which it knows its broker."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.alarm import kinds
from crisis.alarm.alarms import Alarm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

SOON = timedelta(days=14)
_BEGIN = b"-----BEGIN CERTIFICATE-----"


class CertificateFiles:
    """When the certificates in these files end. A file is read again when it changed."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = tuple(paths)
        self._known: dict[Path, tuple[int, datetime | None]] = {}

    def alarms(self, node: str, area: str, now: datetime) -> Iterator[Alarm]:
        """The files whose first certificate ends soon. Raises OSError, ValueError for one that cannot be read."""
        for path in self._paths:
            until = self._until(path)
            if until is not None and until - now < SOON:
                yield Alarm(
                    kind=kinds.CERTIFICATE,
                    subject=f"{node}/{path.name}",
                    opened_at=now,
                    area=area,
                    label=path.name,
                    labels=(("name", path.name),),
                )

    def _until(self, path: Path) -> datetime | None:
        """When the first certificate of the file ends; None where there is no file."""
        try:
            stamp = path.stat().st_mtime_ns
        except FileNotFoundError:
            return None
        known = self._known.get(path)
        if known is None or known[0] != stamp:
            known = self._known[path] = (stamp, _read(path.read_bytes()))
        return known[1]


def _read(content: bytes) -> datetime | None:
    from cryptography import x509  # noqa: PLC0415 -- heavy, and most boxes have no certificate of this sort

    start = content.find(_BEGIN)
    return None if start < 0 else x509.load_pem_x509_certificate(content[start:]).not_valid_after_utc
