"""Files that are broken, hostile or not what they seem: one sentence, or a note; never content, never a traceback."""

import json
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preflight.collect import yaml_json
from preflight.collect.documents import Given, peeking, read_files, recognise, split, unpack
from preflight.errors import InputError, UsageError
from tests.collect import dumps
from tests.collect.release_records import record_secret


def refused(folder: Path, data: bytes) -> str:
    [path] = dumps.write(folder, [data])
    with pytest.raises(InputError) as error:
        read_files([path])
    sentence = str(error.value)
    assert sentence.startswith(f"{path}: ")
    assert "\n" not in sentence
    return sentence.removeprefix(f"{path}: ")


LIST = dumps.as_json(dumps.listing(dumps.small_cluster()))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty; expected JSON or YAML"),
        (b" \n\n", "empty; expected JSON or YAML"),
        (b"# only a comment\n", "holds nothing; expected"),
        (LIST[:-20], f"line {LIST[:-20].count(10) + 1}: cut off, the JSON ends in the middle"),
        (b'{"kind": "Pod",\n "apiVersion": v1}', "line 2: not valid JSON"),
        (b"[" * 100_000, "JSON nested too deeply"),
        (b"[" * 50_000 + b"]" * 50_000, "JSON nested too deeply"),
        (b"a:\n- b\n c: d", "neither JSON nor readable YAML (line 3"),
        (b"a: " + b"[" * 5_000, "nested deeper than 100 levels"),
        (b"a: &a [x]\nb: *nope\n", "line 2: an alias of nothing that is complete above it"),
        (b"a: &a [*a]\n", "line 1: an alias of nothing that is complete above it"),
        (b"\xff\xfea", "starts like UTF-16 text and is none"),
        (b"\x7fELF\0\0\0", "a binary file; expected JSON or YAML"),
        (b"\x1f\x8b\x08broken", "cannot be read: damaged or cut off"),
        (dumps.gzipped(LIST)[:-9], "cannot be read: damaged or cut off"),
        (dumps.zipped({"a": LIST})[:-9], "cannot be read: damaged or cut off"),
        (b"x" * 257 + b"ustar\0" + b"\0" * 200, "a tar archive; unpack it and give the directory, or give a zip"),
        (b"NAME                    STATUS   ROLES\naks-general-0   Ready\n", "add `-o json` to the command"),
        (b"NAMESPACE     NAME      READY\nkube-system   a   1/1\n", "add `-o json` to the command"),
        (b"Name    Location\n------  --------\naks     westeurope\n", "use `-o json` instead of `-o table`"),
        (b"Error from server (Forbidden): nodes is forbidden\n", "an error message of kubectl"),
        (b"No resources found in default namespace.\n", "kubectl found nothing"),
        (b'"just a string"', "neither an object nor a list of objects; expected"),
        (b"42", "neither an object nor a list of objects; expected"),
        (b"[1, 2, 3]", "neither an object nor a list of objects; expected"),
        (dumps.as_json(dumps.pod("p" * 9_000_000)), "the document: larger than any object"),
        (b'{"a": 1}', "not recognised; expected JSON or YAML"),
        (b"global:\n  keyvault: {}\n", "looks like Helm values; give values files with `-f`"),
        (b'{"error": {"code": "AuthorizationFailed", "message": "secret"}}', "answer of Azure (AuthorizationFailed)"),
        (b'{"error": {"code": "<script>", "message": "secret"}}', "an error answer of Azure"),
        (
            b'{"kind": "Status", "apiVersion": "v1", "reason": "Forbidden", "message": "secret"}',
            "an error answer of the API server (Forbidden) instead of a list",
        ),
        (dumps.as_json({"kind": "Pod", "apiVersion": "v1"}), "the document: object missing required field `metadata`"),
        (
            dumps.as_json(dumps.listing([dumps.node(), {**dumps.pod("p"), "spec": "secret"}])),
            "items[1]: spec: expected `object`, got `str`",
        ),
        (dumps.as_json({**dumps.vault(), "properties": {"vaultUri": 5}}), "expected `str | null`, got `int`"),
        (dumps.as_json(dumps.invoked("error: no such thing", code=1)), "ended with exit code 1"),
        (dumps.as_json(dumps.invoked("")), "without logs of its command"),
        (dumps.as_json(dumps.invoked(LIST[:-50].decode())), "the logs of `az aks command invoke` are cut off"),
        (
            dumps.as_yaml(dumps.listing([dumps.pod("p")])).partition(b"kind: List")[0],
            "cut off: a list without the `kind`",
        ),
        (
            dumps.as_json({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "rows": [{"cells": ["x"], "object": {}}]}),
            "a table of the API server without the objects",
        ),
    ],
)
def test_a_named_file_that_is_no_dump_is_refused_in_one_sentence(tmp_path: Path, data: bytes, said: str) -> None:
    sentence = refused(tmp_path, data)
    assert said in sentence
    assert "secret" not in sentence.lower().replace("secrets", "")


