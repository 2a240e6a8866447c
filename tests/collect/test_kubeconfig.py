"""The kubeconfig is chosen as kubectl chooses it; whatever is wrong with it is told with the command that helps."""

import base64
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from preflight.collect.kubeconfig import configured
from preflight.errors import InputError, UsageError

CANARY = "canary-2ab8" + "x" * 60


@pytest.fixture(autouse=True)
def nobody_elses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "AAD_LOGIN_METHOD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))


def config(user: Mapping[str, object] | None = None, **more: object) -> dict[str, Any]:
    return {
        "clusters": [{"name": "c", "cluster": {"server": "https://aks.example:443"}}],
        "users": [{"name": "u", "user": user or {"token": "t"}}],
        "contexts": [
            {"name": "one", "context": {"cluster": "c", "user": "u", "namespace": "cluedin"}},
            {"name": "two", "context": {"cluster": "c", "user": "u"}},
        ],
        "current-context": "one",
        **more,
    }


def written(path: Path, document: object) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return str(path)


def refusal(error: type[UsageError], kubeconfig: str | None, context: str | None = None, timeout: float = 10.0) -> str:
    with pytest.raises(error) as caught:
        configured(kubeconfig, context, timeout=timeout)
    message = str(caught.value)
    assert "canary" not in message
    assert "\n" not in message
    return message


# --- which one ---


def test_the_current_context_of_the_file_given_is_taken(tmp_path: Path) -> None:
    access = configured(written(tmp_path / "k", config()), None, timeout=1.0)
    assert (access.context, access.namespace) == ("one", "cluedin")
    assert access.configuration.host == "https://aks.example:443"
    assert access.configuration.get_api_key_with_prefix("BearerToken") == "Bearer t"


def test_a_context_can_be_named(tmp_path: Path) -> None:
    access = configured(written(tmp_path / "k", config()), "two", timeout=1.0)
    assert (access.context, access.namespace) == ("two", None)


def test_the_environment_and_then_the_home_folder_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").mkdir()
    written(tmp_path / "home" / ".kube" / "config", config() | {"current-context": "two"})
    assert configured(None, None, timeout=1.0).context == "two"
    monkeypatch.setenv("KUBECONFIG", written(tmp_path / "k", config()))
    assert configured(None, None, timeout=1.0).context == "one"


def test_several_files_are_merged_and_absent_ones_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = written(tmp_path / "first", {"current-context": "three", "contexts": None})
    context = {"name": "three", "context": {"cluster": "c", "user": "u"}}
    second = written(tmp_path / "second", config(contexts=[context]) | {"current-context": ""})
    separator = ";" if sys.platform == "win32" else ":"
    monkeypatch.setenv("KUBECONFIG", separator.join([first, str(tmp_path / "absent"), second]))
    assert configured(None, "three", timeout=1.0).context == "three"


def test_a_context_without_a_user_needs_no_credentials(tmp_path: Path) -> None:
    bare = config(contexts=[{"name": "one", "context": {"cluster": "c"}}])
    access = configured(written(tmp_path / "k", bare), None, timeout=1.0)
    assert access.configuration.get_api_key_with_prefix("BearerToken") is None


# --- first-run messages ---


def test_without_any_kubeconfig_the_command_that_makes_one_is_named() -> None:
    assert "az aks get-credentials -g RESOURCE_GROUP -n CLUSTER" in refusal(UsageError, None)


def test_a_pod_without_a_token_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    assert "automountServiceAccountToken" in refusal(UsageError, None)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert refusal(InputError, str(tmp_path / "absent")).endswith("absent: no such kubeconfig")


def test_without_a_current_context_the_contexts_are_named(tmp_path: Path) -> None:
    path = written(tmp_path / "k", config() | {"current-context": None})
    assert "no current context; choose one with --context (there: one, two), or get one: az aks get-credentials" in (
        refusal(UsageError, path)
    )


@pytest.mark.parametrize("nothing", ["", {"contexts": [], "clusters": None, "users": []}])
def test_a_file_without_a_context_names_the_command_that_makes_one(tmp_path: Path, nothing: object) -> None:
    assert "get one: az aks get-credentials" in refusal(UsageError, written(tmp_path / "k", nothing))


def test_a_context_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    message = refusal(UsageError, written(tmp_path / "k", config()), "three")
    assert "no context three (there: one, two); get it: az aks get-credentials" in message


@pytest.mark.parametrize("kind", ["clusters", "users"])
def test_a_context_that_hangs_in_the_air_is_told(kind: str, tmp_path: Path) -> None:
    message = refusal(InputError, written(tmp_path / "k", config() | {kind: []}))
    assert "context one names a cluster or user that is not there" in message


@pytest.mark.parametrize(
    "document",
    [
        "",
        "just text",
        "- a\n- list\n",
        "users: [",
        f"users:\n- name: u\n  user: {{token: '{CANARY}\n",
        "users: {a: b}\nclusters: []\ncontexts: []\ncurrent-context: x",
        f"{{users: [{CANARY}], contexts: [], clusters: []}}",
        f"{{users: [{{user: {{token: {CANARY}}}}}], contexts: [], clusters: []}}",
        config(clusters=[{"name": "c", "cluster": {"server": [CANARY]}}]),
        config(user={"client-certificate-data": CANARY, "client-key-data": CANARY}),
        config(user={"client-certificate": "/no/such/file", "client-key": "/no/such/file"}),
        config(user={"exec": {"command": [CANARY]}}),
        "\x00\x01\x02",
        "a: &a [x]\nusers: [*a, *a]\ncontexts: *a\nclusters: *a\n",
    ],
)
def test_what_is_no_kubeconfig_is_told_without_quoting_it(document: object, tmp_path: Path) -> None:
    assert "kubeconfig" in refusal(InputError, written(tmp_path / "k", document))


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "k"
    path.write_bytes(b"\xff\xfe\x00binary\x80")
    assert "a kubeconfig was expected" in refusal(InputError, str(path))


