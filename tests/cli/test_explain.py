import pytest

from preflight.__main__ import run


def test_words_of_the_provider_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "Multiple user assigned identities exist, please specify the clientId"]) == 0
    shown = capsys.readouterr().out
    assert "identity-ambiguous" in shown
    assert "cluedin-preflight run -c keyvault-values" in shown


def test_what_nobody_wrote_down_is_not_claimed_to_be_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "the moon is full"]) == 2
    assert "no symptom that is known" in capsys.readouterr().err


def test_the_manual_names_rights_and_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "max-pods-headroom"]) == 0
    shown = capsys.readouterr().out
    assert "list pods in all namespaces" in shown
    assert "headroom = " in shown
