"""SenML (RFC 8428) in JSON: packs of records, over HTTP. Units of RFC 8798 are understood too."""

from devices.wire.formats.senml import parsing, requests
from devices.wire.inputs.format import Format

FORMAT = Format(
    name="senml",
    title="SenML (RFC 8428)",
    read=parsing.read,
    take=requests.take,
    boxes=("mac-*", "ow-*"),
)
