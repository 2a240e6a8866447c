"""Pseudonyms: no name of the cluster is left, the verdicts are the same, and a report translates back to the letter."""

import gzip
import json
import re
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from preflight import bundle, facts
from preflight.__main__ import run
from preflight.cli.judging import checks_wanted, judged
from preflight.demo import sample
from preflight.errors import InputError
from preflight.facts import FACTS, Missing, Snapshot
from preflight.model import STAGES, Stage
from preflight.pseudonyms import Key, decode, encode, original, pseudonymised
from preflight.pseudonyms.kept import stays
from preflight.pseudonyms.naming import named
from preflight.pseudonyms.texts import Dictionary, rewritten
from preflight.report import html, markdown, runbook, text
from preflight.report import json as result_json
from preflight.report.document import Document, in_order
from preflight.settings import Settings
from preflight.testing import TENANT, guid, header, node, snapshot, vault

CATALOG, OFFERS = checks_wanted((), (), packs=False)


def report(judging: Snapshot) -> Document:
    return judged(judging, CATALOG, OFFERS, Settings())


def back(document: Document, key: Key) -> Document:
    return in_order(msgspec.convert(original(msgspec.to_builtins(document), key), Document))


def statuses(document: Document) -> dict[str, str]:
    return {outcome.id: outcome.status for outcome in document.outcomes}


def names_of_the_samples() -> set[str]:
    """What an administrator would look for, written down by hand and not by the code that is tested."""
    nodes = {f"{pool}-{number}" for pool in ("system", "general", "dataneo", "processing") for number in (0,)}
    return nodes | {
        *("general-1", "aks-cluedin-sample", "kv-cluedin-sample", "rg-cluedin", "MC_rg-cluedin", "id-cluedin-keyvault"),
        *(
            "dana",
            "sample.example",
            "integration/",
            '"integration"',
            "-vmss",
            TENANT,
            facts.FACTS["vault"].name + "s/kv",
        ),
        *(guid(number) for number in (0x20, 0x21, 0x200, 0x201, 0x501)),
        "azurekeyvaultsecretsprovider-aks",
    }


@pytest.mark.parametrize("stage", STAGES)
def test_the_samples_keep_their_verdicts_and_lose_their_names(stage: Stage) -> None:
    made, key = pseudonymised(sample(stage))
    data = bundle.encode(made)
    assert bundle.decode(data, "b.json", FACTS) == made
    found = data.decode().lower()
    assert not [name for name in {*names_of_the_samples(), *key.names.values()} if name.lower() in found]
    before, after = report(sample(stage)), report(made)
    assert statuses(after) == statuses(before)
    assert after.exit_code == before.exit_code
    assert back(after, key) == before


@pytest.mark.parametrize("stage", STAGES)
def test_what_translates_back_is_the_original_report_in_every_format(stage: Stage) -> None:
    made, key = pseudonymised(sample(stage))
    before, translated = report(sample(stage)), back(report(made), key)
    assert result_json.render(translated) == result_json.render(before)
    assert markdown.render(translated) == markdown.render(before)
    assert runbook.render(translated) == runbook.render(before)
    for verbosity in (-1, 0, 1):
        shown = [
            text.render(document, width=80, color=False, unicode=True, verbosity=verbosity)
            for document in (translated, before)
        ]
        assert shown[0] == shown[1]


# --- clusters of other people ---

_WORDS = st.from_regex(r"[g-z]{5,9}(-[a-z0-9]{1,6}){0,2}", fullmatch=True).filter(lambda word: not stays(word))


