import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preflight.report.harmless import NOT_PASTEABLE, ascii_only, columns, line, pasteable, storable
from preflight.report.markdown import fenced
from preflight.shells import Into, commands
from tests.report.reports import NASTY
from tests.report.strategies import TEXTS


@given(TEXTS)
@example(NASTY)
@example("##" + "\x00" + "vso[x]")
@example("#\u200b#[error]")
@example("\x1b[##vso[a]")
@example("###vso[x]")
@example(":\u2060:error::x")
def test_a_line_can_only_be_read(text: str) -> None:
    clean = line(text)
    assert not {unicodedata.category(c) for c in clean} & {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
    assert "\n" not in clean
    assert not re.search(r"##(vso)?\[", clean, re.IGNORECASE)
    assert not re.search(r"(^|\s)::[A-Za-z]", clean)
    assert line(clean) == clean


@given(TEXTS)
def test_ascii_is_ascii(text: str) -> None:
    assert ascii_only(line(text)).isascii()


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "P"])))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    if "##" not in text and "::" not in text:
        assert line(text) == text


@given(st.text(), st.integers(1, 50))
def test_what_is_stored_is_bounded_and_encodable(text: str, limit: int) -> None:
    stored = storable(text, limit=limit)
    stored.encode()
    assert len(stored) <= limit + 40


def test_an_address_is_left_alone() -> None:
    assert line("fe80::1 and ::1") == "fe80::1 and ::1"


def test_wide_and_combining_characters_are_counted_as_shown() -> None:
    assert columns("\u6f22\u5b57") == 4
    assert columns("e\u0301") == 1
    assert columns("plain") == 5


@pytest.mark.parametrize("name", ["a&calc", "%PATH%", 'a" --yes "b', "a|b", "a>b", "a^b"])
def test_what_windows_would_take_apart_is_not_shown_for_powershell(name: str) -> None:
    written = commands(("az", "keyvault", "show", "--name", name))
    assert not pasteable(written.powershell[0], powershell=True)
    assert pasteable(written.bash[0])
    assert NOT_PASTEABLE in fenced(written.powershell, "powershell")


def test_ordinary_commands_are_shown_for_powershell() -> None:
    written = commands(
        ("az", "role", "assignment", "create", "--role", "Key Vault Secrets User", "--scope", "/subscriptions/s"),
        Into(("kubectl", "get", "secret", "a", "-o", "yaml"), "a.backup.yaml"),
        ("cluedin-preflight", "run", "-c", "a,b", "-f", "it's.yaml"),
    )
    assert all(pasteable(line, powershell=True) for line in written.powershell)
