"""The routes of all public pages, by room."""

from api.site.boxes import routes as boxes
from api.site.data import routes as data
from api.site.data.catalogue import routes as catalogue
from api.site.data.months import routes as months
from api.site.data.reference import routes as reference
from api.site.districts import routes as districts
from api.site.embedding import routes as embedding
from api.site.first_page import routes as first_page
from api.site.quantities import routes as quantities

routers = (
    first_page.router,
    districts.router,
    quantities.router,
    boxes.router,
    embedding.router,
    data.router,
    reference.router,
    months.router,
    catalogue.router,
)