@given(st.lists(_WORDS, min_size=6, max_size=6, unique=True), st.sampled_from(STAGES))
@settings(max_examples=10, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_so_do_samples_under_any_other_names(names: list[str], stage: Stage) -> None:
    ours = ("aks-cluedin-sample", "kv-cluedin-sample", "rg-cluedin", "id-cluedin-keyvault", "integration", "dataneo-0")
    plain = bundle.encode(sample(stage)).decode()
    # A name that is a word of the bundle's own, or part of another name, is nobody's to look for.
    assume(not any(name in plain for name in names))
    assume(not any(one in other for one in names for other in names if one != other))
    renamed = rewritten(sample(stage), Dictionary(dict(zip(ours, names, strict=True))))
    made, key = pseudonymised(renamed)
    found = bundle.encode(made).decode()
    assert not [name for name in names if name in found]
    before, after = report(renamed), report(made)
    assert statuses(after) == statuses(before)
    # Names that stay may sort elsewhere among pseudonyms, so what a sentence lists may stand in another order.
    translated, expected = (re.findall(r"[\w.-]+", result_json.render(it)) for it in (back(after, key), before))
    assert sorted(translated) == sorted(expected)


@pytest.mark.parametrize("stage", STAGES)
def test_so_do_samples_in_another_namespace_and_release(stage: Stage) -> None:
    data = bundle.encode(sample(stage)).decode()
    for ours, theirs in (
        ('"namespace": "cluedin"', '"namespace": "contoso-data"'),
        ('"meta.helm.sh/release-name": "cluedin"', '"meta.helm.sh/release-name": "contoso"'),
        ('"meta.helm.sh/release-namespace": "cluedin"', '"meta.helm.sh/release-namespace": "contoso-data"'),
        ('"release": "cluedin"', '"release": "contoso"'),
        ("sh.helm.release.v1.cluedin.", "sh.helm.release.v1.contoso."),
        ('"name": "cluedin"', '"name": "contoso"'),
    ):
        data = data.replace(ours, theirs)
    renamed = bundle.decode(data.encode(), "b.json", FACTS)
    made, key = pseudonymised(renamed)
    assert "contoso" not in bundle.encode(made).decode()
    before, after = report(renamed), report(made)
    assert statuses(after) == statuses(before)
    assert text.render(back(after, key), width=80, color=False, unicode=True, verbosity=0) == text.render(
        before, width=80, color=False, unicode=True, verbosity=0
    )


def of_contoso(stage: Stage) -> Snapshot:
    """The sample as a customer's: their names in resource ids, labels, events, refusals, in capitals, within words."""
    data = bundle.encode(sample(stage)).decode()
    for ours, theirs in (
        ("cluedin_aks-cluedin-sample", "contoso-prod_aks-contoso-prod"),
        ("aks-cluedin-sample", "aks-contoso-prod"),
        ("kv-cluedin-sample", "kv-contoso-prod"),
        ("rg-cluedin", "rg-contoso"),
        ("id-cluedin-keyvault", "id-contoso-kv"),
        ('"namespace": "integration"', '"namespace": "contoso"'),
        ("dana@sample.example", "sp-contoso-deploy"),
    ):
        data = data.replace(ours, theirs)
    document = json.loads(data)
    document["header"]["target"]["context"] = "jane.doe@contoso"
    document["header"]["notes"] = ["contoso/pods-of-contoso.json not used: empty"]
    first = document["facts"]["nodes"][0]
    first["metadata"]["labels"] |= {"contoso.com/owner": "jane.doe", "cost-center": "contosofin"}
    first["status"]["conditions"][0]["message"] = "the kubelet posts to CONTOSO-PROD.contoso.com"
    zone = "aks-contoso-1a2b.contososub.privatelink.westeurope.azmk8s.io"
    document["facts"]["cluster"]["privateFQDN"] = zone
    document["facts"]["pods"][0]["spec"]["containers"][0]["image"] = "images.contoso.com/team/app:1"
    event = {
        "involvedObject": {"kind": "Pod", "namespace": "contoso", "name": "contosoworker-0"},
        "lastTimestamp": None,
    }
    messages = (
        ("FailedMount", "https://KV-CONTOSO-PROD.vault.azure.net/secrets/a: kv-contoso-prod2 is in ContosoNet"),
        ("Failed", "lookup registry.contoso.com on 10.0.0.10:53: no such host; contoso.azurecr.io/x:1"),
        ("Evicted", 'aks-blue-12345678-vmss000007 of RG-CONTOSO is gone; user "contoso\\\\jane"'),
    )
    document["facts"]["events"] = [
        {**event, "metadata": {"name": f"e-{number}", "namespace": "contoso"}, "reason": reason, "message": message}
        for number, (reason, message) in enumerate(messages)
    ]
    document["missing"].pop("events", None)
    document["counts"]["events"] = len(messages)
    refusal = f'User "jane.doe@contoso.com" at https://{zone} cannot list; see /home/jane/.kube/contoso.yaml'
    document["facts"].pop("locks", None)
    document["counts"].pop("locks", None)
    document["missing"]["locks"] = {"reason": refusal, "why": "refused"}
    return bundle.decode(json.dumps(document).encode(), "b.json", FACTS)


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_in_a_customers_bundle_or_report_says_whose_it_is(stage: Stage) -> None:
    given = of_contoso(stage)
    made, key = pseudonymised(given)
    before, after = report(given), report(made)
    shown = [
        bundle.encode(made).decode(),
        result_json.render(after),
        markdown.render(after),
        runbook.render(after),
        html.render(after),
        text.render(after, width=80, color=False, unicode=True, verbosity=1),
    ]
    assert not re.findall(r"\S*(?:contoso|jane|aks-blue)\S*", " ".join(shown), re.IGNORECASE)
    assert statuses(after) == statuses(before)
    assert after.exit_code == before.exit_code
    assert back(after, key) == before


@pytest.mark.parametrize(
    "name",
    [
        *("default", "pass", "node", "a", "100m", "get", "secret", "mode", "server", "memory", "failed", "westeurope"),
        *("general", "azurekeyvaultsecretsprovider", "aks-cluedin-sample", "kv-cluedin-sample", "sample"),
    ],
)
def test_names_that_are_words_of_something_else_change_no_verdict(name: str) -> None:
    data = bundle.encode(sample("verify")).decode()
    data = data.replace('"namespace": "integration"', f'"namespace": "{name}"')
    given = bundle.decode(data.encode(), "b.json", FACTS)
    made, key = pseudonymised(given)
    before, after = report(given), report(made)
    assert statuses(after) == statuses(before)
    assert after.exit_code == before.exit_code
    assert back(after, key) == before


# --- single rules ---


def made_of(**given: Any) -> tuple[Snapshot, Key]:
    return pseudonymised(snapshot(header(), given))


def test_spellings_of_one_name_stay_spellings_of_one_name() -> None:
    made, key = made_of(vault=vault(name="KV-Acme"), vault_name=facts.NameAvailability(name="kv-acme"))
    one, other = made.get("vault").name, made.get("vault_name").name
    assert one != other
    assert facts.same_id(one, other)
    assert original([one, other, one.lower()], key) == ["KV-Acme", "kv-acme", "kv-acme"]


def test_ids_keep_their_equality_their_roles_and_nobody() -> None:
    role = "4633458b-17de-408a-b874-0445c86b69e6"
    scope = f"/subscriptions/{guid(1)}/resourceGroups/RG-Acme/providers/Microsoft.KeyVault/vaults/kv-acme"
    assignment = facts.RoleAssignment(
        id=f"{scope}/providers/Microsoft.Authorization/roleAssignments/{guid(2)}",
        scope=f"{scope}/secrets/cluedin-email-host",
        role_definition_id=f"/subscriptions/{guid(1).upper()}/providers/Microsoft.Authorization/roleDefinitions/{role}",
        principal_id=guid(3),
    )
    nobody = facts.Operator(object_id="00000000-0000-0000-0000-000000000000", tenant_id=guid(4))
    given = facts.RoleAssignments(items=(assignment,), assigned_to=guid(3))
    made, _ = made_of(role_assignments=given, operator=nobody)
    (found,) = made.get("role_assignments").items
    assert found.role_definition_id.endswith(f"/roleDefinitions/{role}")
    assert found.scope.endswith("/vaults/vault-1/secrets/cluedin-email-host")
    assert made.get("role_assignments").assigned_to == found.principal_id
    assert facts.same_id(found.scope.split("/")[2], found.role_definition_id.split("/")[2])
    assert made.get("operator").object_id == nobody.object_id
    assert not [number for number in (1, 2, 3, 4) if guid(number) in repr(made).lower()]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (
            'refused (403): User "jane@acme.com" cannot list resource "pods" in API group ""',
            'refused (403): User "user-1@users.example" cannot list resource "pods" in API group ""',
        ),
        (
            'refused (403): User "jane" cannot list resource "secrets"',
            'refused (403): User "user-1" cannot list resource "secrets"',
        ),
        ("k8s.acme.com cannot be reached; a private cluster", "host-1 cannot be reached; a private cluster"),
        (
            "the name aks-acme-dns-1a2b.hcp.westeurope.azmk8s.io does not resolve",
            "the name host-1.hcp.westeurope.azmk8s.io does not resolve",
        ),
        ("https://kv-acme.vault.azure.net/ refused", "https://vault-1.vault.azure.net/ refused"),
    ],
)
def test_sentences_of_refusals_lose_their_names(reason: str, expected: str) -> None:
    made, key = made_of(nodes=Missing(reason=reason, why="refused"))
    assert made.get("nodes").reason == expected
    assert original(expected, key) == reason


