"""The stage is decided by the first rule that holds, and never guessed from what could not be read."""

from itertools import product
from typing import Any

import pytest

from preflight.demo import sample
from preflight.errors import UsageError
from preflight.facts import Missing, Release, SecretProviderClasses
from preflight.model import STAGES, Stage
from preflight.stage import FACTS_OF_STAGE, decide
from preflight.testing import class_volume, cluster, pod, release, secret_provider_class, values

REFUSED = Missing(reason="403", why="refused")
ON, OFF = cluster(addon=True), cluster()
NO_CLASSES, NOT_SERVED = SecretProviderClasses(served=True), SecretProviderClasses(served=False)
CLASSES = SecretProviderClasses(served=True, items=(secret_provider_class("a-sync", {}),))
OTHER_CLASSES = SecretProviderClasses(served=True, items=(secret_provider_class("a-sync", {}, provider="vault"),))
FRESH = Release(found=False)
ENABLED = values({"global": {"keyvault": {"enabled": True}}})
DISABLED = values({"global": {"keyvault": {"enabled": False}}})
MOUNTING = (pod("a", node="general-0", volumes=(class_volume("a-sync"),)),)

QUIET = {"release": FRESH, "secret_provider_classes": NOT_SERVED, "pods": (), "values": REFUSED}


def stage_of(facts: dict[str, Any], *, given: Stage | None = None, plan: bool = False) -> tuple[str, tuple[str, ...]]:
    stage, stages, why = decide(facts, given=given, plan_given=plan)
    assert why
    return stage, stages


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_given_holds(stage: Stage) -> None:
    assert stage_of({}, given=stage) == (stage, (stage,))
    assert stage_of({"secret_provider_classes": CLASSES, "cluster": ON}, given=stage) == (stage, (stage,))


@pytest.mark.parametrize("given", [None, "deploy"])
def test_values_mean_deploy_and_enable_too_while_the_addon_is_off(given: Stage | None) -> None:
    assert stage_of({"cluster": OFF}, given=given, plan=True) == ("deploy", ("deploy", "enable"))
    assert stage_of({"cluster": ON}, given=given, plan=True) == ("deploy", ("deploy",))
    assert stage_of({"cluster": REFUSED}, given=given, plan=True) == ("deploy", ("deploy",))


def test_values_outrank_what_is_deployed() -> None:
    assert stage_of({"secret_provider_classes": CLASSES, "cluster": ON}, plan=True)[0] == "deploy"


@pytest.mark.parametrize(
    "deployed",
    [
        {"secret_provider_classes": CLASSES},
        {"pods": MOUNTING},
        {"release": release(), "values": ENABLED},
        {"release": release(status="failed"), "values": ENABLED},
    ],
)
@pytest.mark.parametrize("addon", [ON, OFF, REFUSED])
def test_a_deployed_sync_means_verify_whatever_the_addon_is(deployed: dict[str, Any], addon: object) -> None:
    assert stage_of({**QUIET, **deployed, "cluster": addon}) == ("verify", ("verify",))


@pytest.mark.parametrize(
    "quiet",
    [
        QUIET,
        {**QUIET, "secret_provider_classes": NO_CLASSES},
        {**QUIET, "secret_provider_classes": OTHER_CLASSES},
        {**QUIET, "secret_provider_classes": REFUSED},
        {**QUIET, "release": release(), "values": DISABLED},
        {**QUIET, "release": REFUSED},
    ],
)
def test_nothing_deployed_leaves_it_to_the_addon(quiet: dict[str, Any]) -> None:
    assert stage_of({**quiet, "cluster": OFF}) == ("enable", ("enable",))
    assert stage_of({**quiet, "cluster": ON}) == ("deploy", ("deploy",))


def test_an_unread_addon_is_asked_about() -> None:
    with pytest.raises(UsageError, match=r"add-on's state could not be read: 403\); say which: --stage"):
        decide({**QUIET, "cluster": REFUSED}, given=None, plan_given=False)


def test_an_unread_release_is_asked_about() -> None:
    unread = {"release": REFUSED, "secret_provider_classes": REFUSED, "pods": (), "cluster": OFF}
    with pytest.raises(UsageError, match=r"neither the release nor .* could be read.*--stage"):
        decide(unread, given=None, plan_given=False)


def test_enable_is_never_fallen_back_to() -> None:
    """Over every combination of readings: enable only where the add-on is known to be off."""
    choices = {
        "cluster": (ON, OFF, REFUSED),
        "release": (FRESH, release(), REFUSED),
        "values": (ENABLED, DISABLED, REFUSED),
        "secret_provider_classes": (CLASSES, NO_CLASSES, NOT_SERVED, REFUSED),
        "pods": ((), MOUNTING, REFUSED),
    }
    assert set(choices) == set(FACTS_OF_STAGE)
    for combination in product(*choices.values()):
        facts = dict(zip(choices, combination, strict=True))
        try:
            stage, _, _ = decide(facts, given=None, plan_given=False)
        except UsageError:
            continue
        deployed = facts["secret_provider_classes"] == CLASSES or facts["pods"] == MOUNTING
        assert (stage == "enable") <= (facts["cluster"] == OFF and not deployed), facts


def test_the_samples_are_of_the_stage_they_show() -> None:
    assert decide(sample("verify").facts, given=None, plan_given=False)[0] == "verify"
    assert decide(sample("deploy").facts, given=None, plan_given=True)[:2] == ("deploy", ("deploy",))
    without_plan = {**sample("enable").facts, "values": REFUSED}
    assert decide(without_plan, given=None, plan_given=False)[0] == "enable"
