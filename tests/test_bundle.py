"""A bundle gives back the snapshot it was made of; a damaged one is refused in a sentence."""

import gzip
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.bundle import SCHEMA_PREFIX, VERSION, count, decode, encode
from preflight.catalog import load
from preflight.demo import sample
from preflight.errors import InputError
from preflight.facts import FACTS, Fact, Missing, Snapshot
from preflight.model import STAGES, Stage, Status
from preflight.runner import run
from preflight.settings import Settings
from preflight.testing import header, node, snapshot, vault

SMALL = snapshot(header(), {"nodes": (node("general-0"),), "vault": vault()})

_INSTANTS = st.datetimes().map(lambda instant: f"{instant.isoformat()}Z")
_SNAPSHOTS = st.builds(
    lambda names, reason, why, notes, instant: snapshot(
        header(notes=tuple(notes), collected_at=instant),
        {
            "nodes": tuple(node(name) for name in names),
            "vault": Missing(reason=reason, why=why),
            "csi_drivers": (),
        },
    ),
    st.lists(st.text()),
    st.text(),
    st.sampled_from(("refused", "failed", "partial", "not-given", "not-yet", "offline")),
    st.lists(st.text()),
    _INSTANTS,
)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("stage", STAGES)
def test_the_samples_survive(stage: Stage, *, compress: bool) -> None:
    data = encode(sample(stage), compress=compress)
    assert decode(data, "b.json", FACTS) == sample(stage)
    assert data == encode(decode(data, "b.json", FACTS), compress=compress)


@given(_SNAPSHOTS)
@settings(max_examples=50)
def test_any_snapshot_survives(made: Snapshot) -> None:
    assert decode(encode(made), "b.json", FACTS) == made


def test_an_administrator_can_read_it() -> None:
    text = encode(SMALL).decode()
    document = json.loads(text)
    assert list(document) == ["schema", "header", "counts", "parts", "facts", "missing"]
    assert document["counts"] == {"nodes": 1, "vault": 1}
    assert document["parts"].keys() == {"nodes", "vault"}
    assert list(document["missing"]) == sorted(FACTS.keys() - {"nodes", "vault"})
    assert text.endswith("}\n")
    assert '\n "facts": {\n' in text


def test_compressed_bundles_do_not_hold_the_time() -> None:
    assert encode(SMALL, compress=True) == encode(SMALL, compress=True)
    assert gzip.decompress(encode(SMALL, compress=True)) == encode(SMALL)


def _changed(**changes: Any) -> bytes:
    return json.dumps(json.loads(encode(SMALL)) | changes).encode()


def test_a_fact_that_this_version_does_not_know_is_ignored() -> None:
    document = json.loads(encode(SMALL))
    document["facts"]["weather"] = {"sun": True}
    document["counts"]["weather"] = 1
    assert decode(json.dumps(document).encode(), "b.json", FACTS) == SMALL


def test_fields_that_this_version_does_not_know_are_ignored() -> None:
    document = json.loads(encode(SMALL))
    document["header"]["mood"] = "good"
    document["facts"]["vault"]["colour"] = "blue"
    document["later"] = []
    assert decode(json.dumps(document).encode(), "b.json", FACTS) == SMALL


def test_a_fact_that_an_older_version_did_not_collect_is_missing() -> None:
    document = json.loads(encode(SMALL))
    del document["missing"]["locks"]
    document["header"]["tool_version"] = "0.0.9"
    missing = decode(json.dumps(document).encode(), "b.json", FACTS).get("locks")
    assert missing == Missing(reason="not collected by version 0.0.9", why="not-given")


