import pytest

from preflight.collect.request import seconds
from preflight.errors import UsageError


@pytest.mark.parametrize(("text", "expected"), [("30s", 30), ("1m30s", 90), ("2h", 7200), ("15", 15), ("500ms", 0.5)])
def test_durations_are_read_as_kubectl_reads_them(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "abc", "30x", "s", "-1s", "0", "1 m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no duration"):
        seconds(text)
