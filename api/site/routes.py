"""The routes of all public pages, by room."""

from api.site.districts import routes as districts
from api.site.first_page import routes as first_page
from api.site.quantities import routes as quantities

routers = (first_page.router, districts.router, quantities.router)