def test_a_directory_or_zip_without_any_dump_is_refused(tmp_path: Path) -> None:
    for data in (dumps.zipped({}), dumps.zipped({"readme": b"hello"})):
        assert "nothing here is a dump; expected JSON or YAML" in refused(tmp_path, data)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="empty: nothing here is a dump"):
        read_files([empty])


def test_what_is_not_there_or_not_to_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing-here: cannot be read: No such file"):
        read_files([tmp_path / "nothing-here"])
    with pytest.raises(InputError, match="cannot be read"):
        read_files([Path("nul\0name")])


# --- bombs ---


def test_aliases_that_multiply_are_refused_while_they_are_small(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)]
    assert "its aliases repeat so much" in refused(tmp_path, "\n".join(lines).encode())


def test_a_few_aliases_and_merge_keys_do_no_harm() -> None:
    text = b"labels: &l {a: b}\nname: &n x\ncopy: *l\n*n : 1\n<<: *l\n"
    [(line, data)] = yaml_json.documents(text)
    assert line == 1
    assert json.loads(data) == {"labels": {"a": "b"}, "name": "x", "copy": {"a": "b"}, "x": 1, "<<": {"a": "b"}}


def test_a_line_made_to_be_searched_again_and_again_is_read_once(tmp_path: Path) -> None:
    line = b"command started at a" + b", finished at b" * 500_000
    assert "neither an object nor a list" in refused(tmp_path, line)


def test_lists_within_lists_end_somewhere(tmp_path: Path) -> None:
    document: Any = dumps.pod("p")
    for _ in range(200):
        document = dumps.listing([document])
    found = read_files(dumps.write(tmp_path, [dumps.as_json(document)]))
    assert found.notes[0].endswith("nothing here reads List")


def test_what_has_no_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "MAX_DOCUMENTS", 10)
    assert "more than 10 documents" in refused(tmp_path, b"[]" * 30)
    assert "more than 10 documents" in refused(tmp_path, b"--- a\n" * 30)
    monkeypatch.setattr(recognise, "MAX_FOUND", 20)
    assert "more than 20 objects" in refused(tmp_path, dumps.as_json([{}] * 30))
    monkeypatch.setattr(peeking, "MAX_BRACES", 10)
    assert "too many objects" in refused(tmp_path, dumps.as_json([{}] * 30))
    monkeypatch.setattr(yaml_json, "MAX_NODES", 10)
    assert "more than 10 nodes; use JSON" in refused(tmp_path, b"- a\n" * 30)


def test_a_gzip_bomb_is_refused_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_BYTES", 2**20)
    assert "larger than 1 MiB unpacked" in refused(tmp_path, dumps.gzipped(b" " * 2**21))


def test_a_gzip_within_a_gzip_is_not_followed(tmp_path: Path) -> None:
    assert "a binary file" in refused(tmp_path, dumps.gzipped(dumps.gzipped(b"\0" * 100)))


def test_a_zip_bomb_is_refused_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_BYTES", 2**20)
    monkeypatch.setattr(unpack, "MAX_TOTAL", 3 * 2**20)
    bomb = dumps.zipped({f"{number}.json": b" " * 2**20 for number in range(20)})
    assert "more than 3 MiB unpacked" in refused(tmp_path, bomb)


def test_a_zip_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_FILES", 10)
    assert "more than 10 files" in refused(tmp_path, dumps.zipped({f"{number}": b"\0" for number in range(30)}))
    assert "a zip of more than 10 files" in refused(tmp_path, dumps.zipped({f"{number}": b"" for number in range(50)}))


def test_a_zip_in_a_zip_in_a_zip_ends_somewhere(tmp_path: Path) -> None:
    data = dumps.zipped({"deep": LIST})
    for _ in range(5):
        data = dumps.zipped({"inner.zip": data})
    found = read_files(dumps.write(tmp_path, [data, LIST]))
    assert [note.partition(" not used: ")[2] for note in found.notes] == ["a zip within 3 others"]


def test_an_encrypted_member_is_noted(tmp_path: Path) -> None:
    data = bytearray(dumps.zipped({"a.json": LIST, "b.json": LIST}, zipfile.ZIP_STORED))
    data[6] |= 1  # the flag in the first member's header
    data[data.index(b"PK\x01\x02") + 8] |= 1
    found = read_files(dumps.write(tmp_path, [bytes(data)]))
    assert found.notes[0].endswith("a.json not used: encrypted")
    assert len(found.facts["nodes"]) == 2


