import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight import facts
from preflight.collect.known_paths import KNOWN
from preflight.collect.values import read_values, read_values_files, settings_of
from preflight.collect.yaml_positions import MAX_BYTES, read_yaml
from preflight.errors import InputError, UsageError
from tests.data import data_path

CANARY = "Canary-1a2b3c"


def read(*files: str, sets: tuple[str, ...] = ()) -> facts.Values:
    return read_values([(f"v{number}.yaml", text.encode()) for number, text in enumerate(files)], sets)


def setting(values: facts.Values, path: str) -> facts.Setting:
    (found,) = (item for item in values.settings if ".".join(map(str, item.path)) == path)
    return found


def test_later_files_win_maps_merge_and_the_line_is_the_winners() -> None:
    values = read(
        "global:\n  keyvault:\n    enabled: false\n    tenantId: a\n",
        "\n\nglobal:\n  keyvault: {enabled: true}\n",
    )
    enabled = setting(values, "global.keyvault.enabled")
    assert (enabled.text, enabled.file, enabled.line) == ("true", "v1.yaml", 4)
    tenant = setting(values, "global.keyvault.tenantId")
    assert (tenant.text, tenant.file, tenant.line) == ("a", "v0.yaml", 4)


def test_lists_replace_and_null_stays_to_delete_a_default() -> None:
    place = "infrastructure.rabbitmq.extraVolumes"
    text = "infrastructure: {rabbitmq: {extraVolumes: [{name: %s}], auth: %s}}"
    values = read(text % ("a", "{password: x}"), text % ("b", "null"))
    assert [item.text for item in values.settings if item.path[-1] == "name"] == ["b"]
    assert setting(values, "infrastructure.rabbitmq.auth").kind == "null"
    assert setting(values, f"{place}.0.name").line == 1


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        *((word, "boolean") for word in ("y", "No", "on", "OFF", "true", "False")),
        *((word, "number") for word in ("25", "010", "08", "0x1F", "0o17", "1_000", "1e3", ".5", "-3", "+4.", "1.")),
        *((word, "null") for word in ("", "~", "null", "NULL")),
        *((word, "string") for word in ("'y'", '"25"', "1:30", "2020-01-01", "_1", "1e", "!!str 5", "! 6", "yEs")),
    ],
)
def test_scalars_are_read_as_helm_reads_them(written: str, kind: str) -> None:
    assert (
        setting(read(f"global:\n  keyvault:\n    keyvaultName: {written}"), "global.keyvault.keyvaultName").kind == kind
    )


def test_a_later_duplicate_key_wins_and_the_lost_one_is_named() -> None:
    values = read("global:\n  keyvault:\n    tenantId: a\nglobal:\n  keyvault:\n    enabled: true\n")
    assert [item.path[-1] for item in values.settings] == ["global", "keyvault", "enabled"]
    assert [(item.path, item.line) for item in values.repeated] == [(("global",), 1)]


def test_anchors_and_merge_keys_keep_the_line_of_what_they_bring() -> None:
    values = read("x: &base\n  keyvaultName: kv\nglobal:\n  keyvault:\n    <<: *base\n    tenantId: t\n")
    assert setting(values, "global.keyvault.keyvaultName").line == 2
    assert setting(values, "global.keyvault.tenantId").text == "t"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a: 1\n\tb: 2\n", 2),
        (b"a: 1\nb: [1, 2\n", 3),
        (b"a: 1\nb: \xff\n", 2),
        (b"a: 1\nb: \x07\n", 2),
        (b"- a\n", 1),
        (b"\njust text\n", 2),
        (b"a: 1\n---\nb: 2\n", 3),
        (b"a: 1\nb: *nowhere\n", 2),
        (b"a: &x [*x]\n", 1),
        (b"a: 1\n? [b]\n: c\n", 2),
        (b"a:\n  <<: 5\n", 2),
        (b"a: .inf\n", 1),
        (b"\x1f\x8b\x08", 1),
        (b"a: " + b"[" * 200, 1),
        (b"a: " + b"x" * MAX_BYTES, 1),
        (b"a:\n" + b"- b\n" * 200_001, 199_999),
    ],
)
def test_what_helm_cannot_read_is_one_sentence_with_file_and_line(data: bytes, line: int) -> None:
    with pytest.raises(InputError, match=rf"^v\.yaml:{line}: [^\n]+$"):
        read_values([("v.yaml", data)])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_read(encoding: str) -> None:
    values = read_values([("v.yaml", "global: {keyvault: {tenantId: ü-t}}".encode(encoding))])
    assert setting(values, "global.keyvault.tenantId").kind == "string"


@pytest.mark.parametrize("text", ["", "---\n", "# only a comment\n", "---\n---\n", "a: 1\n---\n"])
def test_empty_documents_hold_nothing(text: str) -> None:
    assert read(text).settings == ()


def bomb(first: str, levels: int) -> str:
    """A file of `levels` lists, each of which holds the one before ten times; `first` is the innermost."""
    lists = (f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, levels))
    return f"a0: &a0 {first}\n{''.join(lists)}"


# Both sides of the line were measured with Helm 3.20: 4 levels are read, 5 are "excessive aliasing".
def test_an_alias_bomb_is_refused_where_helm_refuses_it() -> None:
    assert read(bomb("[x]", 4)).settings == ()
    for levels in (5, 12):
        with pytest.raises(InputError, match=r"^v0\.yaml:1: its aliases repeat too much; Helm refuses such a file"):
            read(bomb("[x]", levels))


