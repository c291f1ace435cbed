"""The routes of all public pages, by room."""

from api.site.first_page import routes as first_page

routers = (first_page.router,)
