"""The users of a Mosquitto: a password file and an ACL file for each of its two listeners. Pure.

Boxes and the hub have a listener each (`per_listener_settings true`). On the boxes' one a client's id is its user name
(`use_username_as_clientid true`), so that no box takes the session of another; on the hub's one no box is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stack.broker import rights

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stack.broker.rights import Rights
    from stack.broker.users import User

BOX_PASSWORDS, BOX_ACL = "kiezbox-boxes.passwords", "kiezbox-boxes.acl"
HUB_PASSWORDS, HUB_ACL = "kiezbox-hub.passwords", "kiezbox-hub.acl"
_HEAD = "# Written by `kiezbox broker apply`: what is changed here is lost at the next one.\n"


def render(users: Iterable[User], anonymous: Rights | None = None) -> dict[str, str]:
    """Each file's text by its name. `anonymous`: rights of clients without a name at the boxes' listener.

    Such clients come in only where that listener has `allow_anonymous true` and takes client ids as they are. Mosquitto
    grants any subscription, and then delivers only what may be read.
    """
    found = list(users)
    boxes, hub = [user for user in found if user.is_of_box], [user for user in found if not user.is_of_box]
    nobody = "" if anonymous is None else "".join(_topics(anonymous))
    return {
        BOX_ACL: _HEAD + nobody + _acl(boxes),
        HUB_ACL: _HEAD + _acl(hub),
        BOX_PASSWORDS: _passwords(boxes),
        HUB_PASSWORDS: _passwords(hub),
    }


def _passwords(users: Iterable[User]) -> str:
    """A line for each user. One without a password signs in with any."""
    return "".join(f"{user.name}:{user.hashes.pbkdf2 if user.hashes else ''}\n" for user in users)


def _acl(users: Iterable[User]) -> str:
    return "".join(f"\nuser {user.name}\n{''.join(_topics(user.rights))}" for user in users)


def _topics(allowed: Rights) -> Iterator[str]:
    for each in dict.fromkeys((*allowed.publish, *allowed.subscribe)):
        access = "write" if each not in allowed.subscribe else "read" if each not in allowed.publish else "readwrite"
        yield f"topic {access} {'/'.join(rights.levels(each))}\n"
