"""Quantities against the numbers Kubernetes gives for the same text, and against exact fractions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.quantity import NANO, millicores, nanos, whole

SUFFIXES = {
    "": Fraction(1),
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 1000),
    "k": Fraction(10**3),
    "M": Fraction(10**6),
    "G": Fraction(10**9),
    "T": Fraction(10**12),
    "P": Fraction(10**15),
    "E": Fraction(10**18),
    "Ki": Fraction(2**10),
    "Mi": Fraction(2**20),
    "Gi": Fraction(2**30),
    "Ti": Fraction(2**40),
    "Pi": Fraction(2**50),
    "Ei": Fraction(2**60),
    "e3": Fraction(1000),
    "E3": Fraction(1000),
    "E+2": Fraction(100),
    "e-2": Fraction(1, 100),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("128974848000m", 128974848),
        ("500e6", 500_000_000),
        ("1.5Gi", 1_610_612_736),
        ("1E", 10**18),
        ("1E3", 1000),
        ("1e3", 1000),
        (".5Ki", 512),
        ("1.", 1),
        ("+5", 5),
        ("-1500m", -1),
        ("0.1", 1),
        (7, 7),
        (1.5, 2),
        (1e22, 2**63 - 1),
        ("16Ei", 2**63 - 1),
        ("1e99999", 2**63 - 1),
        ("1e-99999", 1),
        ("0e99999", 0),
    ],
)
def test_whole_units(text: str | float, expected: int) -> None:
    assert whole(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("19500u", 20), ("0.001", 1), ("2", 2000), ("1n", 1), ("0.1n", 1)])
def test_millicores(text: str, expected: int) -> None:
    assert millicores(text) == expected


def test_finer_than_nano_is_rounded_up() -> None:
    assert nanos("0.1n") == 1
    assert nanos("1.0000000001") == NANO + 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "-",
        "m",
        "1 Gi",
        "1gi",
        "1K",
        "1mi",
        "0x10",
        "1_000",
        "e3",
        "1e",
        "1e3Mi",
        "nan",
        "inf",
        "\u0661",
        "1\n",
        "9" * 101,
    ],
)
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="not a Kubernetes quantity"):
        nanos(text)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_float_that_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not a Kubernetes quantity"):
        nanos(number)


def test_a_refusal_does_not_repeat_a_long_text() -> None:
    with pytest.raises(ValueError, match="not a Kubernetes quantity") as refused:
        nanos("x" * 10_000)
    assert len(str(refused.value)) < 100


@given(st.integers(0, 10**6), st.integers(0, 9999), st.sampled_from(sorted(SUFFIXES)))
def test_every_suffix_is_exact_and_rounds_up(integral: int, fraction: int, suffix: str) -> None:
    exact = (integral + Fraction(fraction, 10_000)) * SUFFIXES[suffix] * NANO
    expected = min(-(-exact.numerator // exact.denominator), (2**63 - 1) * NANO)
    assert nanos(f"{integral}.{fraction:04d}{suffix}") == expected
