"""Bundles of every released format are still read; one that was damaged is refused for what it is, or unknown."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from preflight.__main__ import run
from preflight.bundle import SCHEMA_PREFIX, VERSION, decode
from preflight.cli.judging import checks_wanted
from preflight.errors import InputError
from preflight.facts import FACTS, Missing

FROZEN = sorted((Path(__file__).parent / "bundles").glob("*.bundle.json.gz"))
WHOLE = gzip.decompress(next(file for file in FROZEN if "verify" in file.name).read_bytes())
_, OFFERS = checks_wanted((), (), packs=False)

Result = dict[str, Any]


def judged(data: bytes, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, Result | None]:
    """Run the whole tool on these bytes: exit code, stderr, and the result where there is one."""
    file = folder / "sent.bundle.json"
    file.write_bytes(data)
    code = run(["run", str(file), "-o", "json", "--no-packs"])
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    assert "internal error" not in told.err
    return code, told.err, json.loads(told.out) if told.out else None


@pytest.mark.parametrize("file", FROZEN, ids=lambda file: file.name)
def test_every_released_format_is_still_read(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = json.loads(gzip.decompress(file.read_bytes()))
    snapshot = decode(file.read_bytes(), file.name, FACTS)
    assert snapshot.header.tool_version == written["header"]["tool_version"]
    assert {name for name in FACTS if not isinstance(snapshot.get(name), Missing)} == written[
        "facts"
    ].keys() & FACTS.keys()
    code, _, result = judged(file.read_bytes(), tmp_path, capsys)
    assert code == 1
    assert result is not None
    assert result["counts"]["fail"]


def test_there_is_one_of_the_format_that_is_written_now() -> None:
    assert any(file.name.startswith(f"format-{VERSION}-") for file in FROZEN)


# --- damaged beyond judging: one sentence and exit 2 ---


def put(*path: str | int, value: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for part in path[:-1]:
            document = document[part]
        document[path[-1]] = value

    return change


def drop(*path: str | int) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for part in path[:-1]:
            document = document[part]
        del document[path[-1]]

    return change


def shortened(fact: str) -> Callable[[Any], None]:
    return lambda document: document["facts"][fact].pop()


CHANGES = {
    "no schema": drop("schema"),
    "schema is a number": put("schema", value=1),
    "schema of nobody": put("schema", value=f"{SCHEMA_PREFIX}0"),
    "schema of tomorrow": put("schema", value=f"{SCHEMA_PREFIX}{VERSION + 1}"),
    "no header": drop("header"),
    "header is null": put("header", value=None),
    "header is a list": put("header", value=[]),
    "no clock": drop("header", "collected_at"),
    "clock is a number": put("header", "collected_at", value=1768467600),
    "clock is a word": put("header", "collected_at", value="yesterday"),
    "no version": drop("header", "tool_version"),
    "no stage": drop("header", "stage"),
    "stage of nobody": put("header", "stage", value="destroy"),
    "stages are a text": put("header", "stages", value="verify"),
    "target is a list": put("header", "target", value=[]),
    "notes hold a map": put("header", "notes", value=[{}]),
    "no counts": drop("counts"),
    "counts are a list": put("counts", value=[]),
    "counts are none": put("counts", value={}),
    "one node too many announced": put("counts", "nodes", value=8),
    "fewer pods announced": put("counts", "pods", value=0),
    "a count below nothing": put("counts", "vault_secrets", value=-1),
    "a count is a text": put("counts", "nodes", value="7"),
    "no count of the classes": drop("counts", "secret_provider_classes"),
    "a node is gone": shortened("nodes"),
    "a pod is gone": shortened("pods"),
    "a secret of the vault is gone": shortened("vault_secrets"),
    "no facts": drop("facts"),
    "facts are null": put("facts", value=None),
    "facts are a list": put("facts", value=[]),
    "nodes are null": put("facts", "nodes", value=None),
    "nodes are a map": put("facts", "nodes", value={}),
    "a node is a text": put("facts", "nodes", 0, value="general-0"),
    "a node without metadata": drop("facts", "nodes", 0, "metadata"),
    "slots are a list": put("facts", "nodes", 0, "status", "allocatable", value=[]),
    "a pod's containers are a number": put("facts", "pods", 0, "spec", "containers", value=2),
    "the vault is a list": put("facts", "vault", value=[]),
    "the vault's model is a word": put("facts", "vault", "enableRbacAuthorization", value="yes"),
    "assignments are null": put("facts", "role_assignments", value=None),
    "served is a text": put("facts", "secret_provider_classes", "served", value="true"),
    "a setting of no path": put("facts", "values", "settings", 0, "path", value=[]),
    "parts are a list": put("parts", value=[]),
    "parts are counted in words": put("parts", "nodes", value="many"),
    "a setting of no kind": put("facts", "values", "settings", 0, "kind", value="secret"),
    "no list of what is missing": drop("missing"),
    "missing is a list": put("missing", value=[]),
    "missing for no reason": put("missing", "certificate_policies", value={"why": "refused"}),
    "missing for a reason of nobody": put("missing", "vault", value={"reason": "x", "why": "moody"}),
    "held and missing at once": put("missing", "nodes", value={"reason": "x", "why": "refused"}),
}


@pytest.mark.parametrize("damage", CHANGES)
def test_what_contradicts_itself_is_refused_in_a_sentence(
    damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(WHOLE)
    CHANGES[damage](document)
    code, told, result = judged(json.dumps(document).encode(), tmp_path, capsys)
    assert (code, result) == (2, None), told
    assert "sent.bundle.json" in told
    assert len(told.strip().splitlines()) == 1


@pytest.mark.parametrize("percent", [0, 1, 10, 33, 50, 75, 99])
@pytest.mark.parametrize("compressed", [False, True])
def test_what_is_cut_off_is_called_so(
    percent: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, compressed: bool
) -> None:
    data = gzip.compress(WHOLE) if compressed else WHOLE
    code, told, result = judged(data[: len(data) * percent // 100], tmp_path, capsys)
    assert (code, result) == (2, None)
    assert len(told.strip().splitlines()) == 1
    assert any(word in told for word in ("cut off", "empty", "damaged", "ends"))


# --- a part is gone: unknown, and nothing passes on it ---


@pytest.mark.parametrize("fact", sorted(json.loads(WHOLE)["facts"]))
@pytest.mark.parametrize("announced", [False, True], ids=["never collected", "taken out"])
def test_nothing_passes_on_a_fact_that_is_gone(
    fact: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, announced: bool
) -> None:
    document = json.loads(WHOLE)
    drop("facts", fact)(document)
    if not announced:
        drop("counts", fact)(document)
    code, _, result = judged(json.dumps(document).encode(), tmp_path, capsys)
    assert result is not None
    assert code in (1, 3)
    found = {outcome["id"]: outcome["status"] for outcome in result["outcomes"]}
    needing = [offer.check.id for offer in OFFERS if fact in offer.check.needed and "verify" in offer.check.stages]
    assert not [check for check in needing if found[check] not in ("unknown", "skip")]
    for state in (state for state in result["facts"] if state["name"] == fact):
        # Values that nobody gave are in order, whatever was looked at.
        assert state["state"] == ("failed" if announced else "not-yet" if fact == "values" else "not-given")
        assert state["reason"]


def _inside(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Yield the way to every member and element, of a list's elements only those of the first."""
    for key, item in list(enumerate(value))[:1] if isinstance(value, list) else value.items():
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from _inside(item, (*path, key))


