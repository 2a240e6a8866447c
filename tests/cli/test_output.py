import os
import stat
from pathlib import Path

import pytest

from preflight.cli.output import Output, parse, write_whole
from preflight.errors import UsageError


def test_text_goes_to_stdout_unless_another_format_claims_it() -> None:
    assert parse(()) == (Output("text", None),)
    assert parse(("junit=r.xml",)) == (Output("text", None), Output("junit", "r.xml"))
    assert parse(("json", "text=r.txt")) == (Output("json", None), Output("text", "r.txt"))


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (("json", "junit"), "both go to stdout"),
        (("yaml",), "no such format"),
        (("json=",), "file name is missing"),
        (("json=a", "junit=a"), "one file"),
    ],
)
def test_contradictions_are_told(wanted: tuple[str, ...], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        parse(wanted)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    write_whole(str(target), b"first")
    target.chmod(0o640)
    write_whole(str(target), b"second")
    assert target.read_bytes() == b"second"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    with pytest.raises(OSError, match="No such file"):
        write_whole(str(tmp_path / "missing" / "report.json"), b"third")
    assert os.listdir(tmp_path) == ["report.json"]  # noqa: PTH208 - names only
