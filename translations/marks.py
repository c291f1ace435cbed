"""Marks for texts that are named in one place and translated in another; the names are gettext's own."""

_CONTEXT_END = "\x04"  # as in gettext's compiled catalogues


def gettext_noop(text: str) -> str:
    """The text itself, marked for the catalogues. `Words.text` translates it where it is shown."""
    return text


def pgettext_noop(context: str, text: str) -> str:
    """A text that other languages say differently elsewhere, with its context (msgctxt), for `Words.text`."""
    return f"{context}{_CONTEXT_END}{text}"


def split(text: str) -> tuple[str | None, str]:
    """The context of a marked text, None without one, and the text."""
    context, end, rest = text.partition(_CONTEXT_END)
    return (context, rest) if end else (None, text)


N_ = gettext_noop
NP_ = pgettext_noop
