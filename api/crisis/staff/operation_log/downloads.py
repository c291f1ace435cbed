"""The operation log as files: a table for spreadsheets, and the sealed log for `kiezbox crisis verify`."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from api.crisis.auth import access
from api.crisis.auth.principal import Principal
from api.crisis.deps import ServedNode
from api.crisis.refusals import PageRefusalError
from api.crisis.staff import labels, rendering
from api.crisis.staff.form_parsing import FieldError
from api.crisis.staff.labels import operation_log as log_labels
from api.crisis.staff.operation_log import printing, selection
from api.crisis.staff.operation_log.lines import Line
from api.crisis.staff.operation_log.selection import Selection
from api.http import csv_cells, problems
from crisis.model import event_bodies
from crisis.model.roles import Right
from crisis.node import Node
from crisis.trust.seals import sealing
from crisis.trust.seals.exported_log import About, Writer
from translations import berlin
from translations.marks import N_
from translations.words import Words

router = APIRouter(include_in_schema=False)

_MAY_EXPORT = access.requires(Right.EXPORT_LOG)
Exporter = Annotated[Principal, Depends(_MAY_EXPORT)]
COLUMNS = (
    *("nr", "zeit", "eingang", "knoten", "von", "an", "funktion", "vorrang", "qualitaet", "art", "text", "bezug"),
    *("gestrichen", "hash"),
)
_SEPARATOR, _ROW_END, _MARK = ";", "\r\n", "\N{BYTE ORDER MARK}"
_PAGE = 500


@router.get(f"{printing.PATH}.csv")
async def download_table(request: Request, principal: Exporter, node: ServedNode) -> Response:
    """The chosen lines as a table, the oldest first."""
    words = rendering.words_of(request)
    try:
        wanted = selection.read(dict(request.query_params))
    except FieldError as error:
        row = PageRefusalError(error.reason).row
        text = words.text(labels.REFUSALS[row.text]).format(words.text(labels.FIELDS[error.about]))
        raise problems.plain(row.status, text) from None
    return _file(_table(node, wanted, words, principal), "text/csv; charset=utf-8", _name(node, "csv"))


@router.get(f"{printing.PATH}.jsonl")
async def download_log(principal: Exporter, node: ServedNode) -> Response:
    """The whole log of this node with its hash chain: `kiezbox crisis verify` checks it."""
    return _file(_log(node, principal), "application/jsonl", _name(node, "jsonl"))


def _file(content: AsyncIterator[bytes], media_type: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(content, media_type=media_type, headers=headers)


def _name(node: Node, ending: str) -> str:
    return f"tagebuch-{node.name}-{berlin.local(node.now()):%Y%m%d-%H%M}.{ending}"


# -- the table -------------------------------------------------------------------------------------------------------


async def _table(node: Node, wanted: Selection, words: Words, principal: Principal) -> AsyncIterator[bytes]:
    yield (_MARK + _SEPARATOR.join(COLUMNS) + _ROW_END).encode()
    async for part in selection.all_of(node, wanted, words):
        yield "".join(map(_row, (_cells(line, words) for line in part))).encode()
    link = await node.sealing.link()
    exported = words.text(N_("Exported by %(name)s"), name=principal.account)
    cells = dict.fromkeys(COLUMNS, "") | {
        "zeit": _time(node.now()),
        "knoten": node.name,
        "von": principal.account,
        "text": f"{exported}. {words.text(N_('Seal'))} {link.code}",
    }
    yield _row(list(cells.values())).encode()


def _row(cells: list[str]) -> str:
    return _SEPARATOR.join(csv_cells.cell(cell, _SEPARATOR) for cell in cells) + _ROW_END


def _time(at: datetime) -> str:
    """A time in Berlin with its offset: no two moments look the same."""
    return berlin.local(at).isoformat(timespec="seconds")


def _cells(line: Line, words: Words) -> list[str]:
    entry, strike = line.entry, line.strike
    kind = words.text(line.kind)
    is_here_late = line.is_late or line.is_late_here
    return [
        str(line.number),
        _time(line.at),
        _time(line.received_at if line.is_late_here else line.entered_at) if is_here_late else "",
        line.node,
        line.sender,
        entry.recipient,
        entry.function or "",
        words.text(log_labels.PRIORITIES[entry.priority]),
        words.text(log_labels.QUALITIES[entry.quality]) if entry.quality else "",
        f"{words.text(N_('EXERCISE'))}: {kind}" if line.is_exercise else kind,
        line.text,
        " ".join(printing.reference(each, words) for each in line.references),
        "" if strike is None else f"{strike.by} {_time(strike.at)}: {strike.reason}",
        line.hash,
    ]


# -- the log ---------------------------------------------------------------------------------------------------------


async def _log(node: Node, principal: Principal) -> AsyncIterator[bytes]:
    now_ms = event_bodies.milliseconds(node.now())
    rewritten = node.log.marks().get(sealing.REWRITTEN, 0)
    about = About(node.name, node.log.id, principal.account, now_ms, rewritten)
    writer = Writer(about, node.directory, node.book)
    yield writer.first()
    seq, until = 0, node.log.head
    while seq < until and (page := await node.log.after(seq, _PAGE)):
        found = [record for record in page if record.seq <= until]
        seq = page[-1].seq
        yield b"".join(writer.lines(found))
    yield writer.last()
