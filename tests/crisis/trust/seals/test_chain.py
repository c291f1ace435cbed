"""The hash chain: every change of a log changes it, and a code is what people can read aloud."""

from __future__ import annotations

import dataclasses
from uuid import uuid4

import pytest

from crisis.log.records import LogRecord
from crisis.model import events
from crisis.model.log_bodies import EntryWritten
from crisis.trust import signatures
from crisis.trust.seals import chain
from crisis.trust.seals.chain import Link
from tests.crisis.support.examples import event

RECORDS = [LogRecord(seq, events.encode(event(EntryWritten(f"Lage {seq}"), seq)), 1_000 * seq) for seq in (1, 2, 5, 9)]


def head(records: list[LogRecord]) -> bytes:
    link = Link()
    for record in records:
        link = link.followed_by(record)
    return link.head


def test_the_chain_says_how_far_it_goes() -> None:
    link = Link().followed_by(RECORDS[0]).followed_by(RECORDS[2])

    assert (link.seq, link.count) == (5, 2)


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 6},
        {"received_ms": 1},
        {"via": "71-01/x"},
        *({"encoded": dataclasses.replace(RECORDS[2].encoded, **field)} for field in (
            {"id": uuid4()}, {"node": "71-01"}, {"at_ms": 1}, {"clock_ms": 1}, {"actor": "bert"}, {"kind": "lage"},
            {"body": RECORDS[2].encoded.body.replace("Lage", "lage")},
        )),
    ],
    ids=repr,
)  # fmt: skip
def test_whatever_is_changed_of_an_event_changes_the_head(change: dict[str, object]) -> None:
    changed = [*RECORDS[:2], dataclasses.replace(RECORDS[2], **change), RECORDS[3]]  # type: ignore[arg-type]  # fields of a record

    assert head(changed) != head(RECORDS)


def test_dropping_swapping_and_inserting_change_the_head() -> None:
    first, second, *rest = RECORDS
    heads = [head(each) for each in (RECORDS, [first, *rest], [second, first, *rest], [first, first, second, *rest])]

    assert len(set(heads)) == 4


def test_a_signature_that_comes_later_changes_nothing() -> None:
    signed = [dataclasses.replace(each, encoded=dataclasses.replace(each.encoded, serial=5, signature=b"x" * 64))
              for each in RECORDS]  # fmt: skip

    assert head(signed) == head(RECORDS)


def test_an_event_of_which_only_the_hash_is_known_continues_the_chain() -> None:
    record = RECORDS[0]
    known = Link().with_hash(signatures.digest(record.encoded), record.seq, record.received_ms, record.via)

    assert known == Link().followed_by(record)


def test_a_code_is_read_as_people_type_it() -> None:
    link = Link().followed_by(RECORDS[0])

    assert link.code == chain.code_of(link.head.hex())
    assert len(link.code) == 19
    for typed in (link.code, link.code.upper(), link.code.replace("-", " "), f" {link.code.replace('-', '')}\n"):
        assert chain.read_code(typed) == link.head.hex()[:16]
    for typed in ("", "3f9a", link.code + "0", link.code[:-1] + "g"):
        assert chain.read_code(typed) is None
