from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TILES = Path(__file__).parents[4] / "api" / "maps" / "tiles"


@pytest.mark.parametrize("name", ["vector_tile_pb2.py", "vector_tile_pb2.pyi"])
def test_the_generated_reader_is_what_make_proto_writes(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={TILES}", str(TILES / "vector_tile.proto")]

    subprocess.run([*command, f"--python_out={tmp_path}", f"--pyi_out={tmp_path}"], check=True)

    assert (TILES / name).read_text() == (tmp_path / name).read_text()
