"""All routes of the crisis part. None of them waits for the database, the broker or the internet."""

from api.crisis import web_app
from api.crisis.alerts import routes as alerts
from api.crisis.residents import near, submit
from api.crisis.residents import routes as residents
from api.crisis.residents.poster import routes as poster
from api.crisis.residents.receipts import routes as receipts
from api.crisis.residents.receipts import submit as receipts_submit
from api.crisis.runbook import routes as runbook
from api.crisis.staff import accounts_page, actions, assets, sign_in, views, waiting
from api.crisis.staff.alarms import actions as alarm_actions
from api.crisis.staff.alarms import link_page
from api.crisis.staff.alarms import pages as alarm_pages
from api.crisis.staff.factors import badge_sign_in, badges_page, oidc_sign_in, own, step
from api.crisis.staff.incidents import cards_pages
from api.crisis.staff.incidents import pages as incidents_pages
from api.crisis.staff.lage import routes as lage
from api.crisis.staff.lage import stream as lage_stream
from api.crisis.staff.lage import wall_sign_in
from api.crisis.staff.operation_log import downloads, pages, printing
from api.crisis.staff.reports import handover_pages, report_pages
from api.crisis.staff.warning_request import routes as warning_request
from api.crisis.staff_api import calls, history, modes, notices, outages, points, situation, stream

routers = tuple(
    part.router
    for part in (
        *(
            residents,
            receipts,
            near,
            poster,
            alerts,
            runbook,
            submit,
            receipts_submit,
            sign_in,
            step,
            badge_sign_in,
            oidc_sign_in,
        ),
        *(assets, views, lage, lage_stream, wall_sign_in, waiting, actions, accounts_page, own, badges_page),
        *(incidents_pages, cards_pages),
        *(pages, printing, downloads, report_pages, handover_pages, warning_request),
        *(alarm_pages, alarm_actions, link_page),
        *(situation, outages, notices, points, modes, calls, history, stream, web_app),
    )
)
