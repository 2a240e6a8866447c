"""Rules between pods: near, apart, spread; each with its example. test_real_scheduler asks the real scheduler."""

from typing import Any

import msgspec
import pytest

from preflight.facts import Pod
from preflight.scheduling.addon import addon_pair
from preflight.scheduling.elsewhere import VolumeTies, relocate
from preflight.scheduling.placement import place_addon
from preflight.scheduling.prediction import predict
from preflight.scheduling.relations import (
    APART_REASON,
    NEAR_REASON,
    NO_DOMAIN_REASON,
    REFUSED_BY_OTHERS_REASON,
    SPREAD_REASON,
    Objection,
    Related,
)
from preflight.scheduling.room import Room, resident, rooms
from preflight.testing import daemon_set, node, pod
from tests.scheduling.neighbours import related_case
from tests.scheduling.test_oracle import prediction_of

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
Rule = dict[str, Any]
HOST, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"


def ruled(made: Pod, **spec: Any) -> Pod:
    """Return the pod with fields of its spec as the API writes them."""
    return msgspec.convert(msgspec.to_builtins(made) | {"spec": msgspec.to_builtins(made.spec) | spec}, Pod)


def term(app: str, key: str = HOST, **more: Any) -> dict[str, Any]:
    return {"topologyKey": key, "labelSelector": {"matchLabels": {"app": app}}, **more}


def apart(*terms: dict[str, Any]) -> dict[str, Any]:
    return {"affinity": {"podAntiAffinity": {REQUIRED: [*terms]}}}


def near(*terms: dict[str, Any]) -> dict[str, Any]:
    return {"affinity": {"podAffinity": {REQUIRED: [*terms]}}}


