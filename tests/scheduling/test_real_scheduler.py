"""The prediction against etcd, kube-apiserver and kube-scheduler themselves: who is bound, who is deleted, and why not.

Left out, as facts/scheduling.md section 3 has it: nodes where a pod loses its nomination (it may push out others on its
own), where a host port is fought for (a gap in the scheduler's queue), and ties; a pod that stays Pending is taken away
before the next one arrives, as it would be tried again.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec
import pytest

from preflight.facts import Node, Pod
from preflight.facts.kubernetes import OwnerReference
from preflight.scheduling.elsewhere import Move, VolumeTies, relocate
from preflight.scheduling.fit import PORTS_REASON
from preflight.scheduling.prediction import Answer, Prediction
from preflight.scheduling.room import resident, rooms
from tests.control_plane.build import BUILD_COMMAND, find_assets
from tests.control_plane.cluster import ControlPlane
from tests.scheduling.clusters import random_case
from tests.scheduling.neighbours import HOME, homeless_case, related_case, with_own_domains
from tests.scheduling.real import (
    Case,
    apart,
    daemon_pod,
    difference,
    is_forgotten,
    name_of,
    objects_of,
    pods_of,
    settled,
)
from tests.scheduling.test_oracle import prediction_of, recorded

pytestmark = pytest.mark.control_plane

GENERATED, RECORDED, RELATED, HOMELESS = range(40), 20, range(25), range(60)


@pytest.fixture(scope="module")
def cluster() -> Iterator[ControlPlane]:
    if find_assets() is None:
        pytest.skip(f"no etcd, kube-apiserver and kube-scheduler here; get them with: {BUILD_COMMAND}")
    with ControlPlane(scheduler=True) as started:
        yield started


def test_recorded_clusters_end_as_predicted(cluster: ControlPlane) -> None:
    cases = [line["case"] for line in recorded()]
    waiting = [case for case in cases if any(not pod["spec"].get("nodeName") for pod in case["pods"])]
    chosen = [case for case in cases if case not in waiting][:RECORDED]
    _compare(cluster, [apart(case, f"r{number}-") for number, case in enumerate(chosen)])


def test_clusters_with_other_features_end_as_predicted(cluster: ControlPlane) -> None:
    _compare(cluster, [apart(random_case(seed), f"g{seed}-") for seed in GENERATED])


def test_clusters_with_rules_between_pods_end_as_predicted(cluster: ControlPlane) -> None:
    """What happens on one node bears on the others there, so the nodes take their turns."""
    cases = [with_own_domains(apart(related_case(seed), f"n{seed}-"), f"n{seed}-") for seed in RELATED]
    _compare(cluster, cases, node_by_node=True)


def test_a_pod_made_again_finds_a_node_where_it_is_said_to(cluster: ControlPlane) -> None:
    said: dict[str, Move] = {}
    for seed in HOMELESS:
        case, leaver = homeless_case(seed)
        prefix = f"h{seed}-"
        case["pods"].append(leaver)
        case = with_own_domains(apart(case, prefix), prefix)
        leaver = case["pods"].pop()
        said[name_of(leaver)] = _said(case, leaver, prefix + HOME)
        cluster.load([*objects_of(case), {"apiVersion": "v1", "kind": "Pod", **_waiting(leaver)}])
    ends = settled(cluster, dict.fromkeys(said))
    wrong = [
        f"{name}: {said[name]}, but {ends[name]['status']}" for name in said if not _as_said(said[name], ends[name])
    ]
    fates = [move.fate for move in said.values()]
    assert min(fates.count("moves"), len(fates) - fates.count("moves")) > len(fates) // 5
    assert not wrong, "\n".join(wrong)


def _said(case: Case, leaver: Case, home: str) -> Move:
    pod = msgspec.convert(leaver, Pod)
    owned = msgspec.structs.replace(
        pod.metadata, owner_references=(OwnerReference(kind="ReplicaSet", name="r", controller=True),)
    )
    there = rooms(msgspec.convert(case["nodes"], tuple[Node, ...]), msgspec.convert(case["pods"], tuple[Pod, ...]))
    displaced = [(home, resident(msgspec.structs.replace(pod, metadata=owned)))]
    (move,) = relocate(displaced, there, ties=VolumeTies((), ())).values()
    return move


def _waiting(leaver: Case) -> Case:
    spec = {key: value for key, value in leaver["spec"].items() if key != "nodeName"}
    return {"metadata": leaver["metadata"], "spec": spec | {"preemptionPolicy": "Never"}}


def _as_said(move: Move, pod: Case) -> bool:
    if move.fate == "moves" or pod["spec"].get("nodeName"):
        return move.fate == "moves" and bool(pod["spec"].get("nodeName"))
    message = next(c["message"] for c in pod["status"]["conditions"] if c["type"] == "PodScheduled")
    return move.fate == "pinned" or all(reason in message for reason in move.why.split(", "))


class _Arrival(NamedTuple):
    """A pod of one template on one node, and what is said of all the templates' pods there."""

    case: str
    node: str
    answers: list[Answer]
    pod: Case

    @property
    def answer(self) -> Answer:
        return self.answers[-1]


