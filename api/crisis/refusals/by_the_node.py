"""How refusals of the node (crisis/state/rules.py) are answered."""

from types import MappingProxyType

from api.crisis.refusals.reasons import Row, Table
from api.http.problems import Slug
from crisis.state.rules import Why

# Status, slug, sentence.
_BY_THE_NODE = {
    Why.NOT_ALLOWED: (403, Slug.REFUSED, "Your role may not do this; the right that it takes is {detail}."),
    Why.OUTSIDE_AREAS: (
        403,
        Slug.REFUSED,
        "This box decides only about itself and these areas: {detail}. Do it at the hub.",
    ),
    Why.BAD_VALUE: (422, Slug.REFUSED, "A value is not possible. {detail}"),
    Why.UNKNOWN: (404, Slug.UNKNOWN_THING, "Nothing here has the id {detail}."),
    Why.NEEDS_SECOND_PERSON: (
        409,
        Slug.REFUSED,
        "An emergency takes two people: propose it, and let somebody else confirm it. A commander may set it alone.",
    ),
    Why.NEEDS_SECOND_PERSON_TO_END: (
        409,
        Slug.REFUSED,
        "Ending an emergency of the whole city takes two people: propose it, and let somebody else confirm it.",
    ),
    Why.NOTHING_TO_END: (
        409,
        Slug.REFUSED,
        "There is no emergency of the whole city to end, and only that takes a proposal: set the mode.",
    ),
    Why.SAME_DEVICE: (
        409,
        Slug.REFUSED,
        "{detail} proposed this from the same device less than ten minutes ago: confirm it on another one, or later.",
    ),
    Why.MADE_BY_OTHER: (
        409,
        Slug.REFUSED,
        "The other person made the account {detail} or gave it access within the last day: somebody else must confirm.",
    ),
    Why.UNKNOWN_MAKER: (
        409,
        Slug.REFUSED,
        "{detail} proposed this elsewhere, and this box does not know who made that account: confirm it at the hub.",
    ),
    Why.OWN_PROPOSAL: (409, Slug.REFUSED, "You proposed this yourself: somebody else must confirm it."),
    Why.PROPOSAL_LAPSED: (
        409,
        Slug.REFUSED,
        "This proposal is older than an hour. Propose it again, as things are now.",
    ),
    Why.ALREADY_PROPOSED: (409, Slug.REFUSED, "This is proposed already: confirm the proposal {detail}."),
    Why.ALREADY_SO: (409, Slug.REFUSED, "Nothing would change: it is so already."),
    Why.IS_WITHDRAWN: (409, Slug.REFUSED, "The notice was withdrawn ({detail}). Publish a new one."),
    Why.IS_REPLACED: (409, Slug.REFUSED, "The notice was replaced by {detail}: change that one."),
    Why.IS_OVER: (409, Slug.REFUSED, "It would end in the past ({detail})."),
    Why.IS_CLOSED: (409, Slug.REFUSED, "It is closed already. {detail}"),
    Why.IS_TAKEN: (409, Slug.REFUSED, "{detail} has taken this call. Send `over`: true to take it over."),
    Why.IS_STRUCK: (409, Slug.REFUSED, "{detail} has struck this line through already."),
    Why.NOT_A_LINE: (
        409,
        Slug.REFUSED,
        "Only a line of the operation log can be struck through, and a line that strikes another cannot.",
    ),
    Why.MIXED_EXERCISE: (
        409,
        Slug.REFUSED,
        "A call or report of a drill cannot belong to a real incident, nor a real one to an incident of a drill.",
    ),
    Why.NOT_TAKEN: (409, Slug.REFUSED, "Somebody must take the call before it can be closed."),
    Why.NOT_CLOSED: (409, Slug.REFUSED, "The call is not closed: only a closed one can be opened again."),
}

ROWS: Table = MappingProxyType(
    {
        why: Row(status, f"why_{why.value}", slug, "Not done", detail)
        for why, (status, slug, detail) in _BY_THE_NODE.items()
    }
)
