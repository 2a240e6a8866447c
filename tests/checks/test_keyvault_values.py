import pytest

from checks.keyvault_values import keyvault_values as check
from preflight import Finding, facts
from preflight.collect.values import read_values
from preflight.model import Target
from tests.checks.plan import keyvault, one_secret, recorded, said, values

KEYS = "secretKeys: {password: cluedin-login-password}"
ENTRY = "global.keyvault.secretProviderClasses.cluedin-server[0]"


CLASSES = "global.keyvault.secretProviderClasses"
INHERITED = ("cluedin-elasticsearch", "cluedin-redis", "cluedin-sqlserver")


def keyvault_values(values: facts.Values, version: str = "2.4.0") -> list[Finding]:
    """Judge by a chart whose databases mount nothing by themselves, unless the test names another."""
    header = facts.Header(
        collected_at="2026-01-01T00:00:00Z", tool_version="0", stage="deploy", target=Target(chart_version=version)
    )
    found = check(values, header)
    return [item for item in found if item.status != "skip" or "nobody mounts it" not in item.message]


@pytest.mark.parametrize("name", ["article-block", "akv-sync-sample", "sample-with-rabbit-volumes-kept"])
def test_the_article_and_the_sample_pass_as_they_are(name: str) -> None:
    assert [status for status, *_ in said(keyvault_values(recorded(name)))] == ["pass"]


def test_empty_classes_of_the_chart_are_mounted_by_the_databases_from_2_5_2_on() -> None:
    found = keyvault_values(recorded("article-block"), "2.6.0")
    assert said(found) == [("fail", f"{CLASSES}.{key}", 9) for key in INHERITED]
    assert "StatefulSet/cluedin-redis-master" in found[1].message


def test_an_empty_class_that_is_typed_is_pointed_at() -> None:
    below = "    secretProviderClasses:\n      cluedin-neo4j: []\n"
    assert ("fail", f"{CLASSES}.cluedin-neo4j", 8) in said(keyvault_values(keyvault(below), "2.6.0"))


def test_an_empty_class_that_nobody_mounts_is_a_skip() -> None:
    below = "    secretProviderClasses:\n      cluedin-ui: []\n"
    found = check(keyvault(below), None)
    assert [item.object for item in found if item.status == "skip"] == [
        f"values/{CLASSES}.cluedin-server",
        f"values/{CLASSES}.cluedin-ui",
    ]


def test_the_articles_own_placeholders_are_left_over() -> None:
    text = "{enabled: true, userAssignedIdentityID: $kvManagedIdentity, keyvaultName: $kv.name, tenantId: $tenantId}"
    found = said(keyvault_values(values(f"global:\n  keyvault: {text}\n")))
    assert [(status, path.rpartition(".")[2]) for status, path, _ in found] == [
        ("fail", "userAssignedIdentityID"),
        ("fail", "keyvaultName"),
        ("fail", "tenantId"),
        ("warn", "secretProviderClasses"),
    ]


def test_without_a_block_there_is_nothing_to_judge() -> None:
    assert [status for status, *_ in said(keyvault_values(values("infrastructure: {}")))] == ["skip"]


@pytest.mark.parametrize(
    "place", ["keyvault", "application.keyvault", "global.keyVault", "infrastructure.global.keyvault"]
)
def test_a_block_outside_global_is_pointed_at(place: str) -> None:
    text = "".join(f"{'  ' * depth}{key}:\n" for depth, key in enumerate(place.split(".")))
    found = said(keyvault_values(values(f"{text}{'  ' * 5}enabled: true\n")))
    assert found == [("fail", place, place.count(".") + 1)]


def test_charts_before_2_3_0_read_the_block_of_the_application() -> None:
    text = "application:\n  keyvault:\n    enabled: true\n"
    assert [status for status, *_ in said(keyvault_values(values(text), "2.2.0"))] == ["skip"]
    below_application = "application:\n  global:\n    keyvault:\n      enabled: true\n"
    assert said(keyvault_values(values(below_application))) == [("warn", "application.global.keyvault", 3)]


def test_disabled_but_filled_in_is_a_warning() -> None:
    text = "global:\n  keyvault:\n    enabled: false\n    frontendCrt: cluedin-crt\n"
    assert said(keyvault_values(values(text))) == [("warn", "global.keyvault.enabled", 3)]
    assert said(keyvault_values(values("global: {keyvault: {enabled: false}}"))) == [("skip", "", None)]


@pytest.mark.parametrize(
    ("written", "status"), [("'false'", "fail"), ("'true'", "warn"), ("1", "warn"), ("", "fail"), ("yes", None)]
)
def test_enabled_must_be_a_boolean(written: str, status: str | None) -> None:
    text = f"global:\n  keyvault:\n    enabled: {written}\n    frontendCrt: c\n"
    found = [item for item in said(keyvault_values(values(text))) if item[1].endswith("enabled")]
    assert found == ([(status, "global.keyvault.enabled", 3)] if status else [])


@pytest.mark.parametrize("key", ["userAssignedIdentityID", "keyvaultName", "tenantId"])
@pytest.mark.parametrize("written", ["", "null", "5", "[a]", "{a: b}", "'#{X}#'", "<vault>"])
def test_required_ids_are_filled_in(key: str, written: str) -> None:
    found = said(keyvault_values(keyvault(f"    frontendCrt: cluedin-crt\n    {key}: {written}\n")))
    assert ("fail", f"global.keyvault.{key}", 8) in found


