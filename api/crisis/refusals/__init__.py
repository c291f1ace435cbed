"""Every refusal of the crisis part, in one table: its status, its slug, its sentence for programs, its text for pages.

A JSON route raises `problem(...)`. A page shows what its labels hold under the row's `text` key, with the row's
status. Rows without a slug are answered on pages only.
"""

from api.crisis.refusals.answers import (
    TABLE,
    PageRefusalError,
    call_not_kept,
    install,
    not_kept,
    problem,
    refused,
    text_of,
    too_many,
)
from api.crisis.refusals.of_requests import SIGN_IN
from api.crisis.refusals.reasons import Reason, Row

__all__ = [
    "SIGN_IN",
    "TABLE",
    "PageRefusalError",
    "Reason",
    "Row",
    "call_not_kept",
    "install",
    "not_kept",
    "problem",
    "refused",
    "text_of",
    "too_many",
]
