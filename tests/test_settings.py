"""preflight.toml: what it may say, and how precisely it is refused."""

import contextlib
import string
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight import Finding, check, facts, passed
from preflight.errors import SettingsError
from preflight.settings import Settings, parse


@check("max-pods-headroom", group="capacity")
def roomy(
    nodes: tuple[facts.Node, ...],
    *,
    headroom: int = 2,
    reserve: float = 0.5,
    prefix: str = "cluedin",
    names: tuple[str, ...] = (),
    strict: bool = False,
) -> Iterator[Finding]:
    """There is room."""
    yield passed(f"{nodes}{headroom}{reserve}{prefix}{names}{strict}")


def read(text: str) -> Settings:
    return parse(text, "preflight.toml", [roomy])


def test_nothing_set_leaves_the_defaults() -> None:
    assert read("") == Settings()
    assert Settings().thresholds(roomy) == {
        "headroom": 2,
        "reserve": 0.5,
        "prefix": "cluedin",
        "names": (),
        "strict": False,
    }


def test_thresholds_and_tokens() -> None:
    settings = read(
        """
        tokens = ['#\\{.*\\}#']
        [checks.max-pods-headroom]
        headroom = 3
        reserve = 1
        names = ["a", "b"]
        strict = true
        """
    )
    assert settings.tokens == (r"#\{.*\}#",)
    thresholds = settings.thresholds(roomy)
    assert (thresholds["headroom"], thresholds["reserve"], thresholds["names"]) == (3, 1.0, ("a", "b"))
    assert isinstance(thresholds["reserve"], float)
    assert thresholds["strict"] is True
    assert thresholds["prefix"] == "cluedin"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("tokens = ", "preflight.toml: not valid TOML"),
        ("token = []", "preflight.toml: token is not a setting; did you mean tokens?"),
        ("zzz = 1", "preflight.toml: zzz is not a setting; known here: tokens, checks"),
        ("tokens = 'a'", "preflight.toml: tokens: expected a list"),
        ("tokens = [1]", "preflight.toml: tokens: expected a list"),
        ("tokens = ['(']", r"preflight.toml: tokens: '\(' is no regular expression"),
        ("checks = 1", "preflight.toml: checks: expected tables"),
        ("[checks.max-pods]", "checks.max-pods is not a setting; did you mean max-pods-headroom?"),
        ("checks.max-pods-headroom = 3", "checks.max-pods-headroom: expected a table"),
        ("[checks.max-pods-headroom]\nhedroom = 3", "checks.max-pods-headroom.hedroom is not .* mean headroom?"),
        ("[checks.max-pods-headroom]\nheadroom = 'x'", "checks.max-pods-headroom.headroom: Expected `int`"),
        ("[checks.max-pods-headroom]\nheadroom = true", "checks.max-pods-headroom.headroom: Expected `int`"),
        ("[checks.max-pods-headroom]\nheadroom = 1.5", "checks.max-pods-headroom.headroom: Expected `int`"),
        ("[checks.max-pods-headroom]\nnames = 'a'", "checks.max-pods-headroom.names: Expected `array`"),
    ],
)
def test_each_mistake_is_named_with_its_place(text: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        read(text)


@given(st.text(alphabet=string.printable + "äß\u202e", max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(SettingsError):
        read(text)
