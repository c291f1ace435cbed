"""Absolute addresses of entities and pages, as the standard wants them (18-088, 9.2)."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from api.sensorthings import addresses
from api.sensorthings.addresses import Key
from api.sensorthings.entities import EntitySet
from api.sensorthings.options import Options
from api.sensorthings.pages import Page
from api.sensorthings.shapes import Json

_QUOTE = "'"
_UNCHANGED = "/'(),$@"


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses under `root`, the address by which this client reached the service."""

    root: str

    def set(self, name: str) -> str:
        """The address of an entity set."""
        return f"{self.root}/{name}"

    def path(self, path: str) -> str:
        """The address of a resource path."""
        return f"{self.root}/{quote(path, safe=_UNCHANGED)}"

    def entity(self, entity: EntitySet, key: Key) -> str:
        """The address of one entity."""
        return f"{self.root}/{entity.name}({quote(addresses.quoted(key), safe=_QUOTE)})"

    def control(self, address: str, options: Options, page: Page) -> Json:
        """Count and next link of a page of the collection at `address`, as far as it has them."""
        found: Json = {}
        if page.count is not None:
            found["@iot.count"] = page.count
        if page.count_at_least is not None:
            found["@kiezbox.countAtLeast"] = page.count_at_least
        if page.following is not None:
            kept = {name: value for name, value in options.given.items() if name not in ("$skip", "$skiptoken")}
            query = urlencode({**kept, **page.following}, safe="$,()/'", quote_via=quote)
            found["@iot.nextLink"] = f"{address}?{query}"
        return found