PARTS = [
    (fact, path)
    for fact, value in json.loads(WHOLE)["facts"].items()
    if isinstance(value, dict | list)
    for path in _inside(value, ("facts", fact))
]


def test_nothing_passes_on_a_fact_of_which_a_part_is_gone() -> None:
    """Each part in turn: the bundle is refused, or the fact it was in is missing, which the test above is about."""
    text = WHOLE.decode()
    seen = set()
    for fact, path in PARTS:
        if (shape := tuple(part for part in path if isinstance(part, str))) in seen:
            continue
        seen.add(shape)
        document = json.loads(text)
        drop(*path)(document)
        try:
            left = decode(json.dumps(document).encode(), "b.json", FACTS).get(fact)
        except InputError:
            continue
        assert isinstance(left, Missing), path
        assert left.why == "partial"
        assert "taken out" in left.reason
    assert len(seen) > 300


def _with(part: str, resource: str) -> Callable[[Any], None]:
    """Put no quantity at every container's resources."""

    def change(document: Any) -> None:
        for pod in document["facts"]["pods"]:
            for container in pod["spec"]["containers"]:
                container.setdefault("resources", {}).setdefault(part, {})[resource] = "a lot"

    return change


@pytest.mark.parametrize(
    "damage",
    [
        put("facts", "nodes", 0, "status", "allocatable", "cpu", value="a lot"),
        put("facts", "nodes", 0, "status", "allocatable", "pods", value=""),
        _with("requests", "cpu"),
        _with("limits", "memory"),
    ],
    ids=range(4),
)
def test_a_quantity_that_is_none_is_unknown_and_called_so(
    damage: Callable[[Any], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(WHOLE)
    damage(document)
    code, _, result = judged(json.dumps(document).encode(), tmp_path, capsys)
    assert code == 1
    assert result is not None
    found = {outcome["id"]: outcome for outcome in result["outcomes"]}
    assert found["node-resource-pressure"]["status"] == "unknown"
    assert "not a Kubernetes quantity" in found["node-resource-pressure"]["findings"][0]["message"]
