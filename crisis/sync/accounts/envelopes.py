"""How a hub sends a box what nobody else may read: sealed for the key in the box's certificate."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.trust import sealed_box
from crisis.trust.sealed_box import InvalidSealError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crisis.node import Node


@dataclass(frozen=True, slots=True)
class Addressee:
    """A box for which something can be sealed: its areas besides those of its name, and the key to seal with."""

    areas: frozenset[str]
    key: bytes


def boxes(node: Node) -> Mapping[str, Addressee]:
    """At a hub: the boxes that are members and not revoked, by name. A box without a certificate is not among them."""
    names = {certificate.node for certificate in node.directory}
    found = {name: node.directory.of(name) for name in names}
    return {name: Addressee(frozenset(each.areas), each.sealing) for name, each in found.items() if each is not None}


def areas_of(node: Node) -> frozenset[str]:
    """At a box: the areas of its certificate, besides those of its name."""
    certificate = node.identity.certificate
    return frozenset() if certificate is None else frozenset(certificate.areas)


def seal(key: bytes, content: bytes) -> str:
    """Content that only the node whose certificate has this key to seal with can read."""
    return base64.b64encode(sealed_box.seal(key, content)).decode()


def opened(node: Node, sealed: str) -> bytes:
    """At a box: what was sealed for its key. Raises InvalidSealError."""
    key = node.identity.key
    if key is None:
        raise InvalidSealError("this node has no key")
    try:
        data = base64.b64decode(sealed, validate=True)
    except ValueError as error:
        raise InvalidSealError("not in base64") from error
    return sealed_box.open_sealed(key, data)
