"""Why the crisis part refuses something, besides what the node itself decides, and how one refusal is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from api.http import problems
from api.http.problems import Slug
from crisis.state.rules import Why


class Reason(Enum):
    """Why a request is refused before the node is asked, or because the node's disk takes nothing.

    The node's own reasons are `crisis.state.rules.Why`. Not strings: `not_allowed` would be equal to the one there.
    """

    NOT_SIGNED_IN = auto()
    NOT_ALLOWED = auto()
    CROSS_SITE = auto()
    NO_ACCOUNTS = auto()
    TOO_MANY_REQUESTS = auto()
    TOO_MANY_STREAMS = auto()
    TOO_LARGE = auto()
    UNKNOWN_RECEIPT = auto()
    UNKNOWN_REPORT = auto()
    DISK_FULL = auto()
    NOT_KEPT = auto()
    # The two reasons above, for residents: their texts say to call 112.
    CALL_DISK_FULL = auto()
    CALL_NOT_KEPT = auto()
    NOT_FOUND = auto()
    # On the staff's pages only.
    CHANGED_MEANWHILE = auto()
    BAD_CHOICE = auto()
    BAD_NUMBER = auto()
    BAD_TIME = auto()
    SKIPPED_TIME = auto()
    TOO_LONG = auto()
    GERMAN_MISSING = auto()
    EMPTY = auto()
    NO_SUCH_LINE = auto()
    TOO_MANY_LINES = auto()
    REPORTS_FULL = auto()
    HANDOVER_TO_SELF = auto()
    HANDOVER_ROLE = auto()
    SIGN_IN_WAIT = auto()
    SIGN_IN_WRONG = auto()
    SIGN_IN_FOREIGN = auto()
    SIGN_IN_NO_DISK = auto()
    PASSWORD_DIFFERS = auto()
    PASSWORD_WRONG = auto()
    PASSWORD_WEAK = auto()
    CHECKS_BUSY = auto()
    FACTOR_WRONG = auto()
    FACTOR_WAIT = auto()
    FACTOR_OVER = auto()
    FACTOR_BY_PASSWORD = auto()
    PASSKEY_WRONG = auto()
    PASSKEY_NOT_KEPT = auto()
    WALL_ONLY = auto()
    WALL_NO_PAST = auto()
    # About the moment of the past that an address names.
    NOT_A_MOMENT = auto()
    NO_SUCH_MOMENT = auto()
    IN_THE_FUTURE = auto()
    NOT_KNOWN = auto()
    WALL_UNKNOWN = auto()
    BADGE_UNKNOWN = auto()
    BADGE_REVOKED = auto()
    BADGE_OTHER_DEVICE = auto()
    NOT_POSSIBLE = auto()
    PROVIDER_AWAY = auto()
    PROVIDER_REFUSED = auto()
    PROVIDER_STATE = auto()
    PROVIDER_FAULTY = auto()
    PROVIDER_NO_GROUP = auto()
    PROVIDER_NAME_TAKEN = auto()
    PROVIDER_BAD_NAME = auto()
    PROVIDER_DISABLED = auto()
    # About accounts, on the staff's pages.
    ACCOUNT_NAME = auto()
    ACCOUNT_TAKEN = auto()
    ACCOUNT_UNKNOWN = auto()
    ACCOUNT_AREA = auto()
    ACCOUNT_FROM_HUB = auto()
    ACCOUNT_HUB_ONLY = auto()
    ACCOUNT_OWN = auto()


@dataclass(frozen=True, slots=True)
class Row:
    """How one error is answered. `detail` is a format string; `text` is the key in the pages' labels."""

    status: int
    text: str
    slug: Slug | None = None
    title: str = ""
    detail: str = ""
    headers: Mapping[str, str] | None = None


Table = Mapping[Why | Reason, Row]


def retry(seconds: int) -> Mapping[str, str]:
    """The header that says when to come back."""
    return {"Retry-After": str(seconds)}


SOON = retry(problems.RETRY_AFTER_SECONDS)