def _compare(cluster: ControlPlane, cases: list[Case], *, node_by_node: bool = False) -> None:
    """Load all cases side by side, each with nodes and namespaces of its own, and let the templates arrive in turn."""
    predictions = {case["id"]: prediction_of(case) for case in cases}
    cluster.load(item for case in cases for item in objects_of(case))
    compared, wrong = 0, []
    left_out: set[str] = set()
    for turn in (0, 1):
        for batch in _batches(cases, node_by_node=node_by_node):
            going = [(case, node) for case, node in batch if case["id"] not in left_out]
            for arrival, problem in _let_in(cluster, going, predictions, turn):
                if problem is None and node_by_node:
                    left_out.add(arrival.case)
                compared += problem is not None
                wrong += [f"{arrival.case} {arrival.node} turn {turn}: {problem}"] if problem else []
    there = {name_of(pod) for pod in pods_of(cluster)}
    for case in cases:
        if case["id"] not in left_out:
            wrong += _wrongly_deleted(case, predictions[case["id"]], there)
    print(f"{compared} pods on {sum(len(case['nodes']) for case in cases)} nodes compared")  # noqa: T201
    assert compared > len(cases)
    assert not wrong, "\n".join(wrong)


def _let_in(
    cluster: ControlPlane, batch: list[tuple[Case, str]], predictions: Mapping[str, Prediction], turn: int
) -> Iterator[tuple[_Arrival, str | None]]:
    """Let a template's pods arrive on these nodes; yield each with what is not as said, None where nobody can compare.

    Who finds no place is taken away: it would be tried again once the victims of the next are gone, a cascade.
    """
    arrivals = {}
    for case, node in batch:
        answers = list(predictions[case["id"]].nodes[node].values())[: turn + 1]
        if answers[-1].targeted:
            pod = daemon_pod(case["incoming"][turn], node, case.get("priorityClasses") or [])
            arrivals[name_of(pod)] = _Arrival(case["id"], node, answers, pod)
            status, body = cluster.request("POST", f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods", pod)
            assert status == 201, body
    ends = settled(cluster, {name: arrival.answer for name, arrival in arrivals.items()})
    there = set(map(name_of, pods_of(cluster)))
    for name, arrival in arrivals.items():
        end = ends[name]
        known = _is_comparable(arrival.answers) and not (end and is_forgotten(arrival.answer, end, there))
        yield arrival, (difference(arrival.answer, end) or "") if known else None
        if not end.get("spec", {}).get("nodeName"):
            meta = arrival.pod["metadata"]
            cluster.request("DELETE", f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}")


def _batches(cases: list[Case], *, node_by_node: bool) -> Iterator[list[tuple[Case, str]]]:
    """Yield cases with names of their nodes: all nodes at once, or the first of each case, then the second ..."""
    nodes = {case["id"]: sorted(node["metadata"]["name"] for node in case["nodes"]) for case in cases}
    if not node_by_node:
        yield [(case, node) for case in cases for node in nodes[case["id"]]]
        return
    for number in range(max(map(len, nodes.values()))):
        yield [(case, nodes[case["id"]][number]) for case in cases if number < len(nodes[case["id"]])]


def _wrongly_deleted(case: Case, prediction: Prediction, there: set[str]) -> Iterator[str]:
    for node, answers in prediction.nodes.items():
        if _is_comparable([*answers.values()]):
            before = {name_of(pod) for pod in case["pods"] if pod["spec"]["nodeName"] == node}
            predicted = {victim.name for answer in answers.values() for victim in answer.victims} & before
            if before - there != predicted:
                yield f"{case['id']} {node}: predicted {sorted(predicted)}, deleted {sorted(before - there)}"


def _is_comparable(answers: list[Answer]) -> bool:
    return not any(
        answer.cleared or answer.undecided or answer.unsure or (PORTS_REASON in answer.reasons and answer.victims)
        for answer in answers
    )
