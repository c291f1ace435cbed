"""Statements over every set but Observations: small tables, counted exactly."""

from api.sensorthings import expressions, pages
from api.sensorthings.expressions import Kind
from api.sensorthings.options import Options
from api.sensorthings.pages import Source, Statement
from api.sensorthings.translation import Parameters, Scope, Translator

_UNORDERED = (Kind.POINT, Kind.AREA, Kind.GEOMETRY, Kind.NULL)


def select(source: Source, options: Options, limit: int) -> Statement:
    """Rows of a set for each parent, one more than `limit` where there are more. Raises a 400 problem."""
    parameters = Parameters()
    parents = parameters.add(list(source.links), f"{source.link_type}[]")
    translator = Translator("$filter", parameters)
    where = _where(source, options, parameters, translator)
    after = pages.read_token(source.entity, options, int if source.entity.key_type == "integer" else str)
    if after is not None:
        where += f" AND t.key > {parameters.add(after[0], source.entity.key_type)}"
    order = ordering(Translator("$orderby", parameters), Scope(source.entity, "t"), options, "t.key")
    extra = f", {source.entity.extra}" if source.entity.extra else ""
    return Statement(
        f"""SELECT parent.place AS parent, shown.*{extra}
FROM unnest({parents}) WITH ORDINALITY AS parent (link, place)
CROSS JOIN LATERAL (
    SELECT t.*, row_number() OVER (ORDER BY {order}) AS position
    FROM {source.entity.source} AS t
    WHERE {where}
    ORDER BY {order}
    LIMIT {parameters.add(limit + 1, "bigint")} OFFSET {parameters.add(options.skip, "bigint")}
) AS shown
ORDER BY parent.place, shown.position""",  # noqa: S608 -- made of our own tables' names; every value is bound
        parameters.values,
        translator.searches_readings,
    )


def count(source: Source, options: Options) -> Statement:
    """How many rows of a set each parent has. Raises a 400 problem."""
    parameters = Parameters()
    parents = parameters.add(list(source.links), f"{source.link_type}[]")
    translator = Translator("$filter", parameters)
    where = _where(source, options, parameters, translator)
    return Statement(
        f"""SELECT parent.place AS parent, (SELECT count(*) FROM {source.entity.source} AS t WHERE {where}) AS count
FROM unnest({parents}) WITH ORDINALITY AS parent (link, place)
ORDER BY parent.place""",  # noqa: S608 -- made of our own tables' names; every value is bound
        parameters.values,
        translator.searches_readings,
    )


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


def _where(source: Source, options: Options, parameters: Parameters, translator: Translator) -> str:
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
