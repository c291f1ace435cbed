"""The users of a Mosquitto: a password file and an ACL file for each of its two listeners. Pure.

Boxes and the hub have a listener each (`per_listener_settings true`). On the boxes' one a client's id is its user name
(`use_username_as_clientid true`), so that no box takes the session of another; on the hub's one no box is known.

Mosquitto reads an ACL file in a time that grows with the square of the users in it, and answers nobody meanwhile: 17 s
for 10,000 boxes. So what all boxes may do for themselves is in patterns, and only who may do something else is named.
Here a box may read any bulletin: they are public, and a line for each box's district would be for each box.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stack.broker import rights
from stack.broker.rights import Rights

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stack.broker.users import User

BOX_PASSWORDS, BOX_ACL = "kiezbox-boxes.passwords", "kiezbox-boxes.acl"
HUB_PASSWORDS, HUB_ACL = "kiezbox-hub.passwords", "kiezbox-hub.acl"
BULLETINS = "kb/v1/+/bulletin"
_ANY = "any"  # a name that stands for all while the patterns are made
_HEAD = "# Written by `kiezbox broker apply`: what is changed here is lost at the next one.\n"


def render(users: Iterable[User], anonymous: Rights | None = None) -> dict[str, str]:
    """Each file's text by its name. `anonymous`: what any client may do at the boxes' listener, with any name or none.

    Such clients come in only where that listener has `allow_anonymous true`, no `password_file`, and takes client ids
    as they are. Mosquitto grants any subscription, and then delivers only what may be read.
    """
    found = list(users)
    boxes, hub = [user for user in found if user.is_of_box], [user for user in found if not user.is_of_box]
    # Lines before the first user are for clients without a name, patterns for those with one, whatever it is.
    nobody = "" if anonymous is None else "".join((*_topics(anonymous), *_topics(anonymous, "pattern")))
    return {
        BOX_ACL: _HEAD + nobody + _box_acl(boxes),
        HUB_ACL: _HEAD + _acl(hub),
        BOX_PASSWORDS: _passwords(boxes),
        HUB_PASSWORDS: _passwords(hub),
    }


def _passwords(users: Iterable[User]) -> str:
    """A line for each user. One without a password has none: Mosquitto 2.0.11 refuses such a line."""
    return "".join(f"{user.name}:{user.hashes.pbkdf2}\n" for user in users if user.hashes)


def _acl(users: Iterable[User]) -> str:
    return "".join(_section(user.name, _topics(user.rights)) for user in users)


def _box_acl(users: Iterable[User]) -> str:
    """Patterns for all, then sections for those who may do more than their pattern says, or less."""
    patterns = "".join(_topics(_pattern(_ANY), "pattern")).replace(_ANY, "%u")
    return patterns + "".join(_section(user.name, lines) for user in users if (lines := list(_beside_pattern(user))))


def _beside_pattern(user: User) -> Iterator[str]:
    """Lines of what differs from the pattern. Denials count first, and before patterns."""
    given = _pattern(user.name)
    taken = _without(given, user.rights)
    denied = [each for each in (*taken.publish, *taken.subscribe) if each != BULLETINS]
    if len(denied) == len((*given.publish, *given.subscribe)) - 1:  # one line for all of them
        denied = [f"kb/v1/{user.name}/#"]
    yield from (f"topic deny {each}\n" for each in denied)
    yield from _topics(_without(user.rights, given))


def _pattern(name: str) -> Rights:
    """What a sensor of this name may do for itself, and any bulletin."""
    allowed = rights.sensor(name)
    heard = (each for each in allowed.subscribe if each.startswith(f"kb/v1/{name}/"))
    return Rights(allowed.publish, (*heard, BULLETINS))


def _without(some: Rights, others: Rights) -> Rights:
    """The rights that the others do not cover."""
    return Rights(
        tuple(each for each in some.publish if not others.may_publish(each)),
        tuple(each for each in some.subscribe if not others.may_subscribe(each)),
    )


def _section(name: str, lines: Iterable[str]) -> str:
    return f"\nuser {name}\n{''.join(lines)}"


def _topics(allowed: Rights, word: str = "topic") -> Iterator[str]:
    for each in dict.fromkeys((*allowed.publish, *allowed.subscribe)):
        access = "write" if each not in allowed.subscribe else "read" if each not in allowed.publish else "readwrite"
        yield f"{word} {access} {'/'.join(rights.levels(each))}\n"
