"""Which question is asked: may I enable the add-on, will the upgrade work, or do the secrets arrive? Pure."""

from collections.abc import Mapping
from typing import Any

from preflight.errors import UsageError
from preflight.facts import Missing
from preflight.model import Stage

Decision = tuple[Stage, tuple[Stage, ...], str]
"""The stage, the stages whose checks apply (the stage first), and why."""

FACTS_OF_STAGE = ("cluster", "release", "values", "secret_provider_classes", "pods")
"""What a detection looks at; the caller reads these too when no stage was given."""

_CSI_DRIVER = "secrets-store.csi.k8s.io"


def decide(facts: Mapping[str, Any], *, given: Stage | None, plan_given: bool) -> Decision:
    """Decide by the first rule that holds (checks.md, "Stage").

    `plan_given` tells that values, --set, a chart or a manifest were given. Raises UsageError, asking for --stage,
    where nothing decides: a stage is never guessed from what could not be read.
    """
    addon = _addon(facts.get("cluster"))
    if given:
        return given, _with_enable(given, addon, plan_given=plan_given), "as given"
    if plan_given:
        return "deploy", _with_enable("deploy", addon, plan_given=True), "values were given"
    deployed, why = _sync_deployed(facts)
    if deployed:
        return "verify", ("verify",), why
    if deployed is None:
        raise _undecided(why)
    if addon is None:
        raise _undecided(f"the add-on's state could not be read{_reason(facts.get('cluster'))}")
    if addon:
        return "deploy", ("deploy",), "the add-on is on and nothing is synced yet"
    return "enable", ("enable",), "the add-on is off"


def _with_enable(stage: Stage, addon: bool | None, *, plan_given: bool) -> tuple[Stage, ...]:  # noqa: FBT001 - a fact
    return ("deploy", "enable") if stage == "deploy" and plan_given and addon is False else (stage,)


def _addon(cluster: Any) -> bool | None:  # noqa: ANN401 - a fact or Missing
    if cluster is None or isinstance(cluster, Missing):
        return None
    return bool(cluster.keyvault_addon and cluster.keyvault_addon.enabled)


def _sync_deployed(facts: Mapping[str, Any]) -> tuple[bool | None, str]:
    """Tell whether the sync is deployed; None where what could be read does not decide."""
    classes, pods, release, values = (
        None if isinstance(value := facts.get(name), Missing) else value
        for name in ("secret_provider_classes", "pods", "release", "values")
    )
    if classes and any(item.spec.provider == "azure" for item in classes.items):
        return True, "a SecretProviderClass of provider azure is deployed"
    if pods and any(v.csi and v.csi.driver == _CSI_DRIVER for pod in pods for v in pod.spec.volumes):
        return True, "a pod mounts a secrets-store volume"
    if release and release.found and _keyvault_enabled(values):
        return True, "the deployed release has global.keyvault.enabled"
    if classes is not None or (release is not None and (not release.found or values is not None)):
        return False, ""
    return None, f"neither the release nor the SecretProviderClasses could be read{_reason(facts.get('release'))}"


def _undecided(why: str) -> UsageError:
    return UsageError(f"cannot tell the stage ({why}); say which: --stage enable, deploy or verify")


def _reason(fact: object) -> str:
    return f": {fact.reason}" if isinstance(fact, Missing) else ""


def _keyvault_enabled(values: Any) -> bool:  # noqa: ANN401 - Values or None
    path = ("global", "keyvault", "enabled")
    return values is not None and any(
        setting.path == path
        and setting.kind == "boolean"
        and (setting.text or "").lower() in ("true", "yes", "on", "y")
        for setting in values.settings
    )