def test_a_fact_of_a_pack_is_carried() -> None:
    own = Fact(
        name="gadgets", type=tuple[str, ...], source="kubernetes", right="list gadgets", ask="kubectl get gadgets"
    )
    made = Snapshot(header=header(), facts={"gadgets": ("a", "b")})
    assert decode(encode(made), "b.json", {"gadgets": own}) == made
    assert decode(encode(made), "b.json", FACTS).get("gadgets").why == "not-given"


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (_changed(schema=f"{SCHEMA_PREFIX}{VERSION + 1}"), "format 2, newer than format 1 .* update cluedin-preflight"),
        (_changed(schema="somebody/else/1"), "this is no bundle"),
        (_changed(schema=f"{SCHEMA_PREFIX}one"), "this is no bundle"),
        (_changed(schema=f"{SCHEMA_PREFIX}²"), "this is no bundle"),
        (_changed(schema=SCHEMA_PREFIX + "9" * 5000), "this is no bundle"),
        (_changed(schema=1), "cut off or damaged"),
        (_changed(header={}), "damaged: Object missing required field `collected_at`"),
        (_changed(facts={"nodes": {}}), "damaged: facts.nodes: Expected `array`"),
        (_changed(facts={"nodes": []}), "announces 1 nodes and holds 0"),
        (_changed(counts={}), "announces no nodes and holds 1"),
        (_changed(missing={"vault": {"why": "moody"}}), "damaged"),
        (_changed(missing={"vault": {"reason": "x", "why": "moody" * 1000}}), r"damaged: .* at `\$\.missing"),
        (b"", "cut off or damaged"),
        (b"[]", "cut off or damaged"),
        (b"{}", "cut off or damaged"),
        (b"\xff\xfe{", "cut off or damaged"),
        (b"\x1f\x8b", "gzip"),
        (gzip.compress(encode(SMALL))[:-9], "gzip"),
        (b'{"schema": "cluedin-preflight/bundle/1", "header": ' + b"[" * 100_000, "damaged"),
    ],
    ids=range(19),
)
def test_what_is_wrong_is_said_in_a_sentence(data: bytes, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as refusal:
        decode(data, "b.json", FACTS)
    assert str(refusal.value).startswith("b.json: ")
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 500


def test_a_fact_taken_out_is_missing_and_not_empty() -> None:
    missing = decode(_changed(facts={}), "b.json", FACTS).get("nodes")
    assert isinstance(missing, Missing)
    assert not missing.is_skip


def test_a_bundle_of_before_there_were_parts_is_read() -> None:
    assert decode(_changed(parts={}), "b.json", FACTS) == SMALL


def test_a_part_more_is_a_field_of_a_later_version() -> None:
    document = json.loads(encode(SMALL))
    document["facts"]["nodes"][0]["status"]["mood"] = {"good": True}
    assert decode(json.dumps(document).encode(), "b.json", FACTS) == SMALL


@pytest.mark.parametrize("seed", range(50))
def test_a_damaged_bundle_is_refused_or_judged_and_never_a_crash(seed: int) -> None:
    """Cut, flip or repeat bytes somewhere: one sentence, or a snapshot that the checks can judge."""
    data = encode(sample("enable"), compress=seed % 5 == 0)
    place = (seed * 2_654_435_761) % len(data)
    damaged = [
        data[:place],
        data[:place] + data[place + 40 :],
        data[:place] + bytes([data[place] ^ (1 << seed % 8)]) + data[place + 1 :],
        data[:place] + b"null" + data[place:],
        data[:place] + data[place : place + 200] + data[place:],
    ][seed % 5]
    try:
        judged = decode(damaged, "b.json", FACTS)
    except InputError as refusal:
        assert str(refusal).startswith("b.json: ")  # noqa: PT017 - either way is right
        return
    catalog = load(packs=False)
    report = run([(offer.check, offer.pack) for offer in catalog.offers], judged, Settings(), catalog.facts)
    assert all(outcome.status in Status for outcome in report.outcomes)


@pytest.mark.parametrize(
    ("value", "expected"),
    [((), 0), (("a", "b"), 2), (vault(), 1), (sample("verify").facts["secret_provider_classes"], 5)],
)
def test_counting(value: object, expected: int) -> None:
    assert count(value) == expected


def test_every_fact_can_be_written_and_read() -> None:
    for fact in FACTS.values():
        msgspec.json.Decoder(fact.type)