def spread(key: str = ZONE, app: str = "a", **more: Any) -> dict[str, Any]:
    constraint = {"topologyKey": key, "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}
    return {"topologySpreadConstraints": [constraint | {"labelSelector": {"matchLabels": {"app": app}}} | more]}


def app(name: str, on: str | None = None, of: str = "a", namespace: str = "cluedin", **spec: Any) -> Pod:
    return ruled(pod(name, node=on, labels={"app": of, "tier": "x"}, namespace=namespace, owner="ReplicaSet/r"), **spec)


def three() -> list[Any]:
    zones = {"n1": "west-1", "n2": "west-1", "n3": "west-2"}
    return [node(name, cpu="4", labels={ZONE: zone}) for name, zone in zones.items()]


def objections(newcomer: Pod, there: list[Pod]) -> dict[str, Objection | None]:
    found: dict[str, Room] = rooms(three(), there)
    relations = Related(found.values()).to(newcomer, newcomer.spec)
    return {name: relations.objection(room) if relations else None for name, room in found.items()}


def reasons(newcomer: Pod, there: list[Pod]) -> list[str | None]:
    return [objection.reason if objection else None for objection in objections(newcomer, there).values()]


@pytest.mark.parametrize(
    ("newcomer", "there", "expected"),
    [
        (app("new", **apart(term("a"))), [app("old", "n1")], [APART_REASON, None, None]),
        (app("new", **apart(term("a", ZONE))), [app("old", "n1")], [APART_REASON, APART_REASON, None]),
        (app("new", **apart(term("a"))), [app("old", "n1", namespace="other")], [None, None, None]),
        (app("new", **apart(term("a", namespaces=["other"]))), [app("old", "n1", namespace="other")],
         [APART_REASON, None, None]),
        (app("new", **apart(term("a", namespaceSelector={}))), [app("old", "n1", namespace="other")],
         [APART_REASON, None, None]),
        (app("new", **apart(term("a", mismatchLabelKeys=["tier"]))), [app("old", "n1")], [None, None, None]),
        (app("new", **apart(term("b", matchLabelKeys=["tier"]))), [app("old", "n1", "b")], [APART_REASON, None, None]),
        (app("new"), [app("old", "n1", **apart(term("a")))], [REFUSED_BY_OTHERS_REASON, None, None]),
        (app("new"), [app("old", "n1", **apart(term("a", "rack")))], [None, None, None]),
        (app("new", **near(term("b"))), [app("old", "n1", "b")], [None, NEAR_REASON, NEAR_REASON]),
        (app("new", **near(term("b", ZONE))), [app("old", "n1", "b")], [None, None, NEAR_REASON]),
        (app("new", **near(term("b"))), [], [NEAR_REASON, NEAR_REASON, NEAR_REASON]),
        (app("new", **near(term("a"))), [], [None, None, None]),
        (app("new", **near(term("a", "rack"))), [], [NEAR_REASON, NEAR_REASON, NEAR_REASON]),
        (app("new", **spread()), [app("old", "n1")], [SPREAD_REASON, SPREAD_REASON, None]),
        (app("new", **spread()), [app("old", "n1"), app("o", "n3")], [None, None, None]),
        (app("new", **spread(minDomains=3)), [app("old", "n1"), app("o", "n3")],
         [SPREAD_REASON, SPREAD_REASON, SPREAD_REASON]),
        (app("new", **spread(maxSkew=2)), [app("old", "n1")], [None, None, None]),
        (app("new", **spread(whenUnsatisfiable="ScheduleAnyway")), [app("old", "n1")], [None, None, None]),
        (app("new", **spread("rack")), [], [NO_DOMAIN_REASON, NO_DOMAIN_REASON, NO_DOMAIN_REASON]),
        (app("new", **spread(), nodeSelector={ZONE: "west-1"}), [app("old", "n1")], [None, None, None]),
        (app("new", **spread(nodeAffinityPolicy="Ignore"), nodeSelector={ZONE: "west-1"}), [app("old", "n1")],
         [SPREAD_REASON, SPREAD_REASON, None]),
        (app("new", **spread(matchLabelKeys=["tier"])), [app("old", "n1")], [SPREAD_REASON, SPREAD_REASON, None]),
    ],
)  # fmt: skip
def test_where_others_leave_room(newcomer: Pod, there: list[Pod], expected: list[str | None]) -> None:
    assert reasons(newcomer, there) == expected


def test_labels_of_namespaces_are_not_known_but_for_the_name() -> None:
    by_team: Rule = {"namespaceSelector": {"matchLabels": {"team": "data"}}}
    by_name: Rule = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "other"}}}
    without: Rule = {"namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]}}
    there = [app("old", "n1", namespace="other")]
    for scope in (by_team, without):
        objection = objections(app("new", **apart(term("a", **scope))), there)["n1"]
        assert objection
        assert (objection.reason, objection.unsure) == (APART_REASON, True)
    named = objections(app("new", **apart(term("a", **by_name))), there)["n1"]
    assert named
    assert not named.unsure


def test_a_selector_of_namespaces_that_versions_read_differently_is_unsure() -> None:
    besides = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["other"]}
    scope: Rule = {"namespaceSelector": {"matchExpressions": [besides]}}
    mine = objections(app("new", **apart(term("a", **scope))), [app("old", "n1", namespace="other")])["n1"]
    assert mine
    assert mine.unsure
    theirs = app("old", "n1", namespace="other", **apart(term("a", **scope)))
    objection = objections(app("new"), [theirs])["n1"]
    assert objection
    assert not objection.unsure


# --- what follows for DaemonSets ---