def test_notes_lose_the_names_of_files() -> None:
    made, key = pseudonymised(snapshot(header(notes=("acme/pods-of-acme.json not used: empty",)), {}))
    assert made.header.notes[0] == "file-1.json not used: empty"
    assert original({"notes": list(made.header.notes)}, key) == {"notes": ["acme/pods-of-acme.json not used: empty"]}


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("acme.azurecr.io/cluedin/server:2.6", "registry-1.azurecr.io/cluedin/server:2.6"),
        ("images.acme.example:5000/driver:v1.5.1", "registry-1:5000/driver:v1.5.1"),
        ("cluedin/server:2.6.0", "cluedin/server:2.6.0"),
        ("neo4j:5.26", "neo4j:5.26"),
    ],
)
def test_images_lose_their_registry_and_keep_their_version(image: str, expected: str) -> None:
    container = facts.Container(name="c", image=image)
    made, key = made_of(
        pods=(facts.Pod(metadata=facts.ObjectMeta(name="p"), spec=facts.PodSpec(containers=(container,))),)
    )
    assert made.get("pods")[0].spec.containers[0].image == expected
    assert original(expected, key) == image


def test_a_nodes_pool_and_a_pods_workload_can_be_told_from_their_names() -> None:
    names = ("aks-data-1234-vmss000000", "aks-data-1234-vmss000001")
    made, _ = made_of(nodes=tuple(node(name, pool="data") for name in names))
    assert [item.metadata.name for item in made.get("nodes")] == ["data-n1", "data-n2"]
    dictionary = Dictionary({"data-0": "data-n1"})
    assert dictionary("node/data-0: cluedin/elasticsearch-data-0") == "node/data-n1: cluedin/elasticsearch-data-0"


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("kv_acme", "no vault may be called so"),
        ("contoso.onmicrosoft.com", "a domain, no GUID"),
        ("#{Vault}#", "a placeholder"),
    ],
)
def test_what_is_wrong_with_a_name_stays_wrong(text: str, tells: str) -> None:
    kind = "tenant" if "." in text else "vault"
    (pseudonym,) = named({kind: {text: ""}}, ()) if not stays(text) else (text,)
    assert {"kv_acme": "_" in pseudonym, "#{Vault}#": pseudonym == text}.get(text, "." in pseudonym), tells


