"""Every refusal of the crisis part, in one table: its status, its slug, its sentence for programs, its text for pages.

A JSON route raises `problem(...)`. A page shows what its labels hold under the row's `text` key, with the row's
status. Rows without a slug are answered on pages only.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.http import problems, public_address
from api.http.problems import Problem, Slug
from crisis.log.errors import Full, NotKept
from crisis.state.rules import Refusal, Why

SIGN_IN = "/crisis/sign-in"


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


def _retry(seconds: int) -> Mapping[str, str]:
    return {"Retry-After": str(seconds)}


_SOON = _retry(problems.RETRY_AFTER_SECONDS)

# What the node refuses (crisis/state/rules.py): status, slug, sentence.
_BY_THE_NODE = {
    Why.NOT_ALLOWED: (403, Slug.REFUSED, "Your role may not do this; the right that it takes is {detail}."),
    Why.OUTSIDE_AREAS: (
        403,
        Slug.REFUSED,
        "This box decides only about itself and these areas: {detail}. Do it at the hub.",
    ),
    Why.BAD_VALUE: (422, Slug.REFUSED, "A value is not possible. {detail}"),
    Why.UNKNOWN: (404, Slug.UNKNOWN_THING, "Nothing here has the id {detail}."),
    Why.NEEDS_SECOND_PERSON: (
        409,
        Slug.REFUSED,
        "An emergency takes two people: propose it, and let somebody else confirm it. A commander may set it alone.",
    ),
    Why.NEEDS_SECOND_PERSON_TO_END: (
        409,
        Slug.REFUSED,
        "Ending an emergency of the whole city takes two people: propose it, and let somebody else confirm it.",
    ),
    Why.NOTHING_TO_END: (
        409,
        Slug.REFUSED,
        "There is no emergency of the whole city to end, and only that takes a proposal: set the mode.",
    ),
    Why.SAME_DEVICE: (
        409,
        Slug.REFUSED,
        "{detail} proposed this from the same device less than ten minutes ago: confirm it on another one, or later.",
    ),
    Why.MADE_BY_OTHER: (
        409,
        Slug.REFUSED,
        "The other person made the account {detail} or gave it access within the last day: somebody else must confirm.",
    ),
    Why.UNKNOWN_MAKER: (
        409,
        Slug.REFUSED,
        "{detail} proposed this elsewhere, and this box does not know who made that account: confirm it at the hub.",
    ),
    Why.OWN_PROPOSAL: (409, Slug.REFUSED, "You proposed this yourself: somebody else must confirm it."),
    Why.PROPOSAL_LAPSED: (
        409,
        Slug.REFUSED,
        "This proposal is older than an hour. Propose it again, as things are now.",
    ),
    Why.ALREADY_PROPOSED: (409, Slug.REFUSED, "This is proposed already: confirm the proposal {detail}."),
    Why.ALREADY_SO: (409, Slug.REFUSED, "Nothing would change: it is so already."),
    Why.IS_WITHDRAWN: (409, Slug.REFUSED, "The notice was withdrawn ({detail}). Publish a new one."),
    Why.IS_REPLACED: (409, Slug.REFUSED, "The notice was replaced by {detail}: change that one."),
    Why.IS_OVER: (409, Slug.REFUSED, "It would end in the past ({detail})."),
    Why.IS_CLOSED: (409, Slug.REFUSED, "It is closed already. {detail}"),
    Why.IS_TAKEN: (409, Slug.REFUSED, "{detail} has taken this call. Send `over`: true to take it over."),
    Why.IS_STRUCK: (409, Slug.REFUSED, "{detail} has struck this line through already."),
    Why.NOT_A_LINE: (
        409,
        Slug.REFUSED,
        "Only a line of the operation log can be struck through, and a line that strikes another cannot.",
    ),
    Why.NOT_TAKEN: (409, Slug.REFUSED, "Somebody must take the call before it can be closed."),
    Why.NOT_CLOSED: (409, Slug.REFUSED, "The call is not closed: only a closed one can be opened again."),
}

TABLE: Mapping[Why | Reason, Row] = MappingProxyType(
    {
        **{
            why: Row(status, f"why_{why.value}", slug, "Not done", detail)
            for why, (status, slug, detail) in _BY_THE_NODE.items()
        },
        # -- who asks --------------------------------------------------------------------------------------------
        Reason.NOT_SIGNED_IN: Row(
            401,
            "session_over",
            Slug.NOT_SIGNED_IN,
            "Not signed in",
            f"Staff only, and nobody is signed in here, or no longer. People sign in at {SIGN_IN}; programs send"
            " `Authorization: Bearer TOKEN` (kiezbox user token add).",
            {"WWW-Authenticate": 'Bearer realm="kiezbox"'},
        ),
        Reason.NOT_ALLOWED: Row(
            403,
            "why_not_allowed",
            Slug.NOT_ALLOWED,
            "Not allowed",
            "{account} is {role}, which may not {right}. Roles that may: {having}.",
        ),
        Reason.WALL_ONLY: Row(
            403,
            "wall_only",
            Slug.WALL_ONLY,
            "Only the page of the wall",
            "The token of a wall display opens /crisis/lage and nothing else.",
        ),
        Reason.WALL_NO_PAST: Row(
            403,
            "wall_no_past",
            Slug.WALL_NO_PAST,
            "No past on the wall",
            "The token of a wall display shows the situation of now. Staff who sign in see the past.",
        ),
        # -- a moment of the past --------------------------------------------------------------------------------
        Reason.NOT_A_MOMENT: Row(
            422,
            "not_a_moment",
            Slug.NOT_A_MOMENT,
            "Not a moment",
            "as_of: {typed} is not a time. Write one with its zone, for example 2025-11-23T08:00:00Z, or a time of"
            " Berlin's clocks, for example 2025-11-23T09:00.",
        ),
        Reason.NO_SUCH_MOMENT: Row(
            422,
            "no_such_moment",
            Slug.NO_SUCH_MOMENT,
            "No such moment",
            "as_of: the clocks of Berlin skip {typed}. Write a time an hour later, or one with its zone.",
        ),
        Reason.IN_THE_FUTURE: Row(
            422,
            "in_the_future",
            Slug.IN_THE_FUTURE,
            "In the future",
            "as_of: {typed} lies in the future, and the log holds the past only. Without as_of you see what is now.",
        ),
        Reason.NOT_KNOWN: Row(
            422,
            "not_known",
            Slug.NOT_KNOWN,
            "Not a way to see the past",
            "known: {typed} is neither `yes` (what this node knew then) nor `no` (what had happened then).",
        ),
        Reason.CROSS_SITE: Row(
            403,
            "problem_cross_site",
            Slug.CROSS_SITE,
            "Not from our own page",
            "Nothing was done: {why}. Open the page again, and send the form from there.",
        ),
        Reason.NO_ACCOUNTS: Row(
            503,
            "sign_in_away",
            Slug.NO_ACCOUNTS,
            "The accounts cannot be read",
            "Nobody can sign in at this node now. Its log says why; `kiezbox user list` on the machine does, too.",
            _SOON,
        ),
        # -- how much, how often ---------------------------------------------------------------------------------
        Reason.TOO_MANY_REQUESTS: Row(
            429,
            "why_too_many",
            Slug.TOO_MANY_REQUESTS,
            "Too many requests",
            "Too much was sent from here. Nothing of this request was kept: send it again in {seconds} s.",
        ),
        Reason.TOO_MANY_STREAMS: Row(
            503,
            "",
            Slug.TOO_MANY_STREAMS,
            "Too many streams",
            "This node has {limit} live streams open, which is all it may have. Try later, or ask /crisis/situation.",
            _retry(30),
        ),
        Reason.TOO_LARGE: Row(
            413,
            "why_too_large",
            Slug.TOO_LARGE,
            "Too large",
            "The body has more than {bytes_max} bytes. Nothing was kept: send it again, shorter.",
        ),
        # -- what is not there -----------------------------------------------------------------------------------
        Reason.NOT_FOUND: Row(404, "problem_not_found"),
        Reason.UNKNOWN_RECEIPT: Row(
            404,
            "problem_not_found",
            Slug.UNKNOWN_RECEIPT,
            "Unknown receipt",
            "This node knows no call and no report with this receipt.",
        ),
        Reason.UNKNOWN_REPORT: Row(
            404,
            "problem_not_found",
            Slug.UNKNOWN_THING,
            "No such report",
            "No report has this id or receipt at this node.",
        ),
        # -- what the disk does not take -------------------------------------------------------------------------
        Reason.DISK_FULL: Row(
            507,
            "why_full",
            Slug.DISK_FULL,
            "Disk full",
            "Nothing of this was kept: the disk of this node is full. What was accepted before is safe. Go to another"
            " box, or try again later.",
            _retry(60),
        ),
        Reason.NOT_KEPT: Row(
            503,
            "why_unwritable",
            Slug.NOT_KEPT,
            "Not kept",
            "Nothing of this was kept: the disk of this node cannot be written now. Go to another box, or try again.",
            _SOON,
        ),
        Reason.CALL_DISK_FULL: Row(
            507,
            "why_full",
            Slug.DISK_FULL,
            "No room left",
            "There is no room left on this node's disk. What was sent was NOT kept: find another way, or call 112.",
        ),
        Reason.CALL_NOT_KEPT: Row(
            503,
            "why_unwritable",
            Slug.NOT_KEPT,
            "Not kept",
            "This node's disk takes nothing now. What was sent was NOT kept: send it again soon, or call 112.",
            _retry(30),
        ),
        # -- on the staff's pages --------------------------------------------------------------------------------
        Reason.CHANGED_MEANWHILE: Row(409, "why_changed_meanwhile"),
        Reason.BAD_CHOICE: Row(422, "why_bad_choice"),
        Reason.BAD_NUMBER: Row(422, "why_bad_number"),
        Reason.BAD_TIME: Row(422, "why_bad_time"),
        Reason.SKIPPED_TIME: Row(422, "why_skipped_time"),
        Reason.TOO_LONG: Row(422, "why_too_long"),
        Reason.GERMAN_MISSING: Row(422, "why_german_missing"),
        Reason.EMPTY: Row(422, "why_empty"),
        Reason.NO_SUCH_LINE: Row(422, "why_no_such_line"),
        Reason.TOO_MANY_LINES: Row(422, "why_too_many_lines"),
        Reason.REPORTS_FULL: Row(507, "why_reports_full"),
        Reason.HANDOVER_TO_SELF: Row(422, "why_handover_to_self"),
        Reason.HANDOVER_ROLE: Row(403, "why_handover_role"),
        Reason.SIGN_IN_WAIT: Row(429, "sign_in_wait"),
        Reason.SIGN_IN_WRONG: Row(401, "sign_in_wrong"),
        Reason.SIGN_IN_FOREIGN: Row(403, "sign_in_foreign"),
        Reason.SIGN_IN_NO_DISK: Row(503, "sign_in_no_disk"),
        Reason.PASSWORD_DIFFERS: Row(422, "password_differs"),
        Reason.PASSWORD_WRONG: Row(403, "password_wrong"),
        Reason.PASSWORD_WEAK: Row(422, "password_weak"),
        Reason.CHECKS_BUSY: Row(503, "sign_in_wait"),
        Reason.FACTOR_WRONG: Row(401, "factor_wrong"),
        Reason.FACTOR_WAIT: Row(429, "factor_wait"),
        Reason.FACTOR_OVER: Row(401, "factor_over"),
        Reason.FACTOR_BY_PASSWORD: Row(401, "factor_by_password"),
        Reason.PASSKEY_WRONG: Row(401, "passkey_wrong"),
        Reason.PASSKEY_NOT_KEPT: Row(409, "passkey_not_kept"),
        Reason.WALL_UNKNOWN: Row(401, "wall_unknown"),
        Reason.BADGE_UNKNOWN: Row(401, "badge_unknown"),
        Reason.BADGE_REVOKED: Row(401, "badge_revoked"),
        Reason.BADGE_OTHER_DEVICE: Row(401, "badge_other_device"),
        Reason.NOT_POSSIBLE: Row(409, "why_not_possible"),
        Reason.PROVIDER_AWAY: Row(503, "provider_away"),
        Reason.PROVIDER_REFUSED: Row(401, "provider_refused"),
        Reason.PROVIDER_STATE: Row(401, "provider_state"),
        Reason.PROVIDER_FAULTY: Row(401, "provider_faulty"),
        Reason.PROVIDER_NO_GROUP: Row(403, "provider_no_group"),
        Reason.PROVIDER_NAME_TAKEN: Row(409, "provider_name_taken"),
        Reason.PROVIDER_BAD_NAME: Row(409, "provider_bad_name"),
        Reason.PROVIDER_DISABLED: Row(403, "provider_disabled"),
        Reason.ACCOUNT_NAME: Row(422, "account_name"),
        Reason.ACCOUNT_TAKEN: Row(409, "account_taken"),
        Reason.ACCOUNT_UNKNOWN: Row(404, "account_unknown"),
        Reason.ACCOUNT_AREA: Row(422, "account_area"),
        Reason.ACCOUNT_FROM_HUB: Row(409, "account_from_hub"),
        Reason.ACCOUNT_HUB_ONLY: Row(409, "account_hub_only"),
        Reason.ACCOUNT_OWN: Row(409, "account_own"),
    }
)

# What a page says about a problem: by its slug, else by its status.
_TEXT_BY_SLUG = {row.slug: row.text for reason, row in TABLE.items() if isinstance(reason, Reason) and row.slug}
_TEXT_BY_STATUS = {403: TABLE[Reason.NOT_ALLOWED].text, 404: TABLE[Reason.NOT_FOUND].text}


class PageRefusalError(Exception):
    """Ends what a page's form asked for: the page says why, with `about` in the text."""

    def __init__(self, reason: Why | Reason, about: object = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.row = TABLE[reason]
        self.about = about


def problem(reason: Reason, **values: object) -> Problem:
    """The problem of this row, with the values that its sentence names; a bare status for a row without a title."""
    row = TABLE[reason]
    if not row.title:
        return problems.plain(row.status)
    return Problem(row.status, row.slug, row.title, row.detail.format(**values), headers=row.headers)


def refused(refusal: Refusal) -> Problem:
    """The problem of a command that the node refused.

    For programs it says `why`, and `about`: the person, the id or the value that the refusal names.
    """
    row = TABLE[refusal.why]
    return Problem(
        row.status,
        row.slug,
        row.title,
        row.detail.format(detail=refusal.detail).strip(),
        extra={"why": refusal.why.value, "about": refusal.detail},
    )


def too_many(wait_seconds: float) -> Problem:
    """The 429 that says when to come back."""
    seconds = math.ceil(wait_seconds)
    made = problem(Reason.TOO_MANY_REQUESTS, seconds=seconds)
    made.headers = _retry(seconds)
    return made


def not_kept(error: NotKept) -> Reason:
    """Why the log took nothing: no room, or another reason."""
    return Reason.DISK_FULL if isinstance(error, Full) else Reason.NOT_KEPT


def call_not_kept(error: NotKept) -> Problem:
    """As `not_kept`, for whoever sends a call for help or a report: they have to find another way."""
    return problem(Reason.CALL_DISK_FULL if isinstance(error, Full) else Reason.CALL_NOT_KEPT)


def text_of(problem: Problem) -> str:
    """The key of the text with which a page explains this problem; "" when it has none: then `detail` says it."""
    known = _TEXT_BY_SLUG.get(problem.slug) if problem.slug else None
    return known or _TEXT_BY_STATUS.get(problem.status, "")


def install(app: FastAPI) -> None:
    """Answer with the table's problem when the log took nothing and no route has caught that."""
    app.exception_handler(NotKept)(_answer_not_kept)


async def _answer_not_kept(request: Request, error: NotKept) -> Response:
    return problems.respond(public_address.path(request.scope), problem(not_kept(error)))