def test_a_pod_that_bars_the_newcomer_is_pushed_out_where_it_is_and_not_from_its_zone() -> None:
    pair = addon_pair()
    newcomer = "secrets-store-csi-driver"
    in_kube_system: Rule = {"namespaces": ["kube-system"]}
    barring = app("jealous", "n1", **apart(term(newcomer, ZONE, **in_kube_system)))
    answers = {name: next(iter(a.values())) for name, a in predict(three(), [barring], [pair.driver]).nodes.items()}
    assert {name: answer.outcome for name, answer in answers.items()} == {
        "n1": "preempts",
        "n2": "fits",  # for its turn comes once the pod on n1 has gone
        "n3": "fits",
    }
    assert [victim.name for victim in answers["n1"].victims] == ["cluedin/jealous"]
    steadfast = ruled(barring, priority=2_000_001_000)
    answers = {name: next(iter(a.values())) for name, a in predict(three(), [steadfast], [pair.driver]).nodes.items()}
    assert [answers[name].outcome for name in ("n1", "n2", "n3")] == ["pending", "pending", "fits"]
    assert answers["n2"].reasons == (REFUSED_BY_OTHERS_REASON,)


def test_two_daemon_sets_that_shun_each_other() -> None:
    shy = daemon_set("shy", labels={"app": "shy"})
    spec = ruled(Pod(metadata=shy.metadata, spec=shy.spec.template.spec), **apart(term("bold"))).spec
    template = msgspec.structs.replace(
        shy.spec.template,
        spec=msgspec.structs.replace(shy.spec.template.spec, affinity=spec.affinity),
        metadata=msgspec.structs.replace(shy.spec.template.metadata, labels={"app": "shy"}),
    )
    shy = msgspec.structs.replace(shy, spec=msgspec.structs.replace(shy.spec, template=template))
    bold = daemon_set("bold", labels={"app": "bold"})
    prediction = predict([node("n")], [], [shy, bold])
    assert [answer.outcome for answer in prediction.nodes["n"].values()] == ["fits", "pending"]
    assert [answer.outcome for answer in prediction.reversed["n"].values()] == ["pending", "fits"]


def test_an_unread_label_of_a_namespace_makes_the_addon_s_verdict_unknown() -> None:
    scope: Rule = {"namespaceSelector": {"matchLabels": {"team": "platform"}}}
    barring = app("jealous", "n1", **apart(term("secrets-store-csi-driver", **scope)))
    placement = place_addon(three()[:1], [barring]).nodes[0]
    assert (placement.driver.outcome, placement.driver.unsure) == ("fits", True)
    assert placement.verdict.value == "unknown"


def test_the_order_of_nodes_and_pods_does_not_matter() -> None:
    for seed in range(20):
        case = related_case(seed)
        turned = case | {"nodes": case["nodes"][::-1], "pods": case["pods"][::-1]}
        assert prediction_of(case) == prediction_of(turned)


# --- what follows for those pushed out ---


def moved(leavers: list[Pod], there: list[Pod]) -> list[tuple[str, str | None, str]]:
    displaced = [("gone", resident(leaver)) for leaver in leavers]
    all_rooms = rooms([*three(), node("gone", unschedulable=True)], there)
    moves = relocate(displaced, all_rooms, ties=VolumeTies((), ()))
    return [(move.fate, move.to, move.why) for move in moves.values()]


def test_a_pod_finds_no_node_where_its_like_stand_on_all() -> None:
    everywhere = [app(f"old-{name}", name) for name in ("n1", "n2", "n3")]
    assert moved([app("new", "gone", **apart(term("a")))], everywhere) == [("stuck", None, APART_REASON)]
    assert [fate for fate, *_ in moved([app("new", "gone")], everywhere)] == ["moves"]


def test_the_place_of_one_is_barred_to_the_next_of_its_kind() -> None:
    leavers = [app(f"new-{number}", "gone", **apart(term("a"))) for number in range(4)]
    fates = moved(leavers, [])
    assert sorted(to for _, to, _ in fates if to) == ["n1", "n2", "n3"]
    assert [fate for fate, *_ in fates].count("stuck") == 1


def test_another_pod_may_be_pushed_out_for_its_rule() -> None:
    there = [app(f"old-{name}", name, priority=10 if name == "n1" else 2000) for name in ("n1", "n2", "n3")]
    fates = moved([app("new", "gone", priority=1000, **apart(term("a")))], there)
    assert fates == [("pushes", "n1", "")]
