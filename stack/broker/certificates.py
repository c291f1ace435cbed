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
_BROWSER_DAYS = 820  # Apple's browsers refuse what is good for more than 825 days, and count from its beginning
_EARLIER = timedelta(days=1)
_RELEASED = datetime(2026, 1, 1, tzinfo=UTC)  # no clock that runs this program can be right before
# What an authority vouches for besides the names that it is made for: names and addresses of local networks.
_LOCAL_NAMES = ("localhost", "local", "lan", "internal", "home.arpa")
_LOCAL_NETWORKS = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "127.0.0.0/8"),
    *("fc00::/7", "fe80::/10", "::1/128"),
)
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
    def new(cls, name: str, now: datetime, names: Sequence[str] = ()) -> Self:
        """A new authority with a key of its own.

        With `names` it vouches for these, and for local names and addresses, and no others (name constraints, RFC 5280,
        4.2.1.10): whoever steals its key cannot pretend to be a bank on the telephones of staff, which trust it.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(name)
        builder = (
            _builder(subject, subject, key.public_key(), now + timedelta(days=_AUTHORITY_YEARS * _DAYS))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
        )
        if names:
            # Not critical: microcontrollers do not know it, and would refuse the authority.
            builder = builder.add_extension(x509.NameConstraints(_permitted(names), None), critical=False)
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

    def issue(self, names: Sequence[str], now: datetime, *, for_browsers: bool = False) -> Pair:
        """A certificate for a server under these DNS names and addresses, with a new key. Raises OperatorError.

        It also serves as a client's: servers of a cluster sign in at each other with it. `for_browsers`: it begins now
        and lasts as long as browsers accept, so `now` has to be right as far as anybody can tell.
        """
        if not names:
            raise OperatorError("a certificate for which name?", "give the names and addresses by which it is reached")
        alternatives = [_alternative(name) for name in names]
        self._check_permitted(alternatives)
        if for_browsers and now < self._earliest():
            raise OperatorError(
                f"this machine's clock is wrong: it shows {now:%Y-%m-%d %H:%M} UTC, and a certificate begins now",
                "set it first (timedatectl set-ntp true)",
            )
        key = ec.generate_private_key(ec.SECP256R1())
        lasts = timedelta(days=_BROWSER_DAYS if for_browsers else _SERVER_YEARS * _DAYS)
        until = min(now + lasts, self.certificate.not_valid_after_utc)
        since = now - _EARLIER if for_browsers else _NOT_BEFORE
        # Not a name of its own: OpenSSL would hold that against the authority's constraints, too.
        subject = _named(f"Kiezbox: {names[0]}")
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = (
            _builder(subject, self.certificate.subject, key.public_key(), until, since)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        return _pem(builder.sign(self.key, hashes.SHA256()), key)

    def _earliest(self) -> datetime:
        """A time before which it cannot be: this program's, and the authority's own, if we have made it."""
        if self.certificate.not_valid_before_utc != _NOT_BEFORE:
            return _RELEASED
        return max(
            _RELEASED, self.certificate.not_valid_after_utc - timedelta(days=_AUTHORITY_YEARS * _DAYS) - _EARLIER
        )

    def _check_permitted(self, names: Sequence[x509.GeneralName]) -> None:
        """Raise OperatorError for a name that clients would not believe this authority."""
        try:
            found = self.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        except x509.ExtensionNotFound:
            return
        for name in names:
            if not any(_covers(permitted, name) for permitted in found.permitted_subtrees or ()):
                raise OperatorError(
                    f"this authority was not made for {name.value}",
                    "it vouches for local names and addresses, and for the names of its first certificate; for others"
                    " make a new one in an empty folder",
                )


def _permitted(names: Sequence[str]) -> list[x509.GeneralName]:
    """Names as an authority is limited to them: each with everything below it, addresses as networks."""
    found: list[x509.GeneralName] = [x509.DNSName(name) for name in _LOCAL_NAMES]
    found += [x509.IPAddress(ipaddress.ip_network(network)) for network in _LOCAL_NETWORKS]
    for alternative in map(_alternative, names):
        if isinstance(alternative, x509.DNSName):
            found.append(x509.DNSName(alternative.value.removeprefix("*.")))
        else:
            found.append(x509.IPAddress(ipaddress.ip_network(str(alternative.value))))
    return found


def _covers(permitted: x509.GeneralName, name: x509.GeneralName) -> bool:
    if isinstance(permitted, x509.DNSName) and isinstance(name, x509.DNSName):
        return f".{name.value}".endswith(f".{permitted.value}")
    if isinstance(permitted, x509.IPAddress) and isinstance(name, x509.IPAddress):
        network, address = permitted.value, name.value
        return isinstance(network, ipaddress.IPv4Network | ipaddress.IPv6Network) and address in network
    return False


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    until: datetime,
    since: datetime = _NOT_BEFORE,
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(since).not_valid_after(until)
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
