"""Every address of the crisis part. None of them waits for the database, the broker or the internet."""

from fastapi import APIRouter

from api.crisis import calls, histories, modes, notices, points, signin, situation, streams, web_app
from api.crisis.residents import routes as residents
from api.crisis.staff import routes as staff

router = APIRouter()
router.include_router(residents.router)
router.include_router(signin.router)
router.include_router(staff.router)
for part in (situation, notices, points, modes, calls, histories, streams, web_app):
    router.include_router(part.router)
