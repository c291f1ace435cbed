"""Every page and form of the staff's."""

from fastapi import APIRouter

from api.crisis.staff import actions, board

router = APIRouter()
for part in (board, actions):
    router.include_router(part.router)
