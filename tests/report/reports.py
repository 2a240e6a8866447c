"""Reports made by hand: a healthy target, a troubled, a forbidden (nothing may be read), a hostile and an empty one."""

from typing import Any

from preflight.model import (
    Commands,
    FactState,
    Finding,
    Location,
    NodePicture,
    Outcome,
    Report,
    SecretPicture,
    Status,
    Target,
    Use,
    Views,
    Waived,
)
from preflight.report.document import Document, document

AT = "2026-03-02T09:12:00Z"
TARGET = Target(
    context="aks-cluedin-sample-admin",
    cluster="aks-cluedin-sample",
    resource_group="rg-cluedin-sample",
    subscription="00000000-0000-4000-8000-000000000001",
    vault="kv-cluedin-sample",
    namespace="cluedin",
    release="cluedin-platform",
    chart_version="2.6.0",
    nodes=7,
    kubernetes_version="1.33.4",
    values=("values.yaml",),
    azure_account="admin@example.com, tenant 00000000-0000-4000-8000-000000000002, through az",
)
NODES = {
    "columns": ["node", "pods", "limit", "add-on", "left", "cpu after", "mem after", "the add-on"],
    "rows": [
        ["general-0", 29, 30, 2, -1, "71 %", "64 %", "evicts 1 pod"],
        ["dataneo-0", 11, 30, 2, 17, "101 %", "88 %", "evicts Neo4j"],
        ["data-0", 9, 30, 2, 19, "58 %", "66 %", "fits"],
        ["data-1", 16, 30, 2, 12, "22 %", "31 %", "fits"],
        ["general-1", 14, 30, 2, 14, "40 %", "52 %", "fits"],
        ["processing-0", 12, 30, 2, 16, "33 %", "47 %", "fits"],
    ],
    "status": ["fail", "fail", "pass", "pass", "pass", "pass"],
}


def outcome(id: str, group: str, title: str, *findings: Finding, waived: tuple[Waived, ...] = ()) -> Outcome:
    reads = {"capacity": ("nodes", "pods"), "vault": ("vault", "values")}.get(group, ("cluster", "values"))
    return Outcome(id=id, group=group, title=title, pack="cluedin", reads=reads, findings=findings, waived=waived)


def finding(status: str, message: str, object: str | None = None, hint: str | None = None, **more: Any) -> Finding:
    return Finding(status=Status(status), message=message, object=object, hint=hint, **more)


def fact(name: str, state: str = "read", reason: str = "", ask: str = "") -> FactState:
    return FactState(name=name, right=f"list {name}", state=state, reason=reason, ask=ask)


def report(*outcomes: Outcome, **more: Any) -> Report:
    given: dict[str, Any] = {
        "tool_version": "0.1.0",
        "collected_at": AT,
        "stage": "enable",
        "stage_reason": "the add-on is off and nothing of the sync is deployed",
        "target": TARGET,
        "facts": (fact("nodes"), fact("pods"), fact("cluster"), fact("vault"), fact("values")),
        **more,
    }
    return Report(outcomes=outcomes, **given)


SLOTS = ("max-pods-headroom", "capacity", "Every node can take the add-on's pods")
PRESSURE = ("node-resource-pressure", "capacity", "Neo4j and Elasticsearch keep their nodes")
ADDON = ("addon-state", "addon", "The Key Vault add-on is in the state this stage needs")
KIND = ("identity-kind", "identity", "The values name the identity by its client id")
PERMISSIONS = ("identity-permissions", "identity", "That identity may read what the values ask for")
TENANT = ("identity-tenant", "identity", "Vault, cluster and values share one tenant")
FOUND = ("vault-found", "vault", "The vault in the values exists")
NAMING = ("akv-naming", "naming", "Vault names follow the convention")
VALUES = ("keyvault-values", "values", "The `global.keyvault` block is complete and well-formed")
SECRETS = ("installer-secrets", "collision", "No Secret made by somebody else stands in the way")

HEALTHY = report(
    outcome(
        *SLOTS,
        finding("pass", "7 nodes looked at; the tightest, node/data-0, keeps 12 slots", evidence={"figure": "12 left"}),
    ),
    outcome(
        *PRESSURE, finding("pass", "4 nodes looked at; the tightest keeps 640m cpu", evidence={"figure": "640m left"})
    ),
    outcome(*ADDON, finding("pass", "off, as it should be before it is enabled")),
    outcome(*KIND, finding("skip", "not yet: the identity is made when the add-on is enabled")),
    outcome(*PERMISSIONS, finding("skip", "not yet: the identity is made when the add-on is enabled")),
    outcome(*TENANT, finding("pass", "one tenant")),
    outcome(*FOUND, finding("pass", "kv-cluedin-sample, access by roles")),
    outcome(*NAMING, finding("pass", "31 objects, 12 Secrets")),
    outcome(*VALUES, finding("pass", "complete")),
    outcome(*SECRETS, finding("pass", "12 planned Secrets, none exists")),
)

