"""Other people's programs that read CAP 1.2: OASIS' schema, and two parsers that know nothing of each other."""

from __future__ import annotations

from typing import Any

import capparser
import capvalidator
from cap_tools.models import Alert
from xsdata.formats.dataclass.parsers import XmlParser


def is_valid(document: bytes) -> bool:
    """Whether the document follows the schema of CAP 1.2, which the package capvalidator brings."""
    passed: bool = capvalidator.check_schema(document).passed
    return passed


def bound(document: bytes) -> Alert:
    """The alert as cap-tools reads it, by the types of the schema. Raises ParserError for what does not fit."""
    alert: Alert = XmlParser().from_bytes(document, Alert)
    return alert


def plain(document: bytes) -> dict[str, Any]:
    """The alert as capparser reads it: the texts of its elements; of `info` a list of the same."""
    return _plain(capparser.parse(stringXML=document.decode()))


def _plain(element: Any) -> dict[str, Any]:
    found = {}
    for name, (value, _place) in vars(element).items():
        if isinstance(value, list):
            found[name] = [_plain(each) if hasattr(each, "__dict__") else each for each in value]
        elif value is not None:
            found[name] = value
    return found
