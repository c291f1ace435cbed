"""QR codes as pictures within a page: black on white in every colour scheme, so that every camera reads them."""

_SCALE = 5  # pixels of one module


def picture(text: str) -> str:
    """The QR code of a text as a `data:` address, for `img`."""
    import segno  # noqa: PLC0415 -- for a box, which starts without it

    return segno.make_qr(text, error="m").svg_data_uri(scale=_SCALE, border=4, dark="#000", light="#fff")
