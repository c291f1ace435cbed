from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WIRE = ROOT / "devices" / "wire"


@pytest.mark.parametrize("proto", [WIRE / "kiezbox.proto", WIRE / "meshtastic" / "mesh.proto"], ids=lambda at: at.name)
def test_the_generated_readers_are_what_make_proto_writes(proto: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={proto.parent}", str(proto)]

    subprocess.run([*command, f"--python_out={tmp_path}", f"--pyi_out={tmp_path}"], check=True)

    for name in (f"{proto.stem}_pb2.py", f"{proto.stem}_pb2.pyi"):
        assert (proto.parent / name).read_text() == (tmp_path / name).read_text()


def test_the_oldest_protobuf_that_we_allow_can_load_the_generated_reader() -> None:
    generated = re.search(r"Protobuf Python Version: ([\d.]+)", (WIRE / "kiezbox_pb2.py").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    floors = [re.fullmatch(r"protobuf>=([\d.]+)", dependency) for dependency in project["dependencies"]]

    assert generated is not None
    assert [floor[1] for floor in floors if floor] == [generated[1]]