def test_what_multiplies_without_being_a_bomb_to_helm_is_refused_where_somebody_looks() -> None:
    classes = f"k0: &k0 {{a: b}}\nk1: &k1 [{', '.join(['{secretName: a, secretKeys: *k0}'] * 26)}]\n"
    wide = "".join(f"      c{n}: *k1\n" for n in range(400))
    with pytest.raises(InputError, match="aliases counted"):
        read(f"{classes}global:\n  keyvault:\n    secretProviderClasses:\n{wide}")


def test_passwords_are_never_held() -> None:
    values = read(
        f"""
infrastructure:
  rabbitmq: {{auth: {{password: {CANARY}}}}}
  elasticsearch: {{auth: {{password: {CANARY}}}}}
application:
  bootstrap: {{organization: {{name: acme, email: {CANARY}, password: {CANARY}}}}}
  email: {{password: {CANARY}}}
global:
  keyvault: {{clientSecret: {CANARY}, secretProviderClasses: {{a: [{{secretName: s, value: {CANARY}}}]}}}}
other: {{{CANARY}: {CANARY}}}
"""
    )
    assert CANARY not in repr(values)
    password = setting(values, "infrastructure.rabbitmq.auth.password")
    assert (password.text, password.empty, password.line) == (None, False, 3)
    unknown = setting(values, "global.keyvault.clientSecret")
    assert (unknown.kind, unknown.text) == ("string", None)


def test_a_text_that_could_be_no_name_is_not_held_even_where_names_belong() -> None:
    values = read("global: {keyvault: {keyvaultName: 'P@ss!word', tenantId: '#{Tenant}#', frontendCrt: $kv.name}}")
    assert setting(values, "global.keyvault.keyvaultName").text is None
    assert setting(values, "global.keyvault.tenantId").text == "#{Tenant}#"
    assert setting(values, "global.keyvault.frontendCrt").text == "$kv.name"


def test_set_comes_last_and_has_no_line() -> None:
    kv = "global.keyvault."
    values = read(
        "global: {keyvault: {enabled: false}}",
        sets=(f"{kv}enabled=true,{kv}tenantId=a\\,b", f"{kv}secretProviderClasses.c[0].secretKeys.load\\.json=o"),
    )
    enabled = setting(values, f"{kv}enabled")
    assert (enabled.kind, enabled.text, enabled.file, enabled.line) == ("boolean", "true", None, None)
    key = values.settings[-1]
    assert (key.path[-1], key.text) == ("load.json", "o")


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a.b",
        "a=1,b",
        "a[x]=1",
        "a[-1]=1",
        "a[70000]=1",
        "a={x",
        "a[0]b=1",
        "global=1,global.b=2",
        ".".join("a" * 40),
    ],
)
def test_a_bad_set_is_refused_without_its_value(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--set"):
        read("a: {}", sets=(text,))


def test_a_pipelines_placeholders_are_tokens_quoted_or_not() -> None:
    text = b"global:\n  keyvault:\n    tenantId: #{Tenant}#\n    keyvaultName: 'kv-#{Env}#'\n    enabled: true\n"
    values = read_values([("v.yaml", text)], tokens=[r"#\{.*?\}#"])
    assert [(item.kind, item.empty, item.text, item.line) for item in values.settings[2:4]] == [
        ("token", False, None, 3),
        ("token", False, None, 4),
    ]


def test_the_release_gives_the_same_settings_without_positions() -> None:
    values = settings_of(
        {"global": {"keyvault": {"enabled": True, "secretProviderClasses": {"a": [{"secretName": None}]}}}}
    )
    assert values.source == "release"
    assert [item.kind for item in values.settings] == ["map", "map", "boolean", "map", "list", "map", "null"]
    assert all(item.line is None for item in values.settings)


@given(st.binary(max_size=200))
def test_no_bytes_make_a_traceback(data: bytes) -> None:
    with contextlib.suppress(InputError):
        read_yaml(data, "v.yaml")


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing\.yaml: cannot be read"):
        read_values_files([tmp_path / "missing.yaml"])


def test_the_published_sample_is_read_whole() -> None:
    values = read_values_files([data_path("values/akv-sync-sample.yaml")])
    assert (
        setting(values, "infrastructure.redis.master.extraVolumes.0.csi.volumeAttributes.secretProviderClass").line
        == 167
    )
    assert all(item.line for item in values.settings)


def test_every_known_path_is_written_once() -> None:
    assert len(set(KNOWN)) == len(KNOWN)


def test_what_sizes_pods_is_known_wherever_it_stands_and_no_more_than_that() -> None:
    values = read(
        f"a:\n  b:\n  - {{resources: {{requests: {{{CANARY}: {CANARY}}}}}, tolerations: []}}\n{CANARY}: {CANARY}\n"
    )
    assert CANARY not in repr(values)
    assert values.settings == ()
    assert [(item.path, item.kind, item.empty, item.text, item.line) for item in values.sizing] == [
        (("a", "b", 0, "resources"), "map", False, None, 3),
        (("a", "b", 0, "tolerations"), "list", True, None, 3),
    ]
