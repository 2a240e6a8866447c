"""Start a real control plane on 127.0.0.1, load objects into it, and read what was asked of it.

    with ControlPlane(users={"reader": ()}) as cluster:
        cluster.load(objects)
        status, body = cluster.request("GET", "/api/v1/pods", user="reader")
        kubeconfig = cluster.kubeconfig("reader")
        requests = cluster.audit(user="reader")

There is no kubelet and no controller manager: pods run nowhere, nothing creates or collects objects, and a pod that is
deleted with a grace period stays Terminating for ever.
"""

from __future__ import annotations

import base64
import contextlib
import csv
import http.client
import itertools
import json
import os
import secrets
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from .build import BUILD_COMMAND, CONTROL_PLANE_PROGRAMS, find_assets, program

#: An object in the Kubernetes API's own JSON. Any, because what is deep inside is looked up by its path.
KubernetesObject = Mapping[str, Any]

#: What stands between a snapshot and a cluster that is to hold exactly that snapshot: these plugins refuse or change
#: pods whose service account, priority class or runtime class is not there, and taint nodes that have no kubelet.
SNAPSHOT_DISABLED_ADMISSION_PLUGINS = (
    "ServiceAccount",
    "Priority",
    "RuntimeClass",
    "TaintNodesByCondition",
    "DefaultTolerationSeconds",
    "LimitRanger",
)

#: The API server makes these by itself shortly after its start: loading them again is no error.
_BUILT_IN_PRIORITY_CLASSES = frozenset({"system-cluster-critical", "system-node-critical"})

#: Kinds that others need to be there first; all the rest comes between the nodes and the pods, in the order given.
#: Pods are last so that a scheduler that is running sees them with everything that concerns them.
_LOADING_ORDER = {"CustomResourceDefinition": 0, "Namespace": 1, "PriorityClass": 2, "Node": 3, "Pod": 5}
_ANY_OTHER_KIND = 4

#: Set by the API server; a POST with a resourceVersion is refused, and copied managedFields would be wrong.
_SERVER_OWNED_METADATA = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)

_SCHEDULER_USER = "system:kube-scheduler"
_POLL_SECONDS = 0.05


