"""Random clusters whose pods have rules about each other: required affinity and anti-affinity, spread over domains.

`K-` begins the keys of domains and `NS-` a name of a namespace in a selector, for us to put the case's own prefix
there (`with_own_domains`): so that many cases can share one control plane.
"""

import random
from typing import Any

from tests.scheduling.clusters import Object, random_case

HOME = "n0"
"""The node that the pod of `homeless_case` comes from."""


def related_case(seed: int) -> Object:
    """Return a random cluster as `random_case` does, with rules between pods and newcomers."""
    rng = random.Random(seed)  # noqa: S311 - the same cluster for the same seed
    case = random_case(seed)
    _label(rng, case["nodes"])
    for pod in case["pods"]:
        meta, spec = pod["metadata"], pod["spec"]
        meta["namespace"] = rng.choice(["cluedin", "cluedin", "kube-system"])
        meta["labels"] = {"app": rng.choice(["ui", "driver", "provider"]), "tier": rng.choice("ab")}
        spec |= {"affinity": affinity} if (affinity := _affinity(rng, apart=0.15, near=0.0)) else {}
    for template in case["incoming"]:
        affinity = template["spec"].get("affinity", {}) | _affinity(rng, apart=0.3, near=0.15)
        template["spec"] |= {"affinity": affinity} if affinity else {}
        template["spec"]["topologySpreadConstraints"] = _spread(rng, 0.3)
        template["metadata"]["labels"]["tier"] = rng.choice("ab")
    return case


def homeless_case(seed: int) -> tuple[Object, Object]:
    """Return a cluster whose node n0 is cordoned, and a pod that has to leave it and has rules about others."""
    rng = random.Random(seed)  # noqa: S311 - as above
    nodes: list[Object] = [
        {
            "metadata": {"name": f"n{number}", "labels": {"kubernetes.io/hostname": f"n{number}"}},
            "spec": {"unschedulable": True} if number == 0 else {},
            "status": {"allocatable": {"cpu": rng.choice(["1", "2"]), "memory": "4Gi", "pods": rng.choice(["4", "9"])}},
        }
        for number in range(rng.randint(3, 6))
    ]
    for node in nodes[1:]:
        if rng.random() < 0.2:
            node["spec"]["taints"] = [{"key": "pool", "value": "neo", "effect": "NoSchedule"}]
    _label(rng, nodes)
    pods = [_small_pod(rng, number, rng.choice(nodes)["metadata"]["name"]) for number in range(rng.randint(3, 14))]
    for node in nodes:
        node["metadata"]["labels"]["K-case"] = "this"
    leaver = _small_pod(rng, 99, HOME)
    spec: Object = leaver["spec"]
    spec["affinity"] = _affinity(rng, apart=0.5, near=0.4)
    spec["topologySpreadConstraints"] = _spread(rng, 0.6)
    spec["nodeSelector"] = {"K-case": "this"}
    if rng.random() < 0.3:
        spec["tolerations"] = [{"operator": "Exists", "effect": "NoSchedule", "key": "pool"}]
    return {"id": f"homeless-{seed}", "nodes": nodes, "pods": pods, "pdbs": [], "incoming": []}, leaver


def with_own_domains(case: Object, prefix: str) -> Object:
    """Put the prefix where `K-` and `NS-` stand, and before the namespaces that terms list."""
    for item in (*case["pods"], *case["incoming"]):
        for term in _terms(item["spec"]):
            term["topologyKey"] = term["topologyKey"].replace("K-", prefix)
            term.update({"namespaces": [prefix + name for name in term["namespaces"]]} if "namespaces" in term else {})
            for requirement in term.get("namespaceSelector", {}).get("matchExpressions", ()):
                requirement["values"] = [value.replace("NS-", prefix) for value in requirement["values"]]
        for constraint in item["spec"].get("topologySpreadConstraints", ()):
            constraint["topologyKey"] = constraint["topologyKey"].replace("K-", prefix)
        selected = item["spec"].get("nodeSelector", {})
        item["spec"]["nodeSelector"] = {key.replace("K-", prefix): value for key, value in selected.items()}
    for node in case["nodes"]:
        labels = node["metadata"]["labels"]
        node["metadata"]["labels"] = {key.replace("K-", prefix): value for key, value in labels.items()}
    return case