def test_a_name_in_an_archive_leads_nowhere_and_is_shown_harmlessly(tmp_path: Path) -> None:
    found = read_files(dumps.write(tmp_path, [dumps.zipped({"../../x\x1b[2J\u202e##vso[a].json": b"\0", "b": LIST})]))
    [note] = found.notes
    assert note.isprintable()
    assert [path.name for path in tmp_path.iterdir()] == ["file0"]


# --- nothing secret stays ---


def test_no_value_of_a_secret_stays_in_facts_notes_or_errors(tmp_path: Path) -> None:
    documents: list[Any] = [
        dumps.listing(dumps.small_cluster()),
        dict(record_secret(canary=dumps.CANARY)),
        dumps.managed_cluster(),
        [dumps.vault_secret("a"), {**dumps.vault_secret("b/1"), "value": dumps.CANARY}],
        dumps.invoked(f"token: {dumps.CANARY}\n"),
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": dumps.CANARY}},
        {"password": dumps.CANARY},
        [dumps.CANARY],
        dumps.CANARY,
    ]
    files = {f"{number}.json": dumps.as_json(document) for number, document in enumerate(documents)}
    files |= {"cut.json": dumps.as_json(dumps.secret())[:-5], "text": f"{dumps.CANARY}: [".encode()}
    dumps.write(tmp_path, files)
    found = read_files([tmp_path])
    assert dumps.CANARY.encode() not in msgspec.json.encode(found)
    assert len(found.listed["secrets"]) == 2
    assert found.facts["release"].found
    for path in sorted(tmp_path.iterdir()):
        try:
            alone: Given = read_files([path])
        except UsageError as error:
            assert dumps.CANARY not in str(error)  # noqa: PT017 - some are refused and some are not
        else:
            assert dumps.CANARY.encode() not in msgspec.json.encode(alone)


# --- anything at all ---

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
_WORDS = st.sampled_from(
    re.findall(
        r"\w+",
        "kind apiVersion items metadata name namespace schema value logs exitCode type id properties rows object "
        "columnDefinitions cells spec status data error continue nextLink attributes",
    )
)
_TELLING = st.sampled_from(
    re.findall(
        r"\S+",
        "Pod PodList List Secret Node Table Status v1 apps/v1 Type Data Age kube-system cluedin-preflight/bundle/1 "
        f"Microsoft.KeyVault/vaults https://kv/secrets/a {dumps.CLUSTER_ID}",
    )
)
_DOCUMENTS = st.recursive(
    _SCALARS | _TELLING,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS | st.text(max_size=3), inner, max_size=6),
    max_leaves=25,
)
_QUIET = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def answered(folder: Path, data: bytes) -> None:
    """Whatever the bytes are, alone or in a zip: facts, or a sentence."""
    path, archive = dumps.write(folder, [data, dumps.zipped({"a": data})])
    try:
        msgspec.json.encode(read_files([path]))
    except UsageError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either is right
    try:
        msgspec.json.encode(read_files([archive]))
    except UsageError as error:
        assert "\n" not in str(error)  # noqa: PT017 - nothing of use in it, or a contradiction


@_QUIET
@given(data=st.binary(max_size=200))
def test_any_bytes_are_answered(tmp_path: Path, data: bytes) -> None:
    answered(tmp_path, data)


@_QUIET
@given(text=st.text(max_size=200), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_any_text_is_answered(tmp_path: Path, text: str, encoding: str) -> None:
    answered(tmp_path, text.encode(encoding, "surrogatepass"))


@_QUIET
@given(document=_DOCUMENTS)
def test_any_json_is_answered(tmp_path: Path, document: Any) -> None:
    answered(tmp_path, json.dumps(document).encode())


@_QUIET
@given(
    source=st.sampled_from(
        [LIST, dumps.as_yaml(*dumps.small_cluster()), dumps.gzipped(LIST), dumps.zipped({"a": LIST, "b": b"[]"})]
    ),
    at=st.integers(min_value=0),
    junk=st.binary(max_size=8),
    cut=st.booleans(),
)
def test_any_damage_is_answered(tmp_path: Path, source: bytes, at: int, junk: bytes, cut: bool) -> None:  # noqa: FBT001
    at %= len(source)
    answered(tmp_path, source[:at] + junk + (b"" if cut else source[at + len(junk) :]))


def test_a_self_reproducing_gzip_ends(tmp_path: Path) -> None:
    raw = zlib.compressobj(wbits=31)
    data = raw.compress(dumps.gzipped(b"{}")) + raw.flush()
    assert "expected" in refused(tmp_path, data)