class ControlPlaneError(Exception):
    """A component did not start, or an object was refused; the message holds the end of its log, or its answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEntry:
    """One request as the API server's audit log has it."""

    verb: str
    """The API's verb: get, list, watch, create, patch …"""
    uri: str
    """Path and query as sent."""
    user: str
    """Who was authenticated; ``system:anonymous`` where nobody was."""
    user_agent: str
    code: int | None
    """The HTTP status answered; None while the request is under way."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Resource:
    """How the API server serves one kind, from its own discovery documents."""

    plural: str
    namespaced: bool
    has_status: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Component:
    name: str
    process: subprocess.Popen[bytes]
    log: Path


class ControlPlane:
    """etcd and kube-apiserver, and kube-scheduler if asked for; a context manager that starts and kills them.

    ``users`` names further users and their groups; the user ``admin`` (system:masters) is always there. A service
    account is the user ``system:serviceaccount:<namespace>:<name>``. In mode "RBAC" other users may do only what the
    Roles that are loaded say; in "AlwaysAllow" everybody may do everything.

    ``disabled_admission_plugins`` defaults to what loading a snapshot needs. ``feature_gates`` are the API server's.
    ``assets`` is the folder of the programs; by default, where ``find_assets`` finds them.

    Entering raises ControlPlaneError when the programs are missing or a component is not ready within
    ``deadline_seconds``.
    """

    def __init__(
        self,
        *,
        scheduler: bool = False,
        authorization_mode: Literal["RBAC", "AlwaysAllow"] = "RBAC",
        users: Mapping[str, Sequence[str]] | None = None,
        disabled_admission_plugins: Sequence[str] = SNAPSHOT_DISABLED_ADMISSION_PLUGINS,
        feature_gates: Mapping[str, bool] | None = None,
        deadline_seconds: float = 120.0,
        assets: Path | None = None,
    ) -> None:
        self._scheduler = scheduler
        self._authorization_mode = authorization_mode
        # The scheduler is a user of its own, with the rights it has everywhere: its requests are not the admin's.
        self._groups = {**(users or {}), "admin": ("system:masters",), _SCHEDULER_USER: ()}
        self._tokens = {user: secrets.token_hex(16) for user in self._groups}
        self._disabled_admission_plugins = tuple(disabled_admission_plugins)
        self._feature_gates = {**(feature_gates or {})}
        self._deadline_seconds = deadline_seconds
        self._assets = assets
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._components: list[_Component] = []
        self._etcd_port = 0
        self._port = 0
        self._connection: http.client.HTTPSConnection | None = None
        self._connection_lock = threading.Lock()
        self._resources: dict[tuple[str, str], _Resource] = {}
        self._kubeconfig_numbers = itertools.count(1)

    # ----------------------------------------------------------------------------------------------------------------
    # Starting and stopping

    def __enter__(self) -> Self:
        assets = self._assets or find_assets()
        if assets is None:
            raise ControlPlaneError(f"no {', '.join(CONTROL_PLANE_PROGRAMS)} here; get them with: {BUILD_COMMAND}")
        self._assets = assets
        attempts = 3
        for attempt in range(1, attempts + 1):
            try:
                self._start()
            except ControlPlaneError as error:
                self.stop()
                # A free port is only free until somebody else takes it: between our look and the component's bind.
                if "address already in use" not in str(error) or attempt == attempts:
                    raise
            except BaseException:
                self.stop()
                raise
            else:
                break
        return self

    def __exit__(
        self, exception_type: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Kill the components and remove the folder; harmless when nothing runs."""
        self._disconnect()
        # Nothing is kept, so nothing needs to be put in order first: a graceful stop would take seconds.
        for component in reversed(self._components):
            component.process.kill()
        for component in self._components:
            component.process.wait()
        self._components.clear()
        self._resources.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def start_scheduler(self) -> None:
        """Start kube-scheduler on a running control plane: after loading what it must not act on too early.

        Raises ControlPlaneError when it is not ready in time.
        """
        (port,) = _free_ports(1)
        certificates = self.folder / "scheduler-certificates"
        component = self._spawn(
            "kube-scheduler",
            {
                "kubeconfig": self.kubeconfig(_SCHEDULER_USER),
                "leader-elect": "false",
                "bind-address": "127.0.0.1",
                "secure-port": port,
                "cert-dir": certificates,
                "authentication-skip-lookup": "true",
                "authorization-always-allow-paths": "/readyz",
            },
        )
        self._wait(component, lambda: _answers_ok(port, "/readyz", ca_file=certificates / "kube-scheduler.crt"))

    def _start(self) -> None:
        # On Windows a file that a dying process still holds would otherwise fail the test that is over.
        self._folder = tempfile.TemporaryDirectory(prefix="control-plane-", ignore_cleanup_errors=True)
        self._etcd_port, etcd_peer, self._port = _free_ports(3)
        self._start_etcd(etcd_peer)
        self._start_api_server()
        if self._scheduler:
            self.start_scheduler()

    def _start_etcd(self, peer_port: int) -> None:
        client, peer = (f"http://127.0.0.1:{port}" for port in (self._etcd_port, peer_port))
        component = self._spawn(
            "etcd",
            {
                "data-dir": self.folder / "etcd",
                "listen-client-urls": client,
                "advertise-client-urls": client,
                "listen-peer-urls": peer,
                "initial-advertise-peer-urls": peer,
                "initial-cluster": f"default={peer}",
                "unsafe-no-fsync": "true",
            },
        )
        self._wait(component, lambda: _answers_ok(self._etcd_port, "/health"))

    def _start_api_server(self) -> None:
        key = self._write("service-account.key", _new_signing_key())
        component = self._spawn(
            "kube-apiserver",
            {
                "etcd-servers": f"http://127.0.0.1:{self._etcd_port}",
                "bind-address": "127.0.0.1",
                "advertise-address": "127.0.0.1",
                # Endpoints may not hold loopback addresses, and nobody here asks for the service `kubernetes`.
                "endpoint-reconciler-type": "none",
                "secure-port": self._port,
                "cert-dir": self.ca_file.parent,
                "authorization-mode": self._authorization_mode,
                "token-auth-file": self._write_tokens(),
                "service-account-issuer": "https://localhost",
                "service-account-key-file": key,
                "service-account-signing-key-file": key,
                "service-cluster-ip-range": "10.0.0.0/24",
                "allow-privileged": "true",
                "disable-admission-plugins": ",".join(self._disabled_admission_plugins),
                "feature-gates": ",".join(f"{gate}={state}" for gate, state in self._feature_gates.items()),
                "audit-policy-file": self._write("audit-policy.json", json.dumps(_AUDIT_POLICY)),
                "audit-log-path": self._audit_log,
                # Each entry is on disk before its request goes on, so a log read after an answer has the request.
                "audit-log-mode": "blocking",
            },
        )
        self._wait(component, self._is_ready)

    def _is_ready(self) -> bool:
        token = self._tokens["admin"]
        return _answers_ok(self._port, "/readyz", ca_file=self.ca_file, headers={"Authorization": f"Bearer {token}"})

    def _spawn(self, name: str, flags: Mapping[str, object]) -> _Component:
        assert self._assets is not None
        log = self.folder / f"{name}.log"
        command = [str(program(self._assets, name)), *(f"--{flag}={value}" for flag, value in flags.items() if value)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,  # whatever a component drops into its working directory goes with the rest
                env=_component_environment(os.environ),
            )
        component = _Component(name=name, process=process, log=log)
        self._components.append(component)
        return component

    def _wait(self, component: _Component, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + self._deadline_seconds
        while not is_ready():
            code = component.process.poll()
            if code is not None:
                raise ControlPlaneError(f"{component.name} ended with code {code}; {_end_of_log(component)}")
            if time.monotonic() > deadline:
                raise ControlPlaneError(
                    f"{component.name} is not ready after {self._deadline_seconds:g} s; {_end_of_log(component)}"
                )
            time.sleep(_POLL_SECONDS)

    def _write_tokens(self) -> Path:
        path = self.folder / "tokens.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [self._tokens[user], user, user, ",".join(groups)] for user, groups in self._groups.items()
            )
        return path

    def _write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    # ----------------------------------------------------------------------------------------------------------------
    # Reaching it

    @property
    def folder(self) -> Path:
        """The temporary folder with logs, keys and data; raises ControlPlaneError when nothing runs."""
        if self._folder is None:
            raise ControlPlaneError("the control plane is not running")
        return Path(self._folder.name)

    @property
    def url(self) -> str:
        """The API server's address, without a slash at the end."""
        return f"https://127.0.0.1:{self._port}"

    @property
    def ca_file(self) -> Path:
        """The PEM file whose authority signed the API server's certificate."""
        return self.folder / "certificates" / "apiserver.crt"

    def kubeconfig(self, user: str = "admin", *, namespace: str | None = None) -> Path:
        """Write a kubeconfig file of its own for one of the users, and return its path.

        It is JSON, which every reader of YAML reads. Its context is called ``control-plane``.
        """
        context = {"cluster": "control-plane", "user": user}
        if namespace is not None:
            context["namespace"] = namespace
        authority = base64.b64encode(self.ca_file.read_bytes()).decode("ascii")
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {"name": "control-plane", "cluster": {"server": self.url, "certificate-authority-data": authority}}
            ],
            "users": [{"name": user, "user": {"token": self._tokens[user]}}],
            "contexts": [{"name": "control-plane", "context": context}],
            "current-context": "control-plane",
        }
        return self._write(f"kubeconfig-{next(self._kubeconfig_numbers)}", json.dumps(config))

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        user: str = "admin",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Send one request and return the status with the answer: parsed if it is JSON, else its bytes.

        ``path`` includes the query. ``body`` is sent as JSON, or as it is when it is bytes; a PATCH is a merge patch
        unless the headers say otherwise. The header Impersonate-User lets the admin speak for anybody. Refusals are
        returned, not raised. One connection is kept for all users and threads, so no watching here.
        """
        content_type = "application/merge-patch+json" if method == "PATCH" else "application/json"
        sent = {
            "Accept": "application/json",
            "Authorization": f"Bearer {self._tokens[user]}",
            "User-Agent": "control-plane-tests",
            **({} if body is None else {"Content-Type": content_type}),
            **(headers or {}),
        }
        payload = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        status, received_type, received = self._exchange(method, path, payload, sent)
        is_json = received_type.partition(";")[0].strip() == "application/json"
        return status, json.loads(received) if is_json and received else received

    def _exchange(
        self, method: str, path: str, payload: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, str, bytes]:
        with self._connection_lock:
            is_fresh = self._connection is None
            try:
                return self._exchange_once(method, path, payload, headers)
            except (http.client.RemoteDisconnected, ConnectionError):
                self._disconnect()
                if is_fresh:
                    raise
                # The server closed a connection that was kept idle; it has not seen this request.
                return self._exchange_once(method, path, payload, headers)
            except BaseException:
                self._disconnect()  # half an answer may be waiting on it
                raise

    def _exchange_once(
        self, method: str, path: str, payload: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, str, bytes]:
        if self._connection is None:
            context = ssl.create_default_context(cafile=str(self.ca_file))
            self._connection = http.client.HTTPSConnection("127.0.0.1", self._port, timeout=60, context=context)
        self._connection.request(method, path, body=payload, headers=dict(headers))
        response = self._connection.getresponse()
        return response.status, response.headers.get("Content-Type", ""), response.read()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # ----------------------------------------------------------------------------------------------------------------
    # Loading

    def load(self, objects: Iterable[KubernetesObject]) -> None:
        """Create objects as the admin, with the status they carry; Lists are taken apart.

        Objects need apiVersion, kind and metadata.name as the API has them; what the server owns (uid,
        resourceVersion …) is left out. Definitions of custom resources come first and are waited for, then
        namespaces, those that are only mentioned included, priority classes, nodes, the rest as given, and pods. A
        pod with a deletionTimestamp is deleted with its deletionGracePeriodSeconds (30 if not given): it is then
        Terminating if it is bound to a node, gone if not.

        Expect some 5 ms an object. The API server holds back the first creation of a custom resource for two seconds
        when its definition is younger than that: load definitions early.

        Raises ControlPlaneError for the first object that is refused, with the server's words.
        """
        ordered = sorted(_without_lists(objects), key=lambda item: _LOADING_ORDER.get(item["kind"], _ANY_OTHER_KIND))
        present = {item["metadata"]["name"] for item in ordered if item["kind"] == "Namespace"}
        # The server makes `default` by itself, but may not have come to it yet.
        mentioned = {item["metadata"].get("namespace", "default") for item in ordered}
        namespaces = [_namespace(name) for name in sorted(mentioned - present)]
        definitions = [item for item in ordered if item["kind"] == "CustomResourceDefinition"]
        for item in definitions:
            self._create(item)
        for item in definitions:
            self._wait_until_served(item)
        for item in [*namespaces, *ordered[len(definitions) :]]:
            self._create(item)

    def _create(self, item: KubernetesObject) -> None:
        resource = self._resource(item["apiVersion"], item["kind"])
        metadata = item["metadata"]
        collection = _collection_path(item, resource)
        sent = {**item, "metadata": {key: metadata[key] for key in metadata if key not in _SERVER_OWNED_METADATA}}
        status, answer = self.request("POST", collection, sent)
        if not (status == http.client.CONFLICT and _is_built_in(item)):
            _require_success(status, answer, item)
        path = f"{collection}/{urllib.parse.quote(metadata['name'])}"
        # A POST drops the status of kinds that have it as a subresource, silently.
        if item.get("status") and resource.has_status:
            _require_success(*self.request("PATCH", f"{path}/status", {"status": item["status"]}), item)
        if item["kind"] == "Pod" and metadata.get("deletionTimestamp"):
            seconds = metadata.get("deletionGracePeriodSeconds", 30)
            _require_success(*self.request("DELETE", f"{path}?gracePeriodSeconds={seconds}"), item)

    def _resource(self, api_version: str, kind: str) -> _Resource:
        """Return how a kind is served, asking the server once for each group and version."""
        if (api_version, kind) not in self._resources:
            self._resources |= self._discover(api_version)
        try:
            return self._resources[api_version, kind]
        except KeyError:
            raise ControlPlaneError(f"the API server serves no kind {kind} in {api_version}") from None

    def _discover(self, api_version: str) -> dict[tuple[str, str], _Resource]:
        status, answer = self.request("GET", _api_path(api_version))
        listed = answer["resources"] if status == http.client.OK else []
        names = {entry["name"] for entry in listed}
        return {
            (api_version, entry["kind"]): _Resource(
                plural=entry["name"], namespaced=entry["namespaced"], has_status=f"{entry['name']}/status" in names
            )
            for entry in listed
            if "/" not in entry["name"]
        }

    def _wait_until_served(self, definition: KubernetesObject) -> None:
        """Wait until the server lists and serves the versions of a custom resource: some tenths of a second.

        The condition Established comes before either.
        """
        spec = definition["spec"]
        deadline = time.monotonic() + self._deadline_seconds
        for version in (f"{spec['group']}/{entry['name']}" for entry in spec["versions"] if entry["served"]):
            key = (version, spec["names"]["kind"])
            path = f"{_api_path(version)}/{spec['names']['plural']}?limit=1"
            while key not in self._resources or self.request("GET", path)[0] == http.client.NOT_FOUND:
                if time.monotonic() > deadline:
                    raise ControlPlaneError(f"{definition['metadata']['name']} is still not served as {version}")
                time.sleep(_POLL_SECONDS)
                self._resources |= self._discover(version)

    # ----------------------------------------------------------------------------------------------------------------
    # Growing older

    def expire_lists(self) -> None:
        """Let etcd forget what was before now, as the API server has it do with what is older than five minutes.

        A page of a list that began before is then answered with 410. It takes the feature gate
        ``ListFromCacheSnapshot: False``: the API server may otherwise have that list in its own memory still.
        """
        revision = self._etcd("range", {"key": base64.b64encode(b"/").decode("ascii")})["header"]["revision"]
        self._etcd("compaction", {"revision": revision})

    def _etcd(self, verb: str, body: Mapping[str, object]) -> Any:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self._etcd_port, timeout=10)) as connection:
            connection.request("POST", f"/v3/kv/{verb}", body=json.dumps(body))
            response = connection.getresponse()
            answer = response.read()
        if response.status != http.client.OK:
            raise ControlPlaneError(f"etcd answered {verb} with {response.status}: {answer[:400]!r}")
        return json.loads(answer)

    # ----------------------------------------------------------------------------------------------------------------
    # What was asked

    def audit(self, *, user: str | None = None) -> list[AuditEntry]:
        """Return every request received so far, oldest first, or those of one user.

        All requests answered before the call are in it. Without ``user``, the many that the components make of
        themselves are too.
        """
        deadline = time.monotonic() + 2
        entries = self._read_audit_log(user)
        # The code is written after the answer has gone out; the request itself before.
        while any(entry.code is None for entry in entries) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            entries = self._read_audit_log(user)
        return entries

    def _read_audit_log(self, user: str | None) -> list[AuditEntry]:
        # Several events tell of one request, one for each stage it went through: the last one knows most.
        latest: dict[str, dict[str, Any]] = {}
        for line in self._audit_log.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):  # else it is still being written
                event = json.loads(line)
                latest[event["auditID"]] = event
        entries = (_audit_entry(event) for event in latest.values())
        return [entry for entry in entries if user is None or entry.user == user]

    @property
    def _audit_log(self) -> Path:
        return self.folder / "audit.jsonl"


# --------------------------------------------------------------------------------------------------------------------
# Objects


def secret_provider_crds() -> list[KubernetesObject]:
    """Return minimal definitions of our own for the two kinds of the Secrets Store CSI driver, version v1.

    The types of the fields that the real definitions have are declared, so that a number for an objectName or a key
    is refused here as there; other fields are kept. Neither has a status subresource, as the real ones have none.
    """
    text = {"type": "string"}
    mapping = {"type": "object", "additionalProperties": text}
    synced = {"type": "array", "items": _fields({"objectName": text, "key": text})}
    secret = _fields({"secretName": text, "type": text, "labels": mapping, "annotations": mapping, "data": synced})
    by_pod = {"type": "array", "items": _fields({"id": text, "namespace": text})}
    mounted = {"type": "array", "items": _fields({"id": text, "version": text})}
    return [
        _definition(
            "SecretProviderClass",
            "secretproviderclasses",
            {
                "spec": _fields(
                    {"provider": text, "parameters": mapping, "secretObjects": {"type": "array", "items": secret}}
                ),
                "status": _fields({"byPod": by_pod}),
            },
        ),
        _definition(
            "SecretProviderClassPodStatus",
            "secretproviderclasspodstatuses",
            {
                "status": _fields(
                    {
                        "mounted": {"type": "boolean"},
                        "objects": mounted,
                        "podName": text,
                        "secretProviderClassName": text,
                        "targetPath": text,
                    }
                )
            },
        ),
    ]


def _fields(properties: Mapping[str, object]) -> dict[str, object]:
    return {"type": "object", "properties": dict(properties), "x-kubernetes-preserve-unknown-fields": True}


def _definition(kind: str, plural: str, properties: Mapping[str, object]) -> KubernetesObject:
    group = "secrets-store.csi.x-k8s.io"
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": _fields(properties)}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()},
            "versions": [version],
        },
    }


def _namespace(name: str) -> KubernetesObject:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def _without_lists(objects: Iterable[KubernetesObject]) -> Iterator[KubernetesObject]:
    for item in objects:
        if item["kind"] == "List":
            yield from _without_lists(item["items"])
        else:
            yield item


def _is_built_in(item: KubernetesObject) -> bool:
    name = item["metadata"]["name"]
    return item["kind"] == "Namespace" or (item["kind"] == "PriorityClass" and name in _BUILT_IN_PRIORITY_CLASSES)


def _api_path(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def _collection_path(item: KubernetesObject, resource: _Resource) -> str:
    if not resource.namespaced:
        return f"{_api_path(item['apiVersion'])}/{resource.plural}"
    namespace = item["metadata"].get("namespace", "default")
    return f"{_api_path(item['apiVersion'])}/namespaces/{namespace}/{resource.plural}"


def _require_success(status: int, answer: object, item: KubernetesObject) -> None:
    if status >= http.client.BAD_REQUEST:
        metadata = item["metadata"]
        name = f"{metadata['namespace']}/{metadata['name']}" if "namespace" in metadata else metadata["name"]
        said = answer.get("message", answer) if isinstance(answer, dict) else answer
        raise ControlPlaneError(f"{item['kind']} {name} was refused with {status}: {said!s}")


# --------------------------------------------------------------------------------------------------------------------
# Components

_AUDIT_POLICY = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "Metadata"}]}


def _audit_entry(event: Mapping[str, Any]) -> AuditEntry:
    return AuditEntry(
        verb=event["verb"],
        uri=event["requestURI"],
        user=event["user"].get("username", ""),
        user_agent=event.get("userAgent", ""),
        code=event.get("responseStatus", {}).get("code"),
    )


def _new_signing_key() -> str:
    """Return a new private key for service account tokens, as PEM.

    An elliptic curve key on P-256 is any number below the curve's order, in an envelope of fixed form (RFC 5915, the
    public key left out): no cryptographic library is needed for that.
    """
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    number = (secrets.randbelow(order - 1) + 1).to_bytes(32, "big")
    # SEQUENCE { INTEGER 1, OCTET STRING number, [0] { OBJECT IDENTIFIER prime256v1 } }
    encoded = bytes.fromhex("30310201010420") + number + bytes.fromhex("a00a06082a8648ce3d030107")
    body = base64.encodebytes(encoded).decode("ascii")
    label = "EC PRIVATE KEY"  # apart from its dashes, or scanners for leaked keys take this file for one
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n"


def _component_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without what would change a component.

    An API server that inherits a proxy sends its webhook calls through it; etcd reads each ETCD_* as a flag.
    """
    return {
        name: value
        for name, value in environment.items()
        if not name.upper().endswith("_PROXY") and not name.upper().startswith(("ETCD_", "KUBE"))
    }


def _free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 that nobody listens on, all different because all are held until the last is found."""
    with contextlib.ExitStack() as held:
        listeners = [held.enter_context(socket.socket()) for _ in range(count)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in listeners]


def _answers_ok(port: int, path: str, *, ca_file: Path | None = None, headers: Mapping[str, str] | None = None) -> bool:
    """Return whether a component answers 200 on a path, over TLS if it has a certificate file."""
    try:
        if ca_file is None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        else:
            context = ssl.create_default_context(cafile=str(ca_file))
            connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)
        with contextlib.closing(connection):
            connection.request("GET", path, headers=dict(headers or {}))
            return connection.getresponse().status == http.client.OK
    # No listener yet, no certificate file yet, or half a certificate file (SSLError is an OSError).
    except (OSError, http.client.HTTPException):
        return False


def _end_of_log(component: _Component) -> str:
    lines = component.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(["the end of its log:", *lines[-15:]])
