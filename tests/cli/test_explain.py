import pytest

from preflight.__main__ import run


def test_words_of_the_provider_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "Multiple user assigned identities exist, please specify the clientId"]) == 0
    shown = capsys.readouterr().out
    assert "identity-ambiguous" in shown
    assert "cluedin-preflight run -c keyvault-values" in shown


def test_a_check_that_looks_ahead_is_run_in_the_stage_that_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "0/1 nodes are available: 1 node(s) had untolerated taint {pool: data}."]) == 0
    assert "cluedin-preflight run -c release-fit --stage deploy" in capsys.readouterr().out
    assert run(["explain", "0/1 nodes are available: 1 Too many pods."]) == 0
    assert "cluedin-preflight run -c max-pods-headroom\n" in capsys.readouterr().out


def test_what_nobody_wrote_down_is_not_claimed_to_be_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "the moon is full"]) == 2
    assert "no symptom that is known" in capsys.readouterr().err


def test_the_manual_names_rights_and_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "max-pods-headroom"]) == 0
    shown = capsys.readouterr().out
    assert "list pods in all namespaces" in shown
    assert "headroom = " in shown
