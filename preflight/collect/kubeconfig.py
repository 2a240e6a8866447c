"""The kubeconfig, chosen as kubectl chooses it, and the credentials it names; every complaint has a next command.

The `kubernetes` package merges and loads the files. Credential plugins (kubelogin) are started here and not by it: it
would let them prompt, wait for them without end, and go on as nobody when they fail. Its own complaints are never
shown: they can quote whole entries of the file, and these hold tokens.
"""

import base64
import json
import os
import re
import shutil
import subprocess
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from preflight.collect.decoding import Undecodable, convert
from preflight.errors import InputError, UsageError

GET_CREDENTIALS = "az aks get-credentials -g RESOURCE_GROUP -n CLUSTER"
_CONVERT = "kubelogin convert-kubeconfig -l azurecli"
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod finds its token, the authority of the API server and its own namespace."""
_PROMPTING_LOGINS = ("devicecode", "interactive")
_TOKEN_LIKE = re.compile(r"\S{60,}")


@dataclass(frozen=True, kw_only=True)
class Access:
    """How to reach an API server. `configuration` is the `kubernetes` package's own; `namespace` is the context's."""

    context: str | None
    namespace: str | None
    configuration: Any


def configured(kubeconfig: str | None, context: str | None, *, timeout: float) -> Access:
    """Return the access that kubectl would take: the file given, else $KUBECONFIG, else ~/.kube/config, else the pod's.

    `timeout` in seconds bounds a credential plugin. Raises UsageError (no context, no such context, no credentials) and
    InputError (a file that cannot be read), each naming the command that helps.
    """
    present = _present(kubeconfig)
    if present:
        return _from_files(os.pathsep.join(present), context, timeout)
    if kubeconfig:
        raise InputError(f"{kubeconfig}: no such kubeconfig")
    if "KUBERNETES_SERVICE_HOST" not in os.environ:
        raise UsageError(f"there is no kubeconfig, so no cluster to look at; get one: {GET_CREDENTIALS}")
    return _from_pod()


def context_of(kubeconfig: str | None, hosts: Collection[str]) -> str | None:
    """Return the context whose API server is one of these hosts, the current one first; None where there is none.

    Raises InputError as `configured` does.
    """
    present = _present(kubeconfig)
    if not present:
        return None
    paths = os.pathsep.join(present)
    known = _looked_at(paths, _merged(paths))
    servers = {item.name: urlsplit(item.cluster.server).hostname for item in known.clusters}
    wanted = {host.lower() for host in hosts}
    matching = [item.name for item in known.contexts if servers.get(item.context.cluster) in wanted]
    return known.current_context if known.current_context in matching else next(iter(sorted(matching)), None)


def _present(kubeconfig: str | None) -> list[str]:
    paths = kubeconfig or os.environ.get("KUBECONFIG") or str(Path("~/.kube/config"))
    return [path for path in paths.split(os.pathsep) if path and Path(path).expanduser().exists()]


def _from_pod() -> Access:
    from kubernetes.client import Configuration  # noqa: PLC0415 - a quarter of a second that only live runs need
    from kubernetes.config import ConfigException  # noqa: PLC0415 - as above
    from kubernetes.config.incluster_config import InClusterConfigLoader  # noqa: PLC0415 - as above

    configuration = Configuration()
    try:
        loader = InClusterConfigLoader(  # type: ignore[no-untyped-call]  # the package's own
            token_filename=str(SERVICE_ACCOUNT / "token"), cert_filename=str(SERVICE_ACCOUNT / "ca.crt")
        )
        loader.load_and_set(configuration)  # type: ignore[no-untyped-call]  # as above
        namespace = (SERVICE_ACCOUNT / "namespace").read_text("utf-8").strip()
    except (ConfigException, OSError):
        raise UsageError("this pod has no service account token: set automountServiceAccountToken: true") from None
    return Access(context=None, namespace=namespace, configuration=configuration)


# --- kubeconfig files: only what we look at ourselves ---


class _Variable(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    value: str = ""


class _Plugin(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    command: str
    api_version: str
    args: tuple[str, ...] = ()
    env: tuple[_Variable, ...] = ()
    provide_cluster_info: bool = False


class _AuthProvider(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""


class _User(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    exec: _Plugin | None = None
    auth_provider: _AuthProvider = _AuthProvider()


class _NamedUser(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    user: _User = _User()


class _Cluster(msgspec.Struct, frozen=True, kw_only=True):
    server: str


class _NamedCluster(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    cluster: _Cluster


class _Context(msgspec.Struct, frozen=True, kw_only=True):
    cluster: str
    user: str = ""
    namespace: str | None = None


class _NamedContext(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    context: _Context


class _Kubeconfig(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    contexts: tuple[_NamedContext, ...] = ()
    clusters: tuple[_NamedCluster, ...] = ()
    users: tuple[_NamedUser, ...] = ()
    current_context: str = ""


def _from_files(paths: str, context: str | None, timeout: float) -> Access:
    from kubernetes.client import Configuration  # noqa: PLC0415 - a quarter of a second that only live runs need
    from kubernetes.config import load_kube_config_from_dict  # noqa: PLC0415 - as above

    merged = _merged(paths)
    known = _looked_at(paths, merged)
    entries = {kind: {entry.value["name"]: entry for entry in merged.value[kind]} for kind in ("clusters", "users")}
    contexts = {item.name: item.context for item in known.contexts}
    name = context or known.current_context
    if not name:
        which = f"choose one with --context{_some(contexts)}, or get one" if contexts else "get one"
        raise UsageError(f"{paths}: no current context; {which}: {GET_CREDENTIALS}")
    if name not in contexts:
        raise UsageError(f"{paths}: no context {name}{_some(contexts)}; get it: {GET_CREDENTIALS}")
    chosen = contexts[name]
    user = next((item.user for item in known.users if item.name == chosen.user), _User())
    if chosen.cluster not in entries["clusters"] or (chosen.user and chosen.user not in entries["users"]):
        raise InputError(
            f"{paths}: context {name} names a cluster or user that is not there; get it: {GET_CREDENTIALS}"
        )
    if user.auth_provider.name == "azure":
        raise UsageError(f"context {name} logs in in a way that Kubernetes has dropped; renew it: {_CONVERT}")
    if user.exec:
        entry = entries["users"][chosen.user]
        cluster = entries["clusters"][chosen.cluster].value["cluster"]
        entry.value["user"] = _credential(user.exec, Path(entry.path).parent, cluster, timeout)
    configuration = Configuration()
    try:
        load_kube_config_from_dict(  # type: ignore[no-untyped-call]  # the package's own
            merged, context=name, client_configuration=configuration, persist_config=False
        )
    except Exception as error:  # noqa: BLE001 - the package lets anything through, and its words can hold tokens
        why = f"{type(error).__name__} at context {name}"
        raise InputError(f"{paths}: not a usable kubeconfig ({why}); renew it: {GET_CREDENTIALS}") from None
    return Access(context=name, namespace=chosen.namespace, configuration=configuration)


def _merged(paths: str) -> Any:  # noqa: ANN401 - the package's own tree: each entry has .value and .path, its file
    import yaml  # noqa: PLC0415 - only live runs need it
    from kubernetes.config.kube_config import KubeConfigMerger  # noqa: PLC0415 - as above

    try:
        return KubeConfigMerger(paths).config  # type: ignore[no-untyped-call]  # the package's own
    except yaml.MarkedYAMLError as error:
        line = f" at line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InputError(f"{paths}: a kubeconfig was expected, but it is no YAML{line}") from None
    except OSError as error:
        raise InputError(f"{paths}: cannot be read: {error.strerror}") from None
    except Exception as error:  # noqa: BLE001 - the package lets anything through, and its words can hold tokens
        why = f"{type(error).__name__} while reading it"
        raise InputError(f"{paths}: a kubeconfig was expected ({why}); get one: {GET_CREDENTIALS}") from None


def _looked_at(paths: str, merged: Any) -> _Kubeconfig:  # noqa: ANN401 - as above
    kinds = ("contexts", "clusters", "users")
    try:
        return convert(
            merged.value | {kind: [entry.value for entry in merged.value[kind]] for kind in kinds}, _Kubeconfig
        )
    except Undecodable as error:
        raise InputError(f"{paths}: a kubeconfig was expected; {error}") from None


def _some(names: Iterable[str]) -> str:
    ordered = sorted(names)
    if not ordered:
        return ""
    return f" (there: {', '.join(ordered[:5])}{', ...' if len(ordered) > len(ordered[:5]) else ''})"


# --- credential plugins ---


class _Status(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    token: str | None = None
    client_certificate_data: str | None = None
    client_key_data: str | None = None


class _ExecCredential(msgspec.Struct, frozen=True, kw_only=True):
    status: _Status


def _credential(plugin: _Plugin, folder: Path, cluster: Mapping[str, Any], timeout: float) -> dict[str, str]:
    """Run the plugin without a terminal and return what a kubeconfig's user would hold in its place.

    https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
    """
    environment = os.environ | {variable.name: variable.value for variable in plugin.env}
    is_kubelogin = Path(plugin.command).stem == "kubelogin"
    if is_kubelogin and _login(plugin.args, environment) in _PROMPTING_LOGINS:
        raise UsageError(f"the kubeconfig asks for a login in the browser, which would wait for you; run: {_CONVERT}")
    # A path is relative to the file that names it, as in client-go; a bare name is looked up.
    has_folder = Path(plugin.command).name != plugin.command
    program = shutil.which(str(folder / plugin.command) if has_folder else plugin.command)
    if program is None:
        install = f"; install it: az aks install-cli, then {_CONVERT}" if is_kubelogin else ""
        raise UsageError(f"the kubeconfig logs in through {plugin.command}, which is not installed{install}")
    spec = {"interactive": False} | ({"cluster": cluster} if plugin.provide_cluster_info else {})
    request = {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec}
    environment["KUBERNETES_EXEC_INFO"] = json.dumps(request)
    return _printed(plugin, program, environment, timeout)


def _printed(plugin: _Plugin, program: str, environment: Mapping[str, str], timeout: float) -> dict[str, str]:
    command, again = plugin.command, f"; try it alone: {' '.join([plugin.command, *plugin.args])}"
    try:
        done = subprocess.run(  # noqa: S603 - the owner of the kubeconfig chose it, as for kubectl; no shell
            [program, *plugin.args],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UsageError(f"{command} gave no credentials within {timeout:g} s{again}") from None
    except OSError as error:
        raise UsageError(f"{command} cannot be started: {error.strerror}") from None
    if done.returncode != 0:
        raise UsageError(f"{command} failed with code {done.returncode}{_last_words(done.stderr)}{again}")
    try:
        status = msgspec.json.decode(done.stdout, type=_ExecCredential).status
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UsageError(f"{command} printed no credentials{again}") from None
    if status.token:
        return {"token": status.token}
    if not (status.client_certificate_data and status.client_key_data):
        raise UsageError(f"{command} printed neither a token nor a certificate{again}")
    pair = {"client-certificate-data": status.client_certificate_data, "client-key-data": status.client_key_data}
    return {name: base64.b64encode(text.encode()).decode() for name, text in pair.items()}


def _login(args: tuple[str, ...], environment: Mapping[str, str]) -> str:
    """Return the way in which kubelogin is to log in; told nothing, it takes the device code."""
    for flag, value in zip(args, (*args[1:], ""), strict=True):
        if flag in ("--login", "-l"):
            return value
        if flag.startswith("--login="):
            return flag.partition("=")[2]
    return environment.get("AAD_LOGIN_METHOD", "devicecode")


def _last_words(stderr: bytes) -> str:
    said = [line.strip() for line in stderr.decode("utf-8", "replace").split("\n") if line.strip()]
    return f": {_TOKEN_LIKE.sub('...', said[-1])[:300]}" if said else ""