@given(st.lists(st.text("abcxyz-0189", min_size=2, max_size=12), max_size=12, unique=True))
def test_numbers_keep_the_order_of_names(names: list[str]) -> None:
    pseudonyms = named({"namespace": dict.fromkeys(names, "")}, names)
    assert len(pseudonyms) == len(names)
    assert [pseudonyms[pseudonym] for pseudonym in sorted(pseudonyms)] == sorted(names)


def test_no_pseudonym_is_a_name_of_the_cluster_already() -> None:
    pseudonyms = named({"vault": {"kv-acme": ""}}, ["kv-acme", "vault-1", "cluster vault-7"])
    assert list(pseudonyms) == ["vaultx-1"]


def test_collecting_is_a_pure_function() -> None:
    assert pseudonymised(sample("enable")) == pseudonymised(sample("enable"))


def test_the_key_of_an_earlier_bundle_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["collect", "a.bundle.json.gz", "--pseudonyms", "--offline", "--stage", "deploy", "-f", "values.yaml"]
    for vault_name, code in (("kv-acme", 0), ("kv-other", 2)):
        Path("values.yaml").write_text(f"global:\n  keyvault:\n    keyvaultName: {vault_name}\n", encoding="utf-8")
        assert run(words) == code
    assert "a.bundle.key.json is the key of an earlier bundle and is not overwritten" in capsys.readouterr().err
    held = json.loads(Path("a.bundle.key.json").read_text("utf-8"))
    assert held["names"] == {"vault-1": "kv-acme"}
    assert "never send it" in held["about"]
    assert json.loads(gzip.decompress(Path("a.bundle.json.gz").read_bytes()))["header"]["target"]["vault"] == "vault-1"


