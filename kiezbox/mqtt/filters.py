"""Topic filters. On NATS one that ends in `#` costs two consumers, of which six have room in a session."""

from __future__ import annotations

from paho.mqtt.client import topic_matches_sub


def deeper(topic_filter: str) -> str:
    """All topics that have one level or more below those of a filter."""
    return f"{topic_filter}/+/#"


def below(root: str) -> str:
    """A topic and all topics below it."""
    return f"{root}/#"


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a filter brings what is published on a topic. The filter has no `$share`."""
    return topic_matches_sub(topic_filter, topic)
