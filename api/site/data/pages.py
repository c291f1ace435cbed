"""The pages of this room: one style, one folder of templates."""

from api.site.layout import assets
from api.site.layout.pages import Pages

PAGES = Pages(__package__, style=assets.read(__package__, "data.css"))
