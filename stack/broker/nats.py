"""The users of a NATS server, as the file that its configuration includes. Pure.

`include "kiezbox-users.conf"` in the server's own file takes it in. A reload ends the connections of those users only
whose password or rights changed, or who are gone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from stack.broker import rights
from stack.broker.rights import Rights

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stack.broker.users import User

FILE = "kiezbox-users.conf"
# The user whose rights a client has that gives neither name nor password. The server's own file names it (`mqtt {
# no_auth_user }`), which only a restart changes; so it is always among the users, and closed by the way it may connect.
ANONYMOUS = "anonymous"
_NEVER = ["LEAFNODE"]  # no client of MQTT
_NOTHING: dict[str, list[str]] = {"deny": [">"]}
_NO_QUEUE: dict[str, list[str]] = {"deny": ["$MQTT.sub.>"]}  # where the server delivers what is subscribed with QoS 1
_HEAD = """\
# Written by `kiezbox broker apply` from the table box_credential: what is changed here is lost at the next one.
# Users sign in over MQTT alone. What is not allowed is refused, all of $JS and $SYS with it.
"""


def render(users: Iterable[User], anonymous: Rights | None = None) -> str:
    """The whole file, one line for each user. `anonymous`: rights of clients without name and password; None: refused.

    NATS confirms a message on a forbidden topic as it confirms any other, and drops it: the sender does not notice.
    """
    entries = [_entry(each.name, each.hashes.bcrypt if each.hashes else "", each.rights) for each in users]
    nobody = _entry(ANONYMOUS, "", anonymous or Rights())
    entries.append(nobody if anonymous is not None else nobody | {"allowed_connection_types": _NEVER})
    listed = "".join(f"    {json.dumps(each, ensure_ascii=False)}\n" for each in entries)
    return f"{_HEAD}authorization {{\n  users: [\n{listed}  ]\n}}\n"


def _entry(name: str, password: str, allowed: Rights) -> dict[str, object]:
    return {
        "user": name,
        "password": password,
        "allowed_connection_types": ["MQTT"],
        "permissions": {
            "publish": _subjects(allowed.publish),
            "subscribe": _subscriptions(allowed),
        },
    }


def _subscriptions(allowed: Rights) -> dict[str, list[str]]:
    if not allowed.subscribe:
        return _NOTHING
    return _subjects(allowed.subscribe) | ({} if allowed.is_queued else _NO_QUEUE)


def _subjects(filters: Iterable[str]) -> dict[str, list[str]]:
    """An allow list; an empty one would allow everything."""
    found = list(dict.fromkeys(subject for each in filters for subject in _subjects_of(each)))
    return {"allow": found} if found else _NOTHING


def _subjects_of(topic_filter: str) -> list[str]:
    """NATS's subjects for a filter. `a/#` also matches `a` [MQTT-4.7.1-2], which to NATS is another subject."""
    levels = ["*" if level == "+" else level for level in rights.levels(topic_filter)]
    if levels[-1] != "#":
        return [".".join(levels)]
    return [*([".".join(levels[:-1])] if levels[1:] else []), ".".join([*levels[:-1], ">"])]
