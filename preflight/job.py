"""`collect --print job`: a Job that collects from inside the cluster, with the least rights. Pure: reads nothing.

For clusters that nothing outside reaches. It prints the bundle to its log and changes nothing.
"""

import json
import shlex
from collections.abc import Sequence

from preflight.rights import NAME, VALUES_NAME, Rights, kubernetes_roles

IMAGE = "python:3.12-slim"
_RBAC = "rbac.authorization.k8s.io"

_ABOUT = """\
# Collects from inside the cluster what cluedin-preflight judges, and prints the bundle to its log. It only reads.
#
#   kubectl apply -f job.yaml
#   kubectl wait -n {namespace} --for=condition=complete --timeout=10m job/{name}
#   kubectl logs -n {namespace} job/{name} > preflight.bundle.json
#   kubectl delete -f job.yaml
#   cluedin-preflight run preflight.bundle.json -f values.yaml          (anywhere)
#
# It needs one free pod slot on a Linux node without a taint, {cpu} cpu and {memory} of memory: on a cluster that is
# full to the last slot it stays Pending, and pushes out no pod of ordinary priority. The image is Python's; where nodes
# reach no package index, build one that has cluedin-preflight, put its name in place of {image}, and take out
# the pip line. A node keeps 10 MiB of a log unless it is told otherwise: of a larger bundle (some 200 nodes) the
# beginning is lost, and `run` says that it is damaged; there collect with --print bash.
#
# For the Azure side use workload identity: the client id of an identity with the rights of `--print rights`, federated
# with this service account, in place of the comments marked "workload identity". Without it Azure's facts are missing.
"""

_ACCOUNT = """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {name}
  namespace: {namespace}
  # workload identity: annotations: {{azure.workload.identity/client-id: CLIENT_ID}}
"""

_BINDING = """\
apiVersion: {group}/v1
kind: {kind}Binding
metadata:
  name: {role}{where}
roleRef:
  apiGroup: {group}
  kind: {kind}
  name: {role}
subjects:
- kind: ServiceAccount
  name: {name}
  namespace: {namespace}
"""

_JOB = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: {name}
  namespace: {namespace}
spec:
  backoffLimit: 0
  activeDeadlineSeconds: 600
  ttlSecondsAfterFinished: 86400
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
        # workload identity: azure.workload.identity/use: "true"
    spec:
      serviceAccountName: {name}
      restartPolicy: Never
      nodeSelector:
        kubernetes.io/os: linux
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
        runAsGroup: 65532
        seccompProfile:
          type: RuntimeDefault
      containers:
      - name: collect
        image: {image}
        command: ["sh", "-euc"]
        args:
        - |
          # A log holds both streams: what is said is kept apart, so that the bundle alone is in it.
          python -m pip install --quiet --no-cache-dir --target /tmp/packages {name}=={version} > /tmp/said 2>&1 ||
            {{ cat /tmp/said; exit 4; }}
          code=0
          python -m preflight collect - {arguments} 2> /tmp/said || code=$?
          # 3 is a bundle of nothing, 130 of a part; after any other code there is none.
          case $code in 0 | 3 | 130) ;; *) cat /tmp/said ;; esac
          exit $code
        env:
        - name: HOME
          value: /tmp
        - name: PYTHONPATH
          value: /tmp/packages
        - name: PYTHONDONTWRITEBYTECODE
          value: "1"
        resources:
          requests:
            cpu: {cpu}
            memory: {memory}
          limits:
            memory: 1Gi
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities:
            drop: ["ALL"]
        volumeMounts:
        - name: tmp
          mountPath: /tmp
      volumes:
      - name: tmp
        emptyDir:
          sizeLimit: 512Mi
"""


def manifest(rights: Rights, *, namespace: str, version: str, arguments: Sequence[str] = ()) -> str:
    """Return the Job with its service account, roles and bindings as YAML documents, remarks in front.

    `arguments` are further words for `collect`. Without the right to fetch the release's record it is not asked for.
    """
    if not rights.values and "--no-release" not in arguments:
        arguments = (*arguments, "--no-release")
    words = ["--namespace", namespace, *arguments]
    filled = {
        "name": NAME,
        "namespace": json.dumps(namespace),
        "version": version,
        "image": IMAGE,
        "cpu": "50m",
        "memory": "128Mi",
        "arguments": " ".join(shlex.quote(word) for word in words),
    }
    bindings = [
        _binding(kind, role, filled)
        for kind, role, granted in (
            ("ClusterRole", NAME, rights.cluster),
            ("Role", NAME, rights.listing),
            ("Role", VALUES_NAME, rights.values),
        )
        if granted
    ]
    documents = [_ACCOUNT.format(**filled), *kubernetes_roles(rights, namespace), *bindings, _JOB.format(**filled)]
    return _ABOUT.format(**filled | {"namespace": shlex.quote(namespace)}) + "---\n".join(documents)


def _binding(kind: str, role: str, filled: dict[str, str]) -> str:
    where = f"\n  namespace: {filled['namespace']}" if kind == "Role" else ""
    return _BINDING.format(
        kind=kind, role=role, where=where, group=_RBAC, **{k: filled[k] for k in ("name", "namespace")}
    )
