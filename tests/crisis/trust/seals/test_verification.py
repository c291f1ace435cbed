"""An exported log: whole as it was written, and whatever is changed in it, or in the log before, is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.log.file import Item, Job
from crisis.model import commands
from crisis.model.account_bodies import SignedIn
from crisis.model.event_bodies import DistressReceived
from crisis.model.log_bodies import EntryWritten, SealReason
from crisis.state.rules import Refusal
from crisis.trust import signatures, words
from crisis.trust.seals import chain, exported_log, verification
from crisis.trust.seals.verification import NotALogError, verify
from tests.crisis.support import exported, tampering
from tests.crisis.support.examples import ANNA
from tests.crisis.support.exported import changed

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.node import Node
    from crisis.trust.seals.verification import BadLine

    Open = Callable[..., AbstractAsyncContextManager[Node]]


async def fill(node: Node, first: int = 1, last: int = 5) -> None:
    """Entries, a call, a sign-in and a seal: events 1 to 7, and the seal as event 8."""
    for number in range(first, last + 1):
        assert not isinstance(await node.act(commands.WriteEntry(EntryWritten(f"Lage {number}")), ANNA), Refusal)
    await node.receive(DistressReceived(text="Frau M."))
    await node.record(SignedIn("anna"), "anna")
    await node.seal(SealReason.HANDOVER, "anna")


@pytest.fixture
async def lines(node: Node) -> list[bytes]:
    await fill(node)
    return await exported.lines_of(node)


def bad(lines: list[bytes], seal: str | None = None) -> BadLine:
    found = verify(lines, seal).bad
    assert found is not None
    return found


async def test_a_log_is_whole_as_it_was_written(node: Node, lines: list[bytes]) -> None:
    found = verify(lines)

    assert found.is_whole
    assert (found.node, found.log, found.link.count, found.seals, found.sealed) == ("hub", str(node.log.id), 8, 1, 7)
    assert (found.by_hash, found.withheld, found.unsigned, found.rewritten) == (1, 0, 0, 0)


async def test_what_happened_to_accounts_is_there_by_its_hash_only(lines: list[bytes]) -> None:
    signed_in = json.loads(lines[7])

    assert set(signed_in) == {"seq", "received_at", "via", "kind", "hash", "chain"}


@pytest.mark.parametrize("line", range(1, 9))
async def test_one_byte_of_a_body_changed_in_the_file_is_named(lines: list[bytes], line: int) -> None:
    entry = json.loads(lines[line])
    if "body" not in entry:
        return
    lines[line] = changed(lines[line], body=entry["body"].replace("1", "7", 1) + " ")

    found = bad(lines)

    assert (found.line, found.seq, found.number) == (line + 1, line, entry.get("number"))


async def test_one_byte_of_a_body_changed_on_the_disk_with_a_mended_checksum_is_named(open_node: Open) -> None:
    async with open_node() as node:
        await fill(node)
        folder = node.settings.folder
    tampering.change(folder, 3, "Lage 3", "Lage 4")
    async with open_node() as node:
        lines = await exported.lines_of(node)

    found = bad(lines)

    assert (found.seq, found.number) == (3, 3)
    assert "signature" in found.why


async def test_what_was_changed_on_the_disk_does_not_fit_the_seal_even_without_signatures(open_node: Open) -> None:
    async with open_node() as node:
        await fill(node)
        await fill(node, 11, 15)
        folder = node.settings.folder
    tampering.change(folder, 9, "Lage 11", "Lage 12")
    async with open_node() as node:
        made = [changed(line, serial=None, signature=None) for line in (await exported.lines_of(node))[1:-1]]
        whole = await exported.lines_of(node)

    found = bad([whole[0], *made, whole[-1]])

    assert found.seq == 16  # the second seal: what lies between the first one and it is not what it was
    assert "between 8 and 15" in found.why


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda lines: [*lines[:3], *lines[4:]], 4),  # dropped
        (lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]], 4),  # swapped
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], 4),  # inserted
        (lambda lines: lines[:-1], 10),  # cut off
        (lambda lines: [*lines[:-2], lines[-1]], 9),  # the last event left out
        (lambda lines: [*lines, lines[3]], 11),
        (lambda lines: [*lines[:3], b"{", *lines[4:]], 4),
        (lambda lines: [*lines[:3], b"[" * 100_000, *lines[4:]], 4),
        (lambda lines: [*lines[:3], b"7", *lines[4:]], 4),
    ],
)
async def test_a_line_that_is_dropped_swapped_or_inserted_is_named(
    lines: list[bytes], change: Callable[[list[bytes]], list[bytes]], line: int
) -> None:
    assert bad(change(lines)).line == line


async def test_whoever_computes_all_hashes_anew_is_found_by_the_seal_on_paper(lines: list[bytes]) -> None:
    code = json.loads(lines[-1])["seal"]
    forged: list[bytes] = [lines[0]]
    link = chain.Link()
    for line in lines[1:-1]:
        entry = {name: value for name, value in json.loads(line).items() if name not in {"serial", "signature"}}
        if "body" in entry:
            entry["body"] = entry["body"].replace("Lage 2", "Lage 9")
            entry["hash"] = signatures.digest(verification._read(entry, entry["kind"])).hex()
        link = link.with_hash(bytes.fromhex(entry["hash"]), entry["seq"], entry["received_at"], entry["via"])
        forged.append(changed(json.dumps(entry | {"chain": link.head.hex()}).encode()))
    without_seals = [line for line in forged if b"log_sealed" not in line]
    end = {"end": True, "count": 7, "head": json.loads(without_seals[-1])["chain"], "seal": ""}

    found = verify([*without_seals, json.dumps(end).encode()], chain.read_code(code))

    assert found.bad is None
    assert not found.is_whole


async def test_yesterday_s_seal_fits_today_s_longer_log(node: Node, lines: list[bytes]) -> None:
    yesterday = chain.read_code(json.loads(lines[-1])["seal"])
    await fill(node, 11, 15)

    found = verify(await exported.lines_of(node), yesterday)

    assert found.is_whole
    assert found.matched is not None
    assert (found.matched.seq, found.link.seq) == (8, 16)


async def test_another_node_with_the_same_events_has_other_heads_and_the_same_hashes(
    lines: list[bytes], open_node: Open, node: Node
) -> None:
    async with open_node("other") as other:
        records = await node.log.after(0, 100)
        await other.log.append(Job(tuple(Item(each.encoded, each.received_ms, "hub/x") for each in records)))
        theirs = [json.loads(line) for line in await exported.lines_of(other)]
    ours = [json.loads(line) for line in lines]

    assert [line["hash"] for line in theirs[1:-1]] == [line["hash"] for line in ours[1:-1]]
    assert theirs[-1]["head"] != ours[-1]["head"]


async def test_an_event_without_its_words_is_counted(node: Node) -> None:
    await node.receive(DistressReceived(text="Frau M."))
    (record,) = await node.log.after(0, 1)
    withheld = words.withheld(record.encoded, node.identity)
    writer = exported_log.Writer(exported_log.About("hub", uuid4(), "anna", 0, 0), node.directory, node.book)
    moved = type(record)(1, withheld, 0)

    assert verify([writer.first(), *writer.lines([moved]), writer.last()]).withheld == 1


@pytest.mark.parametrize(
    "head",
    [b"", b"hello", b"[]", b"{}", b'{"kiezbox-log":"1"}', b'{"kiezbox-log":0}', b'{"kiezbox-log":2}',
     b'{"kiezbox-log":1,"rewritten":0,"hub":{"name":"hub","key":"x"},"certificates":[]}',
     b'{"kiezbox-log":1,"rewritten":0,"hub":{"name":"hub","key":""},"certificates":["x.y"]}',
     b'{"kiezbox-log":1,"rewritten":0,"hub":7}', b'{"kiezbox-log":1}'],
)  # fmt: skip
def test_another_file_is_no_log(head: bytes) -> None:
    with pytest.raises(NotALogError):
        verify([head])


HEAD = b'{"kiezbox-log":1,"node":"hub","log":"x","rewritten":0,"hub":null,"certificates":[]}'
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=3), each, max_size=3),
    max_leaves=5,
)
_fields = (
    "seq",
    "received_at",
    "via",
    "kind",
    "id",
    "node",
    "at",
    "clock_at",
    "actor",
    "body",
    "hash",
    "end",
    "serial",
)


@given(st.lists(st.dictionaries(st.sampled_from(_fields), _json), max_size=3))
def test_whatever_a_file_holds_ends_in_a_finding(entries: list[dict[str, object]]) -> None:
    assert verify([HEAD, *(json.dumps(each).encode() for each in entries)]).bad is not None
