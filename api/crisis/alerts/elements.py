"""Elements of XML documents with text that every reader takes, and the documents themselves."""

from xml.etree import ElementTree as ET

from crisis.model import texts

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def add(parent: ET.Element, name: str, text: str) -> None:
    """Add an element with this text, without characters that XML cannot hold."""
    ET.SubElement(parent, name).text = texts.clean(text)


def document(root: ET.Element) -> bytes:
    """The document of this root element: UTF-8, a line for each element."""
    ET.indent(root, " ")
    written: bytes = ET.tostring(root, "utf-8")
    return _DECLARATION + written + b"\n"
