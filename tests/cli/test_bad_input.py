"""What bad input gets: one sentence on stderr and exit 2, or a finding; never a traceback, never a pass."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from preflight import bundle
from preflight.__main__ import run
from preflight.demo import sample

BOMB = "\n".join(
    ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    + [f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]" for before, name in zip("abcdef", "bcdefg", strict=True)]
)
NAMED = {
    "truncated.json": (b'{"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"na', "cut off"),
    "binary": (bytes(range(256)) * 40, "binary"),
    "bomb.yaml": (BOMB.encode(), "aliases"),
    "table.txt": (b"NAME   STATUS   ROLES   AGE   VERSION\nn0   Ready   <none>   1d   v1.33.2\n", "-o json"),
    "prose.md": (b"# Notes\n\nnothing here\n", "expected"),
}


def told(capsys: pytest.CaptureFixture[str]) -> str:
    shown = capsys.readouterr()
    assert "Traceback" not in shown.out + shown.err
    return shown.err


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_named_file_that_cannot_be_used_is_exit_2(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, word = NAMED[name]
    path = tmp_path / name
    path.write_bytes(content)
    assert run(["run", str(path), "--stage", "enable"]) == 2
    said = told(capsys)
    assert name in said
    assert word in said
    assert said.count("\n") == 1


def test_a_kind_that_nothing_reads_is_said_and_passes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wrong-kind.json"
    path.write_text('{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}')
    assert run(["run", str(path), "--stage", "enable"]) == 3
    shown = capsys.readouterr().out
    assert "not used" in shown
    assert " pass " not in shown


def test_a_missing_file_and_a_missing_kubeconfig_are_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", str(tmp_path / "none.json")]) == 2
    assert "none.json" in told(capsys)
    assert run(["run", "--kubeconfig", str(tmp_path / "none")]) == 2
    assert "no such kubeconfig" in told(capsys)
    (tmp_path / "config").write_text("clusters: [")
    assert run(["run", "--kubeconfig", str(tmp_path / "config")]) == 2
    assert "a kubeconfig was expected" in told(capsys)


def test_utf_16_as_older_powershell_writes_it_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nodes = {"apiVersion": "v1", "kind": "NodeList", "items": [{"metadata": {"name": "n0"}}]}
    path = tmp_path / "nodes.json"
    path.write_bytes(json.dumps(nodes).encode("utf-16"))
    assert run(["run", str(path), "--stage", "enable", "-o", "json"]) == 3
    assert json.loads(capsys.readouterr().out)["target"]["nodes"] == 1


def test_a_misspelt_key_is_a_finding_with_the_right_spelling(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "values.yaml"
    path.write_text("global:\n  keyvault:\n    enabled: true\n    keyVaultName: kv-1\n")
    assert run(["run", "--offline", "-f", str(path), "-c", "values", "-o", "json"]) == 1
    findings = json.loads(capsys.readouterr().out)["outcomes"]
    [misspelt] = [f for o in findings for f in o["findings"] if f.get("location", {}).get("line") == 4]
    assert misspelt["status"] == "fail"
    assert "keyvaultName" in misspelt["message"] + misspelt["hint"]


@pytest.mark.parametrize(
    "text", ["global: [1, 2]\n", "- a\n- b\n", "a: b: c\n", "\tkey: 1\n", "a: 1\na: 2\n", "global:\n  keyvault: 3\n"]
)
def test_values_in_odd_shapes_get_a_sentence_with_file_and_line_or_a_finding(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(text)
    code = run(["run", "--offline", "-f", str(path)])
    shown = capsys.readouterr()
    assert "Traceback" not in shown.out + shown.err
    assert "internal error" not in shown.err
    if code == 2:
        assert "odd.yaml:" in shown.err
    else:
        assert code in (0, 1, 3)


@pytest.mark.parametrize("form", ["utf-16", "utf-8-sig", "gzip"])
def test_a_result_is_shown_as_powershell_keeps_it(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["demo", "-o", "json"]) == 0
    text = capsys.readouterr().out
    file = tmp_path / "result.json"
    file.write_bytes(gzip.compress(text.encode()) if form == "gzip" else text.encode(form))
    assert run(["report", str(file), "-o", "json"]) == 1
    assert capsys.readouterr().out == text
    assert run(["compare", str(file), str(file)]) == 0


@pytest.mark.parametrize("form", ["utf-16", "gzip"])
def test_a_bundle_given_to_report_is_told_so_in_any_form(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = bundle.encode(sample("verify"))
    file = tmp_path / "b.json"
    file.write_bytes(gzip.compress(data) if form == "gzip" else data.decode().encode(form))
    assert run(["report", str(file)]) == 2
    assert "is a bundle, not a result; judge it: cluedin-preflight run" in told(capsys)


def test_a_result_that_lies_beside_what_is_judged_is_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["demo", "-o", f"json={tmp_path / 'result.json'}"]) == 0
    (tmp_path / "b.json").write_bytes(bundle.encode(sample("verify")))
    capsys.readouterr()
    assert run(["run", str(tmp_path), "-o", "json", "--no-packs"]) == 1
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert [note for note in notes if "result.json not used: a saved result" in note]


@pytest.mark.parametrize("what", ["folder", "zip"])
def test_one_file_is_asked_for_where_several_are_given(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / what
    if what == "folder":
        path.mkdir()
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.json", "{}")
            archive.writestr("b.json", "{}")
    assert run(["report", str(path)]) == 2
    assert f"{what}; name the file in it" in told(capsys)
