import shlex

from hypothesis import given
from hypothesis import strategies as st

from preflight.report.harmless import NOT_PASTEABLE, columns, line
from preflight.report.screen import Screen
from tests.report.strategies import TEXTS

NARROW = Screen(width=40, color=False, unicode=True)


@given(st.lists(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Zs", "S"]), min_size=1), min_size=1))
def test_a_wrapped_command_is_still_the_same_command(words: list[str]) -> None:
    command = shlex.join(words)
    shown = NARROW.command(command, 4)
    if shown != [f"    {NOT_PASTEABLE}"[:37].rstrip() + "..."]:
        assert shlex.split("\n".join(shown).replace("\\\n", " ")) == words


def test_a_command_is_continued_between_its_words_only() -> None:
    shown = NARROW.command("az role assignment create --role 'Key Vault Secrets User' --scope '/a b/c'", 2)
    assert shown == [
        "  az role assignment create --role \\",
        "    'Key Vault Secrets User' --scope \\",
        "    '/a b/c'",
    ]


def test_a_remark_never_becomes_a_command() -> None:
    assert NARROW.command("# 217m of cpu less: the rest stays free; write the same into the values", 4) == [
        "    # 217m of cpu less: the rest stays",
        "    # free; write the same into the",
        "    # values",
    ]
    assert NARROW.command("kubectl cordon general-0 # and uncordon it when all have moved", 4) == [
        "    kubectl cordon general-0 \\",
        "      # and uncordon it when all have moved",
    ]


def test_powershell_continues_its_lines_in_its_own_way() -> None:
    screen = Screen(width=40, color=False, unicode=True, powershell=True)
    assert screen.command("az role assignment create --role 'Key Vault Secrets User'", 2) == [
        "  az role assignment create --role `",
        "    'Key Vault Secrets User'",
    ]


def test_a_command_that_cannot_be_shown_as_it_is_is_not_shown() -> None:
    wide = Screen(width=80, color=False, unicode=False)
    assert wide.command("az aks show -n 'a\x1b[1m'", 2) == [f"  {NOT_PASTEABLE}"]
    assert wide.command("az aks show -n 'caf\xe9'", 2) == [f"  {NOT_PASTEABLE}"]


@given(TEXTS, st.integers(8, 60))
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    clean = line(text)
    lines = NARROW.wrapped(clean, width)
    assert "".join(lines).replace(" ", "") == clean.replace(" ", "")
    assert all(columns(entry) <= width for entry in lines)


@given(TEXTS, st.integers(8, 60), st.integers(1, 3))
def test_cutting_says_so(text: str, width: int, most: int) -> None:
    whole = NARROW.wrapped(line(text), width)
    cut = NARROW.wrapped(line(text), width, most=most)
    assert len(cut) <= most
    assert all(columns(entry) <= width for entry in cut)
    assert cut == whole or cut[-1].endswith("...")
