"""How requests are answered that are refused before the node is asked, or because its disk takes nothing."""

from types import MappingProxyType

from api.crisis.refusals.reasons import SOON, Reason, Row, Table, retry
from api.http.problems import Slug

SIGN_IN = "/crisis/sign-in"

ROWS: Table = MappingProxyType(
    {
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
            SOON,
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
            retry(30),
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
            retry(60),
        ),
        Reason.NOT_KEPT: Row(
            503,
            "why_unwritable",
            Slug.NOT_KEPT,
            "Not kept",
            "Nothing of this was kept: the disk of this node cannot be written now. Go to another box, or try again.",
            SOON,
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
            retry(30),
        ),
    }
)