TROUBLED = report(
    outcome(
        *SLOTS,
        finding(
            "fail",
            "29 of 30 slots used, the add-on needs 2. It does not wait: it pushes out cluedin/cluedin-server, which "
            "fits on no other node.",
            "node/general-0",
            "a new pool with --max-pods 50 (the limit is fixed when a pool is made)",
            evidence={
                "figure": "1 short",
                "slots": 30,
                "used": 29,
                "needed": 2,
                "short": 1,
                "victims": ["cluedin/cluedin-server"],
            },
            commands=Commands(
                bash=(
                    (
                        "az aks nodepool add -g rg-cluedin-sample --cluster-name aks-cluedin-sample -n general2 "
                        "--max-pods 50 --node-count 2 --labels kubernetes.cluedin.com/pool=general"
                    ),
                ),
                powershell=("az aks nodepool add -g rg-cluedin-sample --cluster-name aks-cluedin-sample -n general2",),
            ),
        ),
    ),
    outcome(
        *PRESSURE,
        finding(
            "fail",
            "7760m + 120m for the add-on > 7820m cpu. Pushed out and left Pending: cluedin/cluedin-neo4j-0 (pool "
            "dataneo has no other node).",
            "node/dataneo-0",
            "lower Neo4j's cpu request by 60m, or add one node to pool dataneo",
            evidence={
                "figure": "-60m",
                "allocatable_cpu": 7820,
                "requested_cpu": 7760,
                "addon_cpu": 120,
                "table": NODES,
            },
        ),
        finding("pass", "keeps 640m cpu", "node/data-0"),
    ),
    outcome(*ADDON, finding("pass", "off, as it should be before it is enabled")),
    outcome(
        *KIND,
        finding(
            "fail",
            "00000000-0000-4000-8000-00000000000b is the object id of an identity, and the driver takes a client id.",
            "values/global.keyvault.userAssignedIdentityID",
            "set it to 00000000-0000-4000-8000-00000000000a, the client id of the same identity",
            location=Location(file="values.yaml", line=14),
        ),
    ),
    outcome(
        *PERMISSIONS,
        finding(
            "unknown",
            "role assignments not read: the account may not list role assignments at the vault",
            hint="ask somebody with Microsoft.Authorization/roleAssignments/read at the vault",
        ),
    ),
    outcome(*TENANT, finding("pass", "one tenant")),
    outcome(*FOUND, finding("pass", "kv-cluedin-sample, access by roles")),
    outcome(
        *NAMING,
        finding(
            "warn",
            "cluedin-email-details reads cluedin-mail-host, and its other objects start with cluedin-email.",
            "secret/cluedin/cluedin-email-details",
            "name the object cluedin-email-host",
            location=Location(file="values.yaml", line=31),
        ),
        waived=(
            Waived(
                finding=finding(
                    "warn", "one object feeds two keys", "secret/cluedin/cluedin-login-details", "split it"
                ),
                reason="the old login goes in May",
                owner="platform team",
                until="2026-06-01",
            ),
        ),
    ),
    outcome(*VALUES, finding("pass", "complete")),
    outcome(*SECRETS, finding("skip", "concerns the stages deploy and verify")),
    facts=(
        *(fact(name) for name in ("nodes", "pods", "vault", "values")),
        fact(
            "cluster",
            "refused",
            "403 without Microsoft.ContainerService/managedClusters/read",
            "az aks show -g rg-cluedin-sample -n aks-cluedin-sample",
        ),
    ),
    sample=True,
)

FORBIDDEN = report(
    *(
        outcome(*which, finding("unknown", "nodes not read: 403, the account may not list nodes"))
        for which in (SLOTS, PRESSURE)
    ),
    *(
        outcome(
            *which, finding("unknown", "cluster not read: 403 without Microsoft.ContainerService/managedClusters/read")
        )
        for which in (ADDON, KIND, PERMISSIONS, TENANT, NAMING, VALUES, SECRETS)
    ),
    outcome(*FOUND, finding("unknown", "vault not read: 403 without Microsoft.KeyVault/vaults/read")),
    facts=(
        fact("nodes", "refused", "403, the account may not list nodes", "kubectl get nodes -o json"),
        fact("pods", "refused", "403, the account may not list pods", "kubectl get pods -A -o json"),
        fact("cluster", "refused", "403", "az aks show -g rg-cluedin-sample -n aks-cluedin-sample"),
        fact("vault", "failed", "timed out after 30 s", "az keyvault show -n kv-cluedin-sample"),
        fact("values", "not-given", "no values were given", "the values file of the deployment, given with -f"),
        fact("release", "offline", "nothing was contacted"),
    ),
)

