"""SenML: packs as RFC 8428 has them."""

from __future__ import annotations

from tests.devices.support.input_case import RECEIPT, Case, post

HEADERS = {"content-type": "application/senml+json"}
BOX = "mac-a0b1c2fffed3e4f5"

CASES = [
    Case(
        "base fields, and a record a minute before",
        BOX,
        (
            ("core", "temperature", 4.25, "2025-11-22T23:19:50Z"),
            ("core", "humidity", 81.2, "2025-11-22T23:19:50Z"),
            ("core", "pressure", 1003.25, "2025-11-22T23:18:50Z"),
        ),
        request=post(
            "",
            '[{"bn":"urn:dev:mac:a0b1c2fffed3e4f5:","bt":1763853590,"n":"temp","u":"Cel","v":4.25},'
            '{"n":"hum","u":"%RH","v":81.2},{"n":"press","u":"Pa","v":100325,"t":-60}]',
            HEADERS,
        ),
    ),
    Case(
        "a unit of SI",
        BOX,
        (("core", "pm2_5", 12.3, RECEIPT),),
        request=post("", '[{"n":"urn:dev:mac:a0b1c2fffed3e4f5:pm2_5","u":"kg/m3","v":1.23e-8}]', HEADERS),
    ),
    Case(
        "two minutes ago, by the device",
        BOX,
        (("keller", "temperature", 4.0, "2025-11-22T23:18:05.250000Z"),),
        request=post(
            "", '[{"bn":"urn:dev:mac:a0b1c2fffed3e4f5:keller/","n":"temp","u":"Cel","v":4.0,"t":-120}]', HEADERS
        ),
    ),
    Case(
        "a base value and a base unit, replaced on the way",
        BOX,
        (("a", "temperature", 20.5, RECEIPT), ("a", "humidity", 50.0, RECEIPT)),
        request=post(
            "",
            '[{"bn":"urn:dev:mac:a0b1c2fffed3e4f5:a:","bu":"K","bv":293.15},{"n":"temp","v":0.5},'
            '{"bu":"/","bv":0,"n":"hum","v":0.5}]',
            HEADERS,
        ),
    ),
    Case(
        "what is no number is no reading",
        BOX,
        (("core", "temperature", 1.0, RECEIPT),),
        request=post(
            "",
            '[{"bn":"urn:dev:mac:a0b1c2fffed3e4f5:"},{"n":"tuer","vb":true},{"n":"txt","vs":"ok"},'
            '{"n":"temp","u":"Cel","v":1,"ut":60,"x":2},{"n":"e","u":"J","s":5}]',
            HEADERS,
        ),
    ),
    Case(
        "a name that nobody knows, and one with a unit of something else",
        BOX,
        request=post(
            "",
            '[{"bn":"urn:dev:mac:a0b1c2fffed3e4f5:","n":"a","u":"lx","v":1},{"n":"temp","u":"V","v":2}]',
            HEADERS,
        ),
        unmapped=(("a", "lx"), ("temp", "V")),
    ),
    Case(
        "a pack that names no device is of nobody",
        request=post("", '[{"n":"temp","u":"Cel","v":4.0}]', HEADERS),
        unmapped=(("temp", "Cel"),),
    ),
]