def test_a_folder_is_told(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(InputError, str(tmp_path))


# --- credential plugins ---


def plugin(command: str, *args: str, **more: object) -> dict[str, object]:
    version = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": version, "command": command, "args": list(args), **more}}


def printing(document: object) -> dict[str, object]:
    return plugin(sys.executable, "-c", f"print({json.dumps(document)!r})")


def test_kubelogin_that_is_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = written(tmp_path / "k", config(plugin("kubelogin", "get-token", "--login", "azurecli")))
    message = refusal(UsageError, path)
    assert "kubelogin, which is not installed; install it: az aks install-cli" in message
    assert "kubelogin convert-kubeconfig -l azurecli" in message


@pytest.mark.parametrize("args", [["get-token"], ["get-token", "-l", "interactive"], ["--login=devicecode"]])
def test_a_login_that_would_prompt_is_never_started(args: list[str], tmp_path: Path) -> None:
    message = refusal(UsageError, written(tmp_path / "k", config(plugin("kubelogin", *args))))
    assert message.endswith("run: kubelogin convert-kubeconfig -l azurecli")


def test_the_login_that_kubernetes_has_dropped_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "k", config({"auth-provider": {"name": "azure", "config": {"access-token": CANARY}}}))
    assert "kubelogin convert-kubeconfig -l azurecli" in refusal(UsageError, path)


@pytest.mark.subprocess
def test_the_token_of_a_plugin_is_used(tmp_path: Path) -> None:
    path = written(tmp_path / "k", config(printing({"status": {"token": "from-plugin"}})))
    before = Path(path).read_bytes()
    access = configured(path, None, timeout=10.0)
    assert access.configuration.get_api_key_with_prefix("BearerToken") == "Bearer from-plugin"
    assert Path(path).read_bytes() == before


@pytest.mark.subprocess
def test_a_plugin_is_told_that_nobody_can_answer_it(tmp_path: Path) -> None:
    code = (
        "import json, os, sys; info = json.loads(os.environ['KUBERNETES_EXEC_INFO']);"
        "spec = info['spec']; said = [str(spec['interactive']), spec['cluster']['server'], os.environ['MORE']];"
        "said.append(sys.stdin.read()); print(json.dumps({'status': {'token': '|'.join(said)}}))"
    )
    env = [{"name": "MORE", "value": "more"}]
    path = written(tmp_path / "k", config(plugin(sys.executable, "-c", code, env=env, provideClusterInfo=True)))
    access = configured(path, None, timeout=10.0)
    assert access.configuration.api_key["BearerToken"] == "Bearer False|https://aks.example:443|more|"


@pytest.mark.subprocess
def test_the_certificate_of_a_plugin_is_used(tmp_path: Path) -> None:
    status = {"clientCertificateData": "a certificate", "clientKeyData": "a key"}
    access = configured(written(tmp_path / "k", config(printing({"status": status}))), None, timeout=10.0)
    assert Path(access.configuration.cert_file).read_text("utf-8") == "a certificate"
    assert Path(access.configuration.key_file).read_text("utf-8") == "a key"


@pytest.mark.subprocess
@pytest.mark.parametrize(
    ("user", "said"),
    [
        (plugin(sys.executable, "-c", "raise SystemExit('AADSTS70043: the refresh token has expired')"), "AADSTS70043"),
        (
            plugin(sys.executable, "-c", f"raise SystemExit('got {CANARY}')"),
            "failed with code 1: got ...; try it alone:",
        ),
        (plugin(sys.executable, "-c", "import time; time.sleep(60)"), "gave no credentials within 0.5 s"),
        (plugin(sys.executable, "-c", ""), "printed no credentials"),
        (printing({"status": {}}), "printed neither a token nor a certificate"),
        (plugin("./not-here"), "./not-here, which is not installed"),
    ],
)
def test_a_plugin_that_fails_is_told(user: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        configured(written(tmp_path / "k", config(user)), None, timeout=0.5 if "sleep" in str(user) else 10.0)
    assert said in str(caught.value)


@pytest.mark.subprocess
def test_a_plugin_is_found_beside_the_file_that_names_it(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("a script needs no extension here")
    script = tmp_path / "plugins" / "log-in"
    script.parent.mkdir()
    script.write_text(f'#!{sys.executable}\nprint(\'{{"status": {{"token": "near"}}}}\')\n', encoding="utf-8")
    script.chmod(0o755)
    access = configured(written(tmp_path / "k", config(plugin("plugins/log-in"))), None, timeout=10.0)
    assert access.configuration.api_key["BearerToken"] == "Bearer near"


def test_certificates_inside_the_file_are_used(tmp_path: Path) -> None:
    data = base64.b64encode(b"a certificate").decode()
    path = written(tmp_path / "k", config({"client-certificate-data": data, "client-key-data": data}))
    assert Path(configured(path, None, timeout=1.0).configuration.cert_file).read_bytes() == b"a certificate"