@pytest.mark.parametrize("written", ["00000000-0000-0000-0000-000000000000", "not-a-guid", "kvManagedIdentity"])
def test_ids_are_guids(written: str) -> None:
    found = said(keyvault_values(keyvault(f"    frontendCrt: cluedin-crt\n    tenantId: {written}\n")))
    assert ("fail", "global.keyvault.tenantId", 8) in found


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("userAssignedIdentityId", "userAssignedIdentityID"),
        ("keyVaultName", "keyvaultName"),
        ("tenantID", "tenantId"),
        ("secretProviderClass", "secretProviderClasses"),
        ("frontEndCert", "frontendCrt"),
        ("enable", "enabled"),
    ],
)
def test_a_misspelt_key_is_named_once_with_the_right_spelling(wrong: str, right: str) -> None:
    text = f"global:\n  keyvault:\n    {wrong}: x\n"
    found = [finding for finding in keyvault_values(values(text)) if wrong in (finding.object or "")]
    assert [(finding.status.value, finding.hint) for finding in found] == [("fail", f"rename it to {right}")]
    assert not any((finding.object or "").endswith(f".{right}") for finding in keyvault_values(values(text)))


@pytest.mark.parametrize(
    ("entry", "status", "path"),
    [
        (f"{{{KEYS}}}", "fail", ENTRY),
        (f"{{secretName: 25, {KEYS}}}", "fail", f"{ENTRY}.secretName"),
        (f"{{secretName: '25', {KEYS}}}", "fail", f"{ENTRY}.secretName"),
        (f"{{SecretName: a, {KEYS}}}", "fail", f"{ENTRY}.SecretName"),
        ("{secretName: a}", "fail", ENTRY),
        ("{secretName: a, secretKeys: [b]}", "fail", f"{ENTRY}.secretKeys"),
        ("{secretName: a, secretKeys: {port: 25}}", "fail", f"{ENTRY}.secretKeys.port"),
        ("{secretName: a, secretKeys: {port: on}}", "fail", f"{ENTRY}.secretKeys.port"),
        ("{secretName: a, secretKeys: {port: }}", "fail", f"{ENTRY}.secretKeys.port"),
        ("{secretName: a, secretKeys: {port: [x]}}", "fail", f"{ENTRY}.secretKeys.port"),
        ("{secretName: a, secretKeys: {'1': b}}", "fail", f"{ENTRY}.secretKeys.1"),
        (f"{{secretName: a, secretType: kubernetes.io/TLS, {KEYS}}}", "fail", f"{ENTRY}.secretType"),
        (f"{{secretName: a, secretType: opaque, {KEYS}}}", "warn", f"{ENTRY}.secretType"),
        (f"{{secretName: a, objectName: b, {KEYS}}}", "warn", f"{ENTRY}.objectName"),
        (f"{{secretName: a, objectVersion: b, {KEYS}}}", "warn", f"{ENTRY}.objectVersion"),
        ("text", "fail", ENTRY),
        (
            "{secretName: a, secretType: kubernetes.io/dockerconfigjson, secretKeys: {x: z}}",
            "fail",
            f"{ENTRY}.secretType",
        ),
    ],
)
def test_entries_are_judged_part_by_part(entry: str, status: str, path: str) -> None:
    problems = [item for item in said(keyvault_values(one_secret(entry))) if item[0] != "pass"]
    assert problems == [(status, path, 9)]


def test_a_tls_entry_needs_its_object_and_fetches_nothing_else() -> None:
    keys = "secretKeys: {tls.crt: crt, tls.key: crt}"
    tls = "secretName: a, secretType: kubernetes.io/tls"
    assert said(keyvault_values(one_secret(f"{{{tls}, {keys}}}"))) == [("fail", f"{ENTRY}.objectName", 9)]
    assert [status for status, *_ in said(keyvault_values(one_secret(f"{{{tls}, objectName: crt, {keys}}}")))] == [
        "pass"
    ]
    assert said(keyvault_values(one_secret(f"{{{tls}, objectName: other, {keys}}}"))) == [
        ("fail", f'{ENTRY}.secretKeys."tls.crt"', 9),
        ("fail", f'{ENTRY}.secretKeys."tls.key"', 9),
    ]


@pytest.mark.parametrize(
    ("shape", "path"), [("[a]", ""), ("text", ""), ("{c: {secretName: a}}", ".c"), ("{c: text}", ".c")]
)
def test_maps_and_lists_are_not_mixed_up(shape: str, path: str) -> None:
    found = said(keyvault_values(keyvault(f"    secretProviderClasses: {shape}\n")))
    assert found[0] == ("fail", f"global.keyvault.secretProviderClasses{path}", 7)


def test_a_pipelines_tokens_are_skips() -> None:
    ids = b"    userAssignedIdentityID: #{I}#\n    keyvaultName: kv-a\n    tenantId: '#{T}#'\n    frontendCrt: c-crt\n"
    text = b"global:\n  keyvault:\n    enabled: true\n" + ids
    found = said(keyvault_values(read_values([("v.yaml", text)], tokens=[r"#\{.*?\}#"])))
    assert [status for status, *_ in found] == ["skip", "skip", "pass"]


def test_a_lost_duplicate_is_told() -> None:
    text = "global:\n  keyvault: {enabled: true}\nglobal:\n  keyvault: {enabled: false}\n"
    assert ("warn", "global", 1) in said(keyvault_values(values(text)))
