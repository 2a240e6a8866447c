"""Every command that we tell people to paste is one that their shell reads, as the words that were meant."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from preflight.shells import Into, Note, commands, words_of
from tests.commands.powershell import faults, words
from tests.commands.test_commands_exist import EVERY, UNDONE

SCRIPT = Path(__file__).parents[2] / "preflight" / "collect" / "scripts" / "preflight-collect.ps1"
ODD = (
    "a b",
    "it's",
    "it\u2019s",
    "$(rm)",
    "${env:x}",
    "`n",
    "a;b",
    "a|b",
    "a&b",
    "@x",
    "a,b",
    "#a",
    "-a.b",
    "--a=1.5",
    "caf\u00e9",
    "\u6f22",
    "%PATH%",
    "{a}",
    "a'b\"c",
    ">x",
    "",
)


@pytest.mark.subprocess
def test_bash_reads_every_command() -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here: its parser was not asked")
    lines = [line for each in (*EVERY, *UNDONE) for line in each.bash]
    done = subprocess.run([bash, "-n"], input="\n".join(lines), text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_powershell_reads_every_command() -> None:
    for each in (*EVERY, *UNDONE):
        assert len(each.powershell) == len(each.bash)
        for line in each.powershell:
            # The grammar wants more than a comment.
            assert line.startswith("# ") or faults(line) == [], line


def test_both_shells_read_the_same_words() -> None:
    for each in (*EVERY, *UNDONE):
        for bash, powershell in zip(each.bash, each.powershell, strict=True):
            if words_of(bash):
                assert words(powershell) == [*words_of(bash)]


def test_powershell_reads_the_script_that_collects() -> None:
    assert faults(SCRIPT.read_text(encoding="utf-8")) == []


def test_what_powershell_cannot_read_is_found() -> None:
    assert faults("az x 'unclosed")
    assert faults("a | | b")


@settings(deadline=None)
@example(["a", *ODD])
@given(st.lists(st.sampled_from(ODD) | st.text(st.characters(exclude_categories=("C", "Z")), min_size=1), min_size=1))
def test_odd_names_stay_one_word_each(names: list[str]) -> None:
    written = commands(("az", "x", *names))
    assert shlex.split(written.bash[0]) == ["az", "x", *names]
    assert faults(written.powershell[0]) == []
    assert words(written.powershell[0]) == ["az", "x", *names]


def test_output_into_a_file_and_notes() -> None:
    written = commands(Note("say\nthis"), Into(("kubectl", "get", "x"), "a b.yaml"))
    assert written.bash == ("# say this", "kubectl get x > 'a b.yaml'")
    assert written.powershell == written.bash
    assert words_of(written.bash[0]) == ()
    assert words_of(written.bash[1]) == ("kubectl", "get", "x", ">", "a b.yaml")
    assert words_of("echo 'unclosed") == ()


@pytest.mark.subprocess
def test_bash_takes_odd_names_literally(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    names = [name for name in ODD if name]
    line = commands(("printf", "%s\\n", *names)).bash[0]
    done = subprocess.run([bash], input=line, text=True, capture_output=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines() == names
    assert not re.search("x", " ".join(path.name for path in tmp_path.iterdir()))