def test_the_key_of_another_bundle_does_not_translate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, key = pseudonymised(sample("enable"))
    result, other = tmp_path / "r.json", tmp_path / "other.key.json"
    result.write_text(result_json.render(report(made)), encoding="utf-8")
    other.write_bytes(encode(msgspec.structs.replace(key, collected_at="2026-02-01T00:00:00Z")))
    assert run(["report", str(result), "--key", str(other)]) == 2
    told = capsys.readouterr()
    assert "do not belong together" in told.err
    assert told.out == ""


# --- the key, and the command line ---


def test_a_key_survives_its_file() -> None:
    _, key = pseudonymised(sample("enable"))
    assert decode(encode(key), "key.json") == key


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"names": {"a": 1}}', b'{"schema": "x/2", "names": {}}', b"\xff"]
)
def test_what_is_no_key_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(InputError, match=r"key\.json: this is no key") as refusal:
        decode(data, "key.json")
    assert "\n" not in str(refusal.value)


def test_collect_writes_the_key_beside_the_bundle_and_report_takes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("acme-values.yaml").write_text(
        f"global:\n  keyvault:\n    enabled: true\n    keyvaultName: kv-acme\n    tenantId: {guid(7)}\n"
        f"    userAssignedIdentityID: {guid(8)}\n",
        encoding="utf-8",
    )
    given = ["--offline", "--stage", "deploy", "-f", "acme-values.yaml"]
    assert run(["collect", "a.bundle.json", "--pseudonyms", *given]) == 0
    told = capsys.readouterr()
    assert "never send it" in told.err
    key = Path("a.bundle.key.json")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    sent = Path("a.bundle.json").read_text(encoding="utf-8")
    assert not [name for name in ("acme", guid(7), guid(8)) if name in sent]
    assert not [name for name in ("acme", guid(7), guid(8)) if name in told.err + told.out]
    code = run(["run", "a.bundle.json", "-o", "json=r.json"])
    plain = run(["run", *given, "-o", "json=plain.json"])
    assert code == plain
    capsys.readouterr()
    assert run(["report", "r.json", "--key", str(key), "-o", "json"]) == code
    translated, expected = (json.loads(it) for it in (capsys.readouterr().out, Path("plain.json").read_text("utf-8")))
    assert translated["outcomes"] == expected["outcomes"]
    assert translated["target"] == expected["target"]
    assert run(["report", "r.json", "--key", "a.bundle.json"]) == 2
    assert "this is no key" in capsys.readouterr().err


def test_the_default_name_of_the_bundle_is_pseudonymous_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("values.yaml").write_text("global: {}\n", encoding="utf-8")
    given = ["--offline", "--stage", "deploy", "-f", "values.yaml", "--cluster-name", "aks-acme"]
    assert run(["collect", "--pseudonyms", *given]) == 0
    assert run(["collect", "-", "--pseudonyms", *given]) == 0
    assert "aks-acme" not in capsys.readouterr().out
    written = sorted(path.name for path in tmp_path.iterdir())
    assert [name.partition("1-")[0] for name in written] == ["preflight-cluster-", "preflight-cluster-", "values.yaml"]