NASTY = (
    "\x1b[31mred\x1b]0;title\x07 \x9b2J<script>alert(1)</script> ]]> &amp; \u202egnp.exe \u200bzero\u2028next\n"
    "##vso[task.complete result=Failed]x\r\n::error file=a::b\n##[error]no | **bold** `tick` [a](javascript:x) "
    "\x00\x08\ufffe\ud800"
)
HOSTILE = report(
    outcome(
        "max-pods-headroom",
        "capacity",
        NASTY,
        finding(
            "fail",
            NASTY,
            f"node/{NASTY}",
            NASTY,
            evidence={
                NASTY: NASTY,
                "figure": NASTY,
                "table": {"columns": [NASTY, "n"], "rows": [[NASTY, 1], "no row", [NASTY]], "status": ["fail"]},
                "long": "x" * 1_000_000,
                "wide": "\u6f22" * 100 + "e\u0301" * 100,
            },
            location=Location(file=NASTY, line=3),
            commands=Commands(bash=(f"echo {NASTY}",), powershell=(NASTY,)),
        ),
        finding("warn", "x" * 1_000_000, "y" * 1_000_000, "::error::" + "z" * 1_000_000),
        finding("unknown", "::warning::" * 20, "secret/a/##vso[x]", "::stop-commands::t"),
        waived=(Waived(finding=finding("fail", NASTY, NASTY, NASTY), reason=NASTY, owner=NASTY, until="2026-06-01"),),
    ),
    outcome(f"pack-{NASTY}", NASTY, "", finding("skip", NASTY)),
    outcome("pack-quiet", "settings", NASTY, finding("pass", NASTY, NASTY)),
    outcome("addon-state", "addon", "Same", finding("unknown", ""), finding("unknown", "")),
    target=Target(cluster=NASTY, vault=NASTY, namespace=NASTY, values=(NASTY, NASTY), azure_account=NASTY),
    stage_reason=NASTY,
    tool_version=NASTY,
    notes=(NASTY, "n" * 1_000_000),
    facts=(fact("cluster", "refused", NASTY, f"az aks show -n '{NASTY}'"), fact(NASTY)),
)

EMPTY = report(target=Target(), facts=(), stage_reason="as given")

VIEWS = Views(
    nodes=(
        NodePicture(
            node="general-0",
            pool="general",
            status=Status.FAIL,
            effect="evicts 1 pod",
            slots=Use(before=29, added=2, limit=30),
            cpu=Use(before=5300, added=120, limit=7820),
            memory=Use(before=18_000_000_000, added=251_658_240, limit=32_873_889_792),
            victims=("cluedin/cluedin-server",),
        ),
        NodePicture(
            node="general-1",
            pool="general",
            status=Status.PASS,
            effect="fits",
            slots=Use(before=14, added=2, limit=30),
            cpu=Use(before=3100, added=120, limit=7820),
            memory=Use(before=17_000_000_000, added=251_658_240, limit=32_873_889_792),
        ),
    ),
    secrets=(
        SecretPicture(
            secret="cluedin-email",  # noqa: S106 - a name
            provider_class="cluedin-server-sync",
            objects=("cluedin-email-host", "cluedin-email-port"),
            keys=("EmailHost", "EmailHostPort"),
            mounted_by=(),
            read_by=("Deployment/cluedin-server",),
            broken="no pod mounts the class",
        ),
    ),
)
"""The pictures that go with the troubled report."""

REPORTS = {"healthy": HEALTHY, "troubled": TROUBLED, "forbidden": FORBIDDEN, "hostile": HOSTILE, "empty": EMPTY}


def big(nodes: int) -> Document:
    """Return the result of a cluster of this size: one node in ten is full, and one check says so of each.

    Names and numbers differ from node to node, as they do in a real cluster.
    """
    pictures = [_picture(number, full=number % 10 == 0) for number in range(nodes)]
    pictures.sort(key=lambda picture: picture.status is not Status.FAIL)
    full = [picture for picture in pictures if picture.victims]
    rows = [[p.node, p.slots.before, 30, 2, 28 - p.slots.before, "74 %", "56 %", p.effect] for p in pictures]
    table = {"columns": NODES["columns"], "rows": rows, "status": [p.status.value for p in pictures]}
    findings = [
        finding(
            "fail",
            f"29 of 30 slots used, the add-on needs 2. It does not wait: it pushes out {picture.victims[0]}.",
            f"node/{picture.node}",
            "a new pool with --max-pods 50 (the limit is fixed when a pool is made)",
            evidence={
                "figure": "1 short",
                "cpu_requested": picture.cpu.before,
                "memory_requested": picture.memory.before,
                "victims": list(picture.victims),
                **({"table": table} if number == 0 else {}),
            },
        )
        for number, picture in enumerate(full)
    ]
    others = TROUBLED.outcomes[2:]
    return document(report(outcome(*SLOTS, *findings), *others), views=Views(nodes=tuple(pictures)))


def _picture(number: int, *, full: bool) -> NodePicture:
    return NodePicture(
        node=f"aks-general-12345678-vmss{number:06d}",
        pool="general",
        status=Status.FAIL if full else Status.PASS,
        effect="evicts 1 pod" if full else "fits",
        slots=Use(before=29 if full else 9 + number % 12, added=2, limit=30),
        cpu=Use(before=2735 + number % 900, added=120, limit=3860),
        memory=Use(before=(8_000 + number % 4_000) * 2**20, added=240 * 2**20, limit=15_000 * 2**20),
        victims=(f"cluedin/cluedin-service-{number % 40}-7d9c6b5f4-{number:05d}",) if full else (),
    )
