"""The printed rights are enough, and each of them is needed by just the checks that it names."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from preflight.__main__ import run
from preflight.catalog import load
from preflight.rights import Rule, rights_for
from tests.azure import scene
from tests.azure.conftest import ca_file, signed_in  # noqa: F401 - fixtures
from tests.azure.replay import Replay, error
from tests.collect.test_live_kubernetes import require_programs
from tests.control_plane.cluster import ControlPlane
from tests.demo.objects import raw_objects
from tests.end_to_end.test_live import azure  # noqa: F401 - a fixture

pytestmark = pytest.mark.control_plane

RBAC = "rbac.authorization.k8s.io"
CATALOG = load(packs=False)
CHECKS = [
    offer.check
    for offer in CATALOG.offers
    if set(offer.check.needed) - {"header"}
    and all(CATALOG.facts[name].source in ("kubernetes", "plan") for name in offer.check.needed if name != "header")
]
SELECTED = [part for check in CHECKS for part in ("-c", check.id)]
RIGHTS = rights_for(CHECKS, CATALOG.facts)
RULES = [*RIGHTS.cluster, *RIGHTS.listing, *RIGHTS.values]


def bindings(user: str, documents: list[dict[str, Any]], without: Rule | None) -> list[dict[str, Any]]:
    """The printed roles under names of this user's own, less one rule, bound to the user."""
    made = []
    for role in documents:
        rules = [rule for rule in role["rules"] if without is None or not same(rule, without)]
        name = f"{user}-{role['metadata']['name']}"
        metadata = {**role["metadata"], "name": name}
        made.append({**role, "metadata": metadata, "rules": rules})
        made.append(
            {
                "apiVersion": f"{RBAC}/v1",
                "kind": f"{role['kind']}Binding",
                "metadata": metadata,
                "roleRef": {"apiGroup": RBAC, "kind": role["kind"], "name": name},
                "subjects": [{"apiGroup": RBAC, "kind": "User", "name": user}],
            }
        )
    return made


def same(rule: dict[str, Any], other: Rule) -> bool:
    return (rule["apiGroups"], rule["resources"], rule["verbs"]) == ([other.group], [other.resource], [other.verb])


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert run(["collect", "--print", "rights", "--stage", "verify", *SELECTED]) == 0
    documents = list(yaml.safe_load_all(capsys.readouterr().out))
    return [document for document in documents if document.get("kind") in ("ClusterRole", "Role")]


@pytest.fixture(scope="module")
def cluster() -> Iterator[ControlPlane]:
    require_programs()
    users = {
        "whole": (),
        "comparing": (),
        "not-getting": (),
        **{f"without-{number}": () for number in range(len(RULES))},
    }
    with ControlPlane(users=users) as started:
        started.load(raw_objects("verify"))
        yield started


def judged(cluster: ControlPlane, user: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    run(["run", "--kubeconfig", str(cluster.kubeconfig(user)), "--stage", "verify", *SELECTED, "-o", "json"])
    outcomes = json.loads(capsys.readouterr().out)["outcomes"]
    return {outcome["id"]: outcome["status"] for outcome in outcomes}


def test_the_printed_rights_are_enough_and_none_is_idle(
    cluster: ControlPlane, capsys: pytest.CaptureFixture[str]
) -> None:
    roles = printed(capsys)
    assert sum(len(role["rules"]) for role in roles) == len(RULES)
    cluster.load(bindings("whole", roles, None))
    for number, rule in enumerate(RULES):
        cluster.load(bindings(f"without-{number}", roles, rule))
    time.sleep(1)  # the authoriser follows a watch
    whole = judged(cluster, "whole", capsys)
    assert "unknown" not in whole.values(), whole
    for number, rule in enumerate(RULES):
        lacking = judged(cluster, f"without-{number}", capsys)
        lost = {check for check, status in lacking.items() if status == "unknown"}
        needed = {check.id for check in CHECKS if check.id in rule.needed_by and whole[check.id] != "skip"}
        assert lost >= needed, rule
        assert lost <= {*rule.needed_by, *rule.welcome_to}, rule


def test_fetching_a_secret_is_a_rule_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    roles = printed(capsys)
    fetching = [role for role in roles if any("get" in rule["verbs"] for rule in role["rules"])]
    assert [role["metadata"]["name"] for role in fetching] == ["cluedin-preflight-could-read-secret-values"]
    assert all(rule["verbs"] == ["list"] for role in roles if role not in fetching for rule in role["rules"])


def test_azures_role_has_no_write_and_reads_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["collect", "--print", "rights"]) == 0
    role = list(yaml.safe_load_all(capsys.readouterr().out))[-1]
    assert role["Actions"]
    assert all(action.endswith("/read") for action in role["Actions"])
    assert set(role["DataActions"]) <= {
        "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
        "Microsoft.KeyVault/vaults/certificates/read",
    }


