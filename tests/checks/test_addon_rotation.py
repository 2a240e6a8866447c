from typing import Any

import pytest

from checks.addon_rotation import addon_rotation
from preflight import Finding, Status, facts
from preflight.facts import SecretProviderClassPodStatuses, VaultObject
from preflight.testing import class_pod_status, cluster, judge

OLD, NEW = "a" * 32, "b" * 32


def records(pods: int, objects: int) -> SecretProviderClassPodStatuses:
    each = {f"o-{number}": OLD for number in range(objects)}
    return SecretProviderClassPodStatuses(
        served=True, items=tuple(class_pod_status("c-sync", f"p-{number}", each) for number in range(pods))
    )


def findings(*, rotation: str | None = "2m", stage: Any = "verify", **given: Any) -> tuple[Finding, ...]:
    known = {"cluster": cluster(addon=True, rotation=rotation), "secret_provider_class_pod_statuses": records(1, 1)}
    return judge(addon_rotation, stage=stage, **{**known, **given}).findings


def the_finding(**given: Any) -> Finding:
    (finding,) = findings(**given)
    return finding


def test_before_the_addon_is_on_it_says_nothing() -> None:
    assert the_finding(cluster=cluster()).status is Status.SKIP


def test_an_ordinary_load_passes_with_its_numbers() -> None:
    finding = the_finding(secret_provider_class_pod_statuses=records(100, 60))
    assert finding.status is Status.PASS
    assert finding.evidence == {"interval_seconds": 120.0, "objects": 6000, "reads_per_10_s": 500.0}


@pytest.mark.parametrize(("objects", "status"), [(400, Status.PASS), (401, Status.WARN)])
def test_more_than_half_of_what_the_vault_answers_warns_with_the_command(objects: int, status: Status) -> None:
    """100 pods every 200 s: 400 objects each are 40,000 reads in 200 s, so 2,000 in 10 s."""
    finding = the_finding(rotation="200s", secret_provider_class_pod_statuses=records(100, objects))
    assert finding.status is status
    if status is Status.WARN:
        assert finding.commands
        assert "--rotation-poll-interval 10m" in finding.commands.bash[0]


def test_rotation_off_passes_with_a_note_and_warns_where_a_pod_is_behind() -> None:
    assert "rotation is off" in the_finding(rotation=None).message
    versions = (
        VaultObject(name="o-0", version=NEW, created="2026-01-14T00:00:00Z"),
        VaultObject(name="o-0", version=OLD, created="2026-01-02T00:00:00Z"),
    )
    finding = the_finding(rotation=None, vault_secret_versions=versions)
    assert (finding.status, finding.object) == (Status.WARN, "vault-secret/o-0")
    assert finding.evidence == {"pods": ["p-0"], "since": "2026-01-14T00:00:00Z"}
    assert the_finding(rotation=None, stage="deploy", vault_secret_versions=versions).status is Status.PASS


def test_the_key_of_the_addon_is_found_in_any_case() -> None:
    on = cluster(addon=True)
    odd = facts.ManagedCluster(name=on.name, addon_profiles={"AzureKeyVaultSecretsProvider": on.keyvault_addon})  # type: ignore[dict-item]  # it is on
    assert the_finding(cluster=odd).status is Status.PASS