def _terms(spec: Object) -> list[Object]:
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    affinity = spec.get("affinity", {})
    return [term for kind in ("podAffinity", "podAntiAffinity") for term in affinity.get(kind, {}).get(required, ())]


def _label(rng: random.Random, nodes: list[Any]) -> None:
    for node in nodes:
        labels = node["metadata"]["labels"]
        labels["K-host"] = node["metadata"]["name"]
        if rng.random() < 0.85:
            labels["K-zone"] = rng.choice("ab")


def _small_pod(rng: random.Random, number: int, node: str) -> Object:
    requests = {"cpu": rng.choice(["50m", "400m"]), "memory": "64Mi"}
    spec: Object = {"nodeName": node, "containers": [{"name": "c", "image": "i", "resources": {"requests": requests}}]}
    spec |= {"affinity": affinity} if (affinity := _affinity(rng, apart=0.2, near=0.0)) else {}
    return {
        "metadata": {
            "name": f"p{number}",
            "namespace": rng.choice(["cluedin", "cluedin", "kube-system"]),
            "labels": {"app": rng.choice(["ui", "driver", "provider"]), "tier": rng.choice("ab")},
        },
        "spec": spec,
        "status": {"phase": "Running", "startTime": f"2026-05-01T00:{number:02}:00Z"},
    }


def _affinity(rng: random.Random, *, apart: float, near: float) -> Object:
    found = {}
    for kind, chance in (("podAntiAffinity", apart), ("podAffinity", near)):
        if rng.random() < chance:
            terms = [_term(rng) for _ in range(rng.choice((1, 1, 2)))]
            found[kind] = {"requiredDuringSchedulingIgnoredDuringExecution": terms}
    return found


def _term(rng: random.Random) -> Object:
    # A selector of namespaces that holds without any label is left out: versions of the scheduler differ there.
    by_name = {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["NS-cluedin"]}]}
    scope: Object = rng.choice(
        [{}, {}, {"namespaces": ["kube-system"]}, {"namespaceSelector": {}}, {"namespaceSelector": by_name}]
    )
    keys: Object = rng.choice([{}, {}, {}, {"matchLabelKeys": ["tier"]}, {"mismatchLabelKeys": ["tier"]}])
    return {"topologyKey": rng.choice(["K-host", "K-host", "K-zone"]), "labelSelector": _selector(rng), **scope, **keys}


def _spread(rng: random.Random, chance: float) -> list[Object]:
    found = []
    for key in ("K-zone", "K-host"):
        if rng.random() < chance:
            constraint: Object = {
                "topologyKey": key,
                "maxSkew": rng.choice((1, 1, 2)),
                "whenUnsatisfiable": rng.choice(["DoNotSchedule", "DoNotSchedule", "ScheduleAnyway"]),
                "labelSelector": _selector(rng),
            }
            optional: Object = {
                "nodeAffinityPolicy": rng.choice(["Honor", "Ignore"]),
                "nodeTaintsPolicy": rng.choice(["Honor", "Ignore"]),
                "matchLabelKeys": ["tier"],
            }
            if constraint["whenUnsatisfiable"] == "DoNotSchedule":
                optional["minDomains"] = rng.randint(1, 4)
            found.append(constraint | {name: value for name, value in optional.items() if rng.random() < 0.3})
    return found


def _selector(rng: random.Random) -> Object:
    selectors: list[Object] = [
        {"matchLabels": {"app": rng.choice(["ui", "driver", "provider"])}},
        {"matchExpressions": [{"key": "app", "operator": "In", "values": ["ui", "provider"]}]},
        {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["ui"]}]},
        {"matchExpressions": [{"key": "app", "operator": "Exists"}]},
        {"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]},
        {},
    ]
    return rng.choice(selectors)
