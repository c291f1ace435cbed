"""The routes of all public pages, by room."""

from api.site.boxes import routes as boxes
from api.site.embedding import routes as embedding
from api.site.first_page import routes as first_page

routers = (first_page.router, boxes.router, embedding.router)
