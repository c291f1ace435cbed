"""Statements over every set but Observations: small tables, counted exactly."""

from api.sensorthings import expressions, pages
from api.sensorthings.expressions import Kind
from api.sensorthings.options import Options
from api.sensorthings.pages import Source, Statement
from api.sensorthings.translation import Parameters, Scope, Translator
from kiezbox import sql

_UNORDERED = (Kind.POINT, Kind.AREA, Kind.GEOMETRY, Kind.NULL)


def select(source: Source, options: Options, limit: int) -> Statement:
    """Rows of a set for each parent, one more than `limit` where there are more. Raises a 400 problem."""
    parameters = Parameters()
    parents = parameters.add(list(source.links), f"{source.link_type}[]")
    translator = Translator("$filter", parameters)
    conditions = _conditions(source, options, parameters, translator)
    after = pages.read_token(source.entity, options, int if source.entity.key_type == "integer" else str)
    if after is not None:
        conditions += f" AND t.key > {parameters.add(after[0], source.entity.key_type)}"
    text = sql.load("api.sensorthings", "listed").format(
        parents=parents,
        source=source.entity.source,
        conditions=conditions,
        order=ordering(Translator("$orderby", parameters), Scope(source.entity, "t"), options, "t.key"),
        extra=f", {source.entity.extra}" if source.entity.extra else "",
        limit=parameters.add(limit + 1, "bigint"),
        skip=parameters.add(options.skip, "bigint"),
    )
    return Statement(text, parameters.values, translator.searches_readings)


def count(source: Source, options: Options) -> Statement:
    """How many rows of a set each parent has. Raises a 400 problem."""
    parameters = Parameters()
    parents = parameters.add(list(source.links), f"{source.link_type}[]")
    translator = Translator("$filter", parameters)
    conditions = _conditions(source, options, parameters, translator)
    text = sql.load("api.sensorthings", "listed_counts").format(
        parents=parents, source=source.entity.source, conditions=conditions
    )
    return Statement(text, parameters.values, translator.searches_readings)


def ordering(translator: Translator, scope: Scope, options: Options, *last: str) -> str:
    """The ORDER BY of $orderby, made total by `last`; nothing comes before something (OData 4, 11.2.5.2)."""
    parts = []
    for tree, is_descending in options.orderby:
        term = translator.term(tree, scope)
        if term.kind in _UNORDERED:
            raise expressions.mistake("$orderby", f"cannot order by {term.kind}", tree.at)
        if not expressions.paths(tree):
            raise expressions.mistake("$orderby", "a property is needed", tree.at)
        parts.append(f"{term.text} {'DESC NULLS LAST' if is_descending else 'ASC NULLS FIRST'}")
    return ", ".join((*parts, *last))


def _conditions(source: Source, options: Options, parameters: Parameters, translator: Translator) -> str:
    conditions = ["true"]
    if source.link is not None:
        conditions.append(f"t.{source.link} = parent.link")
    elif source.key is None:
        conditions.append(source.entity.listed.format("t"))
    if source.key is not None:
        conditions.append(f"t.key = {parameters.add(source.key, source.entity.key_type)}")
    if options.filter is not None:
        conditions.append(translator.condition(options.filter, Scope(source.entity, "t")))
    return " AND ".join(conditions)
