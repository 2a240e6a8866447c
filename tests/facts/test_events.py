"""Events are scrubbed however they come in."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.facts import Event
from preflight.facts.events import KEPT_REASONS, LONGEST_MESSAGE, scrub

CANARY = "hunter2-canary"


def read(message: str, reason: str = "FailedMount", **fields: object) -> Event:
    document = {"metadata": {"name": "pod.17a"}, "reason": reason, "message": message, **fields}
    return msgspec.json.decode(msgspec.json.encode(document), type=Event)


@pytest.mark.parametrize("reason", ["Unhealthy", "FailedPostStartHook", "Created", "SomethingNew", ""])
def test_what_a_container_could_have_printed_is_dropped(reason: str) -> None:
    event = read(f"Readiness probe failed: {CANARY}", reason)
    assert (event.reason, event.message) == (reason, "")


@pytest.mark.parametrize(
    "message",
    [
        f"password={CANARY}",
        f'login failed: {{"Password": "{CANARY}"}}',
        f"client_secret : {CANARY}, next",
        f'Failed to pull "https://robot:{CANARY}@registry.example/x"',
        f"token eyJhbGciOiJub25lIn0.{CANARY}.signature was refused",
        f"GET https://a.blob.example/x?sv=1&sig={CANARY}&se=2",
    ],
)
def test_credentials_are_blotted_out(message: str) -> None:
    event = read(message)
    assert CANARY not in event.message
    assert "(removed)" in event.message


@pytest.mark.parametrize(
    "message",
    [
        "couldn't find key admin-password in Secret cluedin/cluedin-grafana",
        'secret "cluedin-rabbitmq-password" not found',
        "failed to get objectType:secret, objectName:cluedin-email-password, objectVersion:: GET https://kv-1.invalid/",
        "A secret with (name/id) cluedin-login-password was not found in this key vault.",
        "0/7 nodes are available: 1 Insufficient cpu, 6 node(s) didn't match Pod's node affinity/selector.",
    ],
)
def test_what_explains_is_kept_word_for_word(message: str) -> None:
    assert read(message).message == message


@given(st.sampled_from(sorted(KEPT_REASONS)), st.text())
def test_scrubbing_twice_changes_nothing_more_and_is_never_long(reason: str, message: str) -> None:
    once = scrub(reason, message)
    assert scrub(reason, once) == once
    assert len(once) <= LONGEST_MESSAGE


def test_when_and_how_often_in_either_dialect() -> None:
    old = read("x", count=4, lastTimestamp="2026-01-15T08:58:00Z", eventTime=None)
    assert (old.times, old.last_seen) == (4, "2026-01-15T08:58:00Z")
    series = {"count": 7, "lastObservedTime": "2026-01-15T08:59:00.000000Z"}
    new = read("x", lastTimestamp=None, eventTime="2026-01-15T08:00:00.000000Z", series=series)
    assert (new.times, new.last_seen) == (7, "2026-01-15T08:59:00.000000Z")
    assert (read("x").times, read("x").last_seen) == (1, "")