# --- the values themselves, with --read-values ---

READING = ("--read-values", "--no-release", "-c", "value-parity,akv-naming,secret-owner,bootstrap-cycle")
VALUES = (
    "global:\n  keyvault:\n    enabled: true\n    keyvaultName: kv-cluedin\n    secretProviderClasses:\n"
    "      cluedin-server:\n      - secretName: cluedin-email\n        secretKeys: {EmailHost: cluedin-email-host}\n"
)
READ_VALUE = "Microsoft.KeyVault/vaults/secrets/getSecret/action"
METADATA = "Microsoft.KeyVault/vaults/secrets/readMetadata/action"


def enforce(replay: Replay, data_actions: set[str]) -> None:
    """Refuse what no role grants, as an RBAC vault does."""
    replay.put_list("/secrets", [scene.secret(replay.origin, "cluedin-email-host")])
    replay.put("/secrets/cluedin-email-host", {"value": "x", "id": f"{replay.origin}/secrets/cluedin-email-host/01"})
    for action, path in ((METADATA, "/secrets"), (READ_VALUE, "/secrets/cluedin-email-host")):
        if action not in data_actions:
            replay.script(path, error(403, "Forbidden", inner="ForbiddenByRbac"))


def test_the_printed_rights_let_values_be_compared_and_without_one_only_that_is_unknown(
    cluster: ControlPlane,
    azure: Replay,  # noqa: F811 - the fixture
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    values = tmp_path / "values.yaml"
    values.write_text(VALUES)
    assert run(["collect", "--print", "rights", "--stage", "verify", *READING[2:]]) == 0
    documents = list(yaml.safe_load_all(capsys.readouterr().out))
    roles = [one for one in documents if one.get("kind") in ("ClusterRole", "Role")]
    data_actions = {action for one in documents for action in one.get("DataActions", ())}
    assert data_actions >= {READ_VALUE, METADATA}
    [getting] = [one for role in roles for one in role["rules"] if one["verbs"] == ["get"]]
    assert getting["resources"] == ["secrets"]
    cluster.load(bindings("comparing", roles, None))
    cluster.load(bindings("not-getting", roles, Rule("", "secrets", "get", (), ())))
    time.sleep(1)  # the authoriser follows a watch

    def unknown(user: str, allowed: set[str]) -> set[str]:
        enforce(azure, allowed)
        words = ["--kubeconfig", str(cluster.kubeconfig(user)), "--stage", "verify", "-f", str(values)]
        run(["run", *words, *READING, "-o", "json"])
        outcomes = json.loads(capsys.readouterr().out)["outcomes"]
        return {one["id"] for one in outcomes if one["status"] == "unknown"}

    assert unknown("comparing", data_actions) == set()
    assert unknown("not-getting", data_actions) == {"value-parity"}
    assert unknown("comparing", data_actions - {READ_VALUE}) == {"value-parity"}
