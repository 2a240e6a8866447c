"""What az prints of a vault's deleted objects and of one certificate, as files."""

from pathlib import Path
from typing import Any

from preflight import facts
from preflight.collect.documents import Choice, Given, read_files
from preflight.facts import Missing
from tests.collect import dumps
from tests.collect.dumps import CANARY

HOST = "https://kv-sample.vault.azure.net"
VERSION = "0123456789abcdef0123456789abcdef"


def given(folder: Path, *documents: object, **choice: Any) -> Given:
    files = [dumps.as_json(document) for document in documents]
    return read_files(dumps.write(folder, files), choice=Choice(**choice))


def deleted(name: str, kind: str = "secrets", host: str = HOST) -> dict[str, object]:
    return {
        "attributes": {"enabled": True},
        "deletedDate": "2026-01-02T03:04:05+00:00",
        "id": f"{host}/{kind}/{name}/{VERSION}",
        "name": name,
        "recoveryId": f"{host}/deleted{kind}/{name}",
        "scheduledPurgeDate": "2026-04-02T03:04:05+00:00",
        "tags": {"note": CANARY},
    }


CERTIFICATE = {
    "cer": CANARY,
    "id": f"{HOST}/certificates/cluedin-frontend/{VERSION}",
    "kid": f"{HOST}/keys/cluedin-frontend/{VERSION}",
    "name": "cluedin-frontend",
    "policy": {
        "id": f"{HOST}/certificates/cluedin-frontend/policy",
        "issuerParameters": {"certificateTransparency": None, "name": "Unknown"},
        "keyProperties": {"curve": None, "exportable": False, "keySize": 2048, "keyType": "RSA", "reuseKey": False},
        "lifetimeActions": [{"action": {"actionType": "EmailContacts"}, "trigger": {"lifetimePercentage": 80}}],
        "secretProperties": {"contentType": "application/x-pkcs12"},
    },
    "sid": f"{HOST}/secrets/cluedin-frontend/{VERSION}",
}


def test_deleted_objects_are_read_of_both_kinds(tmp_path: Path) -> None:
    found = given(tmp_path, [deleted("cluedin-old")], [deleted("cluedin-pfx", "certificates")]).facts
    assert found["deleted_vault_secrets"] == (
        facts.DeletedVaultObject(
            name="cluedin-old",
            deleted_date="2026-01-02T03:04:05+00:00",
            scheduled_purge_date="2026-04-02T03:04:05+00:00",
        ),
    )
    assert [item.name for item in found["deleted_vault_certificates"]] == ["cluedin-pfx"]
    assert isinstance(found["vault_secrets"], Missing)
    assert CANARY not in repr(found)


def test_of_a_certificate_only_its_policy_is_held(tmp_path: Path) -> None:
    found = given(tmp_path, CERTIFICATE).facts
    assert found["certificate_policies"] == (
        facts.CertificatePolicy(
            name="cluedin-frontend",
            exportable=False,
            content_type="application/x-pkcs12",
            key_type="RSA",
            issuer="Unknown",
        ),
    )
    assert isinstance(found["vault_certificates"], Missing)
    assert CANARY not in repr(found)


def test_deleted_objects_of_another_vault_are_not_the_vaults(tmp_path: Path) -> None:
    here, there = deleted("here"), deleted("there", host="https://kv-other.vault.azure.net")
    found = given(tmp_path, [here, there], vault_name="kv-sample").facts
    assert [item.name for item in found["deleted_vault_secrets"]] == ["here"]


def test_versions_of_one_secret_are_no_listing_of_the_vault(tmp_path: Path) -> None:
    versions = [
        dumps.vault_secret("cluedin-email-host") | {"id": f"{HOST}/secrets/cluedin-email-host/{digit * 32}"}
        for digit in "ab"
    ]
    found = given(tmp_path, versions).facts
    assert sorted(one.version for one in found["vault_secret_versions"]) == ["a" * 32, "b" * 32]
    assert isinstance(found["vault_secrets"], Missing)
