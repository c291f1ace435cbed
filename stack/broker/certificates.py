"""A small private certificate authority, for a hub without a public name: its own certificate, and those of servers.

ECDSA on P-256 with SHA-256, which the TLS of microcontrollers knows as well. A hub with a public name needs none of
this: ACME gives it a certificate that everybody trusts (docs/operating.md).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Sequence

# A box whose clock a blackout stopped must still take the certificate: no clock is believed that is before 2020.
_NOT_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
_AUTHORITY_YEARS, _SERVER_YEARS = 30, 10  # an authority that ends is replaced on every box by hand
_DAYS = 365
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DNS = re.compile(rf"(?=.{{1,253}}\Z)(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")
_NAME_MAX = 64  # characters of a common name (RFC 5280, ub-common-name)


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, as PEM."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates of servers. `key` is what must not get lost, nor into anybody's hands."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls, name: str, now: datetime) -> Self:
        """A new authority with a key of its own."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(name)
        builder = (
            _builder(subject, subject, key.public_key(), now + timedelta(days=_AUTHORITY_YEARS * _DAYS))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
        )
        return cls(builder.sign(key, hashes.SHA256()), key)

    @classmethod
    def of(cls, pair: Pair) -> Self:
        """From PEM. Raises OperatorError for what is no authority with its key."""
        try:
            certificate = x509.load_pem_x509_certificate(pair.certificate.encode())
            key = serialization.load_pem_private_key(pair.key.encode(), None)
        except (ValueError, TypeError) as error:
            raise OperatorError(
                f"the authority cannot be read: {error}", "its files are PEM, and the key has no password"
            ) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
            raise OperatorError(
                "the authority's key does not belong to its certificate", "restore both from the same backup"
            )
        return cls(certificate, key)

    def pem(self) -> Pair:
        """The authority as it is kept."""
        return _pem(self.certificate, self.key)

    def issue(self, names: Sequence[str], now: datetime) -> Pair:
        """A certificate for a server under these DNS names and addresses, with a new key. Raises OperatorError.

        It also serves as a client's: servers of a cluster sign in at each other with it.
        """
        if not names:
            raise OperatorError("a certificate for which name?", "give the names and addresses by which it is reached")
        alternatives = [_alternative(name) for name in names]
        key = ec.generate_private_key(ec.SECP256R1())
        until = min(now + timedelta(days=_SERVER_YEARS * _DAYS), self.certificate.not_valid_after_utc)
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = (
            _builder(_named(names[0]), self.certificate.subject, key.public_key(), until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        return _pem(builder.sign(self.key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, until: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(_NOT_BEFORE).not_valid_after(until)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:_NAME_MAX])])


def _alternative(name: str) -> x509.GeneralName:
    """An address or a DNS name. Raises OperatorError."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    if not _DNS.fullmatch(name.lower()):
        raise OperatorError(
            f"{name!r} is neither a DNS name nor an address", "write it without a port, as mqtt.example.org or 10.0.0.5"
        )
    return x509.DNSName(name.lower())


def _pem(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Pair:
    plain = serialization.NoEncryption()
    return Pair(
        certificate.public_bytes(serialization.Encoding.PEM).decode("ascii"),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode("ascii"),
    )
