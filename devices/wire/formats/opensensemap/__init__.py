"""openSenseMap's API for devices, as senseBox's sketches use it. What a sensor id means stands in its registry alone.

Source: sensebox/openSenseMap-API, packages/models/src/measurement/decoding and measurementsController.js.
"""

from devices.wire.formats.opensensemap import parsing, registry, requests
from devices.wire.inputs.format import Format

FORMAT = Format(
    name="opensensemap",
    title="openSenseMap (senseBox)",
    read=parsing.read,
    take=requests.take,
    boxes=("osem-*",),
    describe=registry.mappings,
)
