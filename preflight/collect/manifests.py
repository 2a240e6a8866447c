"""Rendered manifests into the `manifest` fact: workloads with their templates, Secrets by name and key, classes.

Decoded document by document straight into trimmed structs; of a Secret's data only the key names are read.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec

from preflight.collect import yaml_json
from preflight.collect.decoding import Undecodable, decode
from preflight.errors import InputError
from preflight.facts import (
    Certificate,
    Ingress,
    Manifest,
    ObjectMeta,
    PodTemplate,
    RenderedSecret,
    SecretProviderClass,
    Workload,
)
from preflight.facts.kubernetes import DeploymentStrategy, TemplateContainer, TemplateSpec

MAX_BYTES = 64 * 2**20
"""The charts render 1.5 MB; a manifest forty times as long is something else."""

_OPERATED = ("Prometheus", "Alertmanager")
"""Kinds of which the Prometheus operator makes StatefulSets; their spec holds the resources of its main container."""

_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet")


class _Head(msgspec.Struct, rename="camel"):
    api_version: str = ""
    kind: str = ""
    items: list[msgspec.Raw] = []


class _Named(msgspec.Struct):
    metadata: ObjectMeta = ObjectMeta()


class _Template(msgspec.Struct, rename="camel"):
    template: PodTemplate = PodTemplate()
    strategy: DeploymentStrategy = DeploymentStrategy()
    replicas: int | None = None
    volume_claim_templates: list[_Named] = []
    job_template: "_Cron | None" = None


class _Cron(msgspec.Struct):
    spec: _Template


class _Workload(msgspec.Struct):
    metadata: ObjectMeta = ObjectMeta()
    spec: _Template = msgspec.field(default_factory=_Template)


class _Pod(msgspec.Struct):
    metadata: ObjectMeta = ObjectMeta()
    spec: TemplateSpec = TemplateSpec()


class _Secret(msgspec.Struct, rename="camel"):
    metadata: ObjectMeta = ObjectMeta()
    type: str = ""
    data: dict[str, Any] | None = None
    string_data: dict[str, Any] | None = None


class _OperatedSpec(TemplateSpec, frozen=True, kw_only=True):
    """Of Prometheus and Alertmanager: the fields of a pod's spec, with one container's resources beside them."""

    replicas: int | None = None


class _Operated(msgspec.Struct):
    metadata: ObjectMeta = ObjectMeta()
    spec: _OperatedSpec = _OperatedSpec()


class _CertificateSpec(msgspec.Struct, rename="camel"):
    secret_name: str = ""


class _Certificate(msgspec.Struct):
    metadata: ObjectMeta = ObjectMeta()
    spec: _CertificateSpec = msgspec.field(default_factory=_CertificateSpec)


def read_manifests(
    files: Sequence[tuple[str, bytes]], source: Literal["files", "release", "chart"] = "files"
) -> Manifest:
    """Read rendered manifests (shown name, content). Raises InputError with file and line, quoting nothing."""
    found: dict[type, list[Any]] = {Workload: [], RenderedSecret: [], SecretProviderClass: []}
    found |= {Certificate: [], Ingress: []}
    for name, data in files:
        if len(data) > MAX_BYTES:
            raise InputError(f"{name}:1: {len(data) / 2**20:.0f} MiB; at most {MAX_BYTES // 2**20} MiB is read")
        try:
            for line, text in yaml_json.documents(data):
                for item in _objects(text, name, line):
                    found[type(item)].append(item)
        except yaml_json.NotYaml as error:
            raise InputError(f"{name}: this is not valid YAML: {error}") from None
    return Manifest(
        source=source,
        workloads=tuple(w for w in found[Workload] if w.kind not in _OPERATED),
        operated=tuple(w for w in found[Workload] if w.kind in _OPERATED),
        secrets=tuple(found[RenderedSecret]),
        classes=tuple(found[SecretProviderClass]),
        certificates=tuple(found[Certificate]),
        ingresses=tuple(found[Ingress]),
        files=tuple(name for name, _ in files) if source == "files" else (),
    )


def _objects(text: bytes | msgspec.Raw, name: str, line: int) -> Iterator[object]:
    """The objects of one document that we look at; a List is opened."""
    try:
        head = decode(bytes(text), _Head)
        for item in head.items:
            yield from _objects(item, name, line)
        made = _object(head, text)
    except Undecodable as error:
        raise InputError(f"{name}:{line}: not an object that the API server would take: {error}") from None
    if made is not None:
        yield made


def _object(head: _Head, text: bytes | msgspec.Raw) -> object | None:
    if head.kind == "Secret" and head.api_version == "v1":
        secret = decode(bytes(text), _Secret)
        keys = dict.fromkeys([*(secret.data or {}), *(secret.string_data or {})])
        return RenderedSecret(metadata=secret.metadata, type=secret.type, keys=tuple(keys))
    if head.kind == "SecretProviderClass":
        return decode(bytes(text), SecretProviderClass)
    if head.kind == "Certificate" and head.api_version.partition("/")[0] == "cert-manager.io":
        certificate = decode(bytes(text), _Certificate)
        return Certificate(name=certificate.metadata.name, secret_name=certificate.spec.secret_name)
    if head.kind == "Ingress" and head.api_version.partition("/")[0] == "networking.k8s.io":
        return decode(bytes(text), Ingress)
    return _workload(head, text)


def _workload(head: _Head, text: bytes | msgspec.Raw) -> Workload | None:
    group = head.api_version.partition("/")[0]
    if head.kind in _KINDS and group in ("apps", "batch"):
        whole = decode(bytes(text), _Workload)
        spec = whole.spec.job_template.spec if whole.spec.job_template else whole.spec
        replicas = 1 if whole.spec.replicas is None else whole.spec.replicas
        return Workload(
            kind=head.kind,
            metadata=whole.metadata,
            replicas=replicas,
            claims=tuple(claim.metadata.name for claim in whole.spec.volume_claim_templates),
            strategy=spec.strategy,
            template=spec.template,
        )
    if head.kind in _OPERATED and group == "monitoring.coreos.com":
        return _operated(head.kind, decode(bytes(text), _Operated))
    if head.kind == "Pod" and head.api_version == "v1":
        pod = decode(bytes(text), _Pod)
        return Workload(kind="Pod", metadata=pod.metadata, template=PodTemplate(spec=pod.spec))
    return None


def _operated(kind: str, given: _Operated) -> Workload:
    """What the operator will make: the resources are those of the main container, not of the pod."""
    spec = given.spec
    main = TemplateContainer(name=kind.lower(), resources=spec.resources)
    return Workload(
        kind=kind,
        metadata=given.metadata,
        replicas=1 if spec.replicas is None else spec.replicas,
        template=PodTemplate(
            spec=TemplateSpec(
                node_selector=spec.node_selector,
                affinity=spec.affinity,
                tolerations=spec.tolerations,
                priority_class_name=spec.priority_class_name,
                containers=(main, *spec.containers),
            )
        ),
    )
