"""Every address of the crisis part. None of them waits for the database, the broker or the internet."""

from api.crisis import calls, histories, modes, notices, points, signin, situation, streams, web_app
from api.crisis.residents import routes as residents
from api.crisis.residents import sending
from api.crisis.staff import actions, board

routers = tuple(
    part.router
    for part in (
        *(residents, sending, signin, board, actions),
        *(situation, notices, points, modes, calls, histories, streams, web_app),
    )
)
