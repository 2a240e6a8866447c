"""What is about to be deployed, and what is deployed: Helm values and the Helm release, trimmed while reading.

No value of a setting is held unless its path is one whose values are names (`preflight.collect.values` has the list):
of every other path we keep only that it is set. Both readers drop the documents they read before returning.
"""

from typing import Annotated, Literal

import msgspec

from preflight.facts.kubernetes import DeploymentStrategy, Ingress, ObjectMeta, PodTemplate, SecretProviderClass


class _Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Configuration shared by the structs below."""


Kind = Literal["map", "list", "string", "number", "boolean", "null", "token"]
"""How Helm reads a node; a token is a scalar that a pipeline fills in before Helm sees it."""


class Setting(_Plan, frozen=True, kw_only=True):
    """One node of the merged values.

    `path` is the way to it, map keys as strings and list positions as integers:
    `("global", "keyvault", "secretProviderClasses", "cluedin-server", 0, "secretName")`. A tuple, because keys such as
    `load_definition.json` hold dots. `kind` is how Helm's YAML reads the node. `empty` is true for null, `""`, `{}` and
    `[]`. `text` is the scalar as written, only at paths that hold names, ids and switches; elsewhere None.
    `file` and `line` say where it was set, None when it came from `--set` or a release.
    """

    path: Annotated[tuple[str | int, ...], msgspec.Meta(min_length=1)]
    kind: Kind
    empty: bool = False
    text: str | None = None
    file: str | None = None
    line: int | None = None


class Values(_Plan, frozen=True, kw_only=True):
    """The merged values as far as this tool looks: every setting at or above a path we know, in document order.

    `source` is "files" for what was given with -f and --set, "release" for the deployed release's own values.
    `repeated` are keys that stand twice in one map, at the line of the one that is lost: Helm takes the later.
    `sizing` are the settings, wherever they stand, that change how many pods there are, what they ask for or where they
    may go, such as `resources` and `nodeSelector`: only that they are set.
    """

    source: Literal["files", "release"]
    settings: tuple[Setting, ...] = ()
    files: tuple[str, ...] = ()
    repeated: tuple[Setting, ...] = ()
    sizing: tuple[Setting, ...] = ()


class Release(_Plan, frozen=True, kw_only=True):
    """The Helm release of chart `cluedin-platform`.

    `found` false: no release record and so a fresh install (as far as records tell).
    `revision` (from 1), `status` (`deployed`, `failed`, `pending-upgrade`, ...) and `description` are of its newest
    revision. What is deployed is `deployed_revision`, older than that after a failed upgrade and None after a failed
    install; chart, versions and `secrets`, the names of the Secrets that its manifest makes, are that revision's, or
    the newest one's where none is deployed. `description` is Helm's, with every value we do not hold blotted out.
    """

    found: bool
    name: str | None = None
    namespace: str | None = None
    chart: str | None = None
    chart_version: str | None = None
    app_version: str | None = None
    status: str | None = None
    revision: int | None = None
    deployed_revision: int | None = None
    description: str | None = None
    secrets: tuple[str, ...] = ()


# --- rendered manifests ---


class Workload(_Plan, frozen=True, kw_only=True):
    """Something that makes pods: Deployment, StatefulSet, DaemonSet, Job, CronJob or a bare Pod.

    `replicas` is what the manifest asks for, 1 where it says nothing; of a DaemonSet and a Job it says nothing.
    `claims` are the claim templates of a StatefulSet: volumes that its pods have without listing them. `strategy` is a
    Deployment's.
    """

    kind: str
    metadata: ObjectMeta
    replicas: int = 1
    claims: tuple[str, ...] = ()
    strategy: DeploymentStrategy = DeploymentStrategy()
    template: PodTemplate = PodTemplate()


class RenderedSecret(_Plan, frozen=True, kw_only=True):
    """A Secret of a manifest: its keys by name, never their values."""

    metadata: ObjectMeta
    type: str = ""
    keys: tuple[str, ...] = ()


class Certificate(_Plan, frozen=True, kw_only=True):
    """A cert-manager Certificate and the Secret it asks for."""

    name: str
    secret_name: str


class Manifest(_Plan, frozen=True, kw_only=True):
    """What Helm rendered, hooks included, trimmed to what decides whether Secrets arrive.

    `source` is "files" for --manifest, "release" for the deployed release's record, "chart" for a rendering of ours.
    `operated` are Prometheus and Alertmanager resources, of which an operator makes pods: known are their number, what
    they request and where they may go.
    """

    source: Literal["files", "release", "chart"]
    workloads: tuple[Workload, ...] = ()
    operated: tuple[Workload, ...] = ()
    secrets: tuple[RenderedSecret, ...] = ()
    classes: tuple[SecretProviderClass, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    ingresses: tuple[Ingress, ...] = ()
    files: tuple[str, ...] = ()
