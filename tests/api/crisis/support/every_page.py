"""Every page of residents and staff, by the address that the application serves, in its states. One table for tests."""

from __future__ import annotations

from dataclasses import dataclass

RESIDENT = ""  # whom no session is needed for
ADMIN = "fee"


@dataclass(frozen=True, slots=True)
class PageState:
    """A page in a state. `route`: the address in the application; `path`: one that a browser asks for.

    In `path` stand the names of what `Filled` holds. `who`: the account that looks. `language` of residents' pages.
    """

    route: str
    path: str
    who: str = RESIDENT
    language: str = "de"


# Before anybody wrote anything.
EMPTY = (
    PageState("/crisis", "/crisis", language="tr"),
    PageState("/crisis/all/{what}", "/crisis/all/places?need=water", language="fr"),
    PageState("/crisis/staff", "/crisis/staff", ADMIN),
    PageState("/crisis/staff/calls", "/crisis/staff/calls", ADMIN),
    PageState("/crisis/staff/needs", "/crisis/staff/needs", ADMIN),
    PageState("/crisis/tagebuch", "/crisis/tagebuch", ADMIN),
    PageState("/crisis/alarms", "/crisis/alarms", ADMIN),
)
FILLED = (
    PageState("/crisis", "/crisis", language="ar"),
    PageState("/crisis/all/{what}", "/crisis/all/places", language="uk"),
    PageState("/crisis/all/{what}", "/crisis/all/places?need=charging", language="ru"),
    PageState("/crisis/all/{what}", "/crisis/all/notices", language="pl"),
    PageState("/crisis/all/{what}", "/crisis/all/nothing", language="es"),
    PageState("/crisis/guidance/{topic}", "/crisis/guidance/blackout", language="ar"),
    PageState("/crisis/guidance/{topic}", "/crisis/guidance/cbrn", language="de-x-leicht"),
    PageState("/crisis/near", "/crisis/near", language="en"),
    PageState("/crisis/aushang", "/crisis/aushang", language="ar"),
    PageState("/crisis/receipt", "/crisis/receipt?receipt=x", language="tr"),
    PageState("/crisis/reports/{receipt}", "/crisis/reports/{call_receipt}", language="ar"),
    PageState("/crisis/reports/{receipt}", "/crisis/reports/{withdrawn_receipt}", language="pl"),
    PageState("/crisis/reports/{receipt}", "/crisis/reports/{report_receipt}", language="uk"),
    PageState("/crisis/sign-in", "/crisis/sign-in"),
    PageState("/crisis/sign-in/badge", "/crisis/sign-in/badge"),
    PageState("/runbook", "/runbook"),
    PageState("/crisis/staff", "/crisis/staff?card={call}", ADMIN),
    PageState("/crisis/staff/calls", "/crisis/staff/calls?closed=yes", ADMIN),
    PageState("/crisis/staff/calls/{name}", "/crisis/staff/calls/{call}", ADMIN),
    PageState("/crisis/staff/calls/{name}", "/crisis/staff/calls/none", ADMIN),
    PageState("/crisis/staff/reports", "/crisis/staff/reports", ADMIN),
    PageState("/crisis/staff/reports/{name}", "/crisis/staff/reports/{report}", ADMIN),
    PageState("/crisis/staff/boxes/{box}/calls", "/crisis/staff/boxes/71-01/calls", ADMIN),
    PageState("/crisis/staff/boxes/{box}/reports", "/crisis/staff/boxes/71-01/reports", ADMIN),
    PageState("/crisis/staff/waiting/{sender}", "/crisis/staff/waiting/71-66", ADMIN),
    PageState("/crisis/staff/notices/new", "/crisis/staff/notices/new", ADMIN),
    PageState("/crisis/staff/notices/{name}", "/crisis/staff/notices/{notice}", ADMIN),
    PageState("/crisis/staff/points/new", "/crisis/staff/points/new", ADMIN),
    PageState("/crisis/staff/points/{name}", "/crisis/staff/points/{point}", ADMIN),
    PageState("/crisis/staff/held", "/crisis/staff/held", ADMIN),
    PageState("/crisis/staff/history", "/crisis/staff/history", ADMIN),
    PageState("/crisis/staff/needs", "/crisis/staff/needs", ADMIN),
    PageState("/crisis/staff/incidents", "/crisis/staff/incidents", ADMIN),
    PageState("/crisis/staff/incidents/new", "/crisis/staff/incidents/new", ADMIN),
    PageState("/crisis/staff/incidents/{name}", "/crisis/staff/incidents/{incident}", ADMIN),
    PageState("/crisis/staff/cards", "/crisis/staff/cards", ADMIN),
    PageState("/crisis/staff/cards/new", "/crisis/staff/cards/new", ADMIN),
    PageState("/crisis/staff/cards/{name}", "/crisis/staff/cards/{card}", ADMIN),
    PageState("/crisis/staff/account", "/crisis/staff/account", ADMIN),
    PageState("/crisis/staff/accounts", "/crisis/staff/accounts", ADMIN),
    PageState("/crisis/staff/accounts/{name}", "/crisis/staff/accounts/fee", ADMIN),
    PageState("/crisis/staff/badges", "/crisis/staff/badges", ADMIN),
    PageState("/crisis/lage", "/crisis/lage", ADMIN),
    PageState("/crisis/tagebuch", "/crisis/tagebuch", ADMIN),
    PageState("/crisis/tagebuch/blaetter", "/crisis/tagebuch/blaetter", ADMIN),
    PageState("/crisis/bericht", "/crisis/bericht", ADMIN),
    PageState("/crisis/uebergabe", "/crisis/uebergabe", ADMIN),
    PageState("/crisis/antrag/{notice}", "/crisis/antrag/{notice}", ADMIN),
    PageState("/crisis/alarms", "/crisis/alarms", ADMIN),
)
# GET routes of the crisis part that are no pages, or whose pages have a state that only their own tests bring about.
ELSEWHERE = frozenset(
    {
        *("/crisis/live", "/crisis/live.js", "/crisis/bulletin", "/crisis/alerts.atom", "/crisis/alerts/{alert}.xml"),
        *("/crisis/", "/crisis/distress", "/crisis/reports", "/crisis/reports/{receipt}/add"),
        *("/crisis/reports/{receipt}/withdraw", "/maps/near.svg", "/crisis/static/{name}", "/crisis/stream"),
        *("/crisis/lage/stream", "/crisis/tagebuch.csv", "/crisis/tagebuch.jsonl", "/crisis/situation"),
        *("/crisis/history", "/crisis/notices", "/crisis/points", "/crisis/outages", "/api/mode", "/api/info"),
        "/crisis/sign-in/factor",  # in the middle of signing in: staff/factors/test_browser.py
        "/crisis/staff/account/factors",  # the same
        "/crisis/sign-in/provider",  # a hub with the city's own sign-in: staff/factors/test_oidc_sign_in.py
        "/crisis/sign-in/provider/done",  # the same
        "/crisis/badge",  # the sheet of a badge that was made just now: staff/factors/test_browser.py
        "/crisis/wall",  # a wall display's own session: staff/lage/test_page.py
        "/crisis/alarms/s/{token}",  # the link of a message: staff/alarms
        "/crisis/bericht/{name}",  # a report that was frozen: staff/reports/test_printing.py
    }
)
