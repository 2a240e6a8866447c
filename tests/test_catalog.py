"""The catalogue meets packs through entry points, keeps ids and facts unique, and selects."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.catalog import load, select, wanted_facts
from preflight.errors import CheckDefinitionError, UsageError
from preflight.facts import FACTS
from preflight.model import GROUPS
from tests.packs import install, register, source

Install = Callable[..., None]
_GADGETS = 'Fact(name="gadgets", type=tuple[str, ...], source="kubernetes", right="list gadgets", ask="kubectl"),'
_NODES = 'Fact(name="nodes", type=tuple[str, ...], source="kubernetes", right="list nodes", ask="kubectl"),'
_MODULES = (f"pack_of_this_test_{number}" for number in itertools.count())


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    monkeypatch.syspath_prepend(str(tmp_path))

    def put(distribution: str, text: str) -> None:
        install(tmp_path, distribution, module=next(_MODULES), source=text)

    return put


def test_our_own_pack_is_ordered_by_group_then_id() -> None:
    offers = load(packs=False).offers
    assert {offer.pack.partition(" ")[0] for offer in offers} <= {"cluedin-preflight"}
    places = [(GROUPS.index(offer.check.group), offer.check.id) for offer in offers]
    assert places == sorted(places)


def test_a_pack_is_offered_with_its_name_and_version(pack: Install) -> None:
    pack("acme", source("acme-check"))
    offers = {offer.check.id: offer for offer in load().offers}
    assert offers["acme-check"].pack == "acme 1.0"
    assert "acme-check" not in {offer.check.id for offer in load(packs=False).offers}


def test_groups_of_packs_come_after_ours(pack: Install) -> None:
    pack("acme", source("acme-check", group="aardvark"))
    assert load().offers[-1].check.id == "acme-check"


def test_two_packs_with_one_id_are_an_error_that_names_both(pack: Install) -> None:
    pack("acme", source("their-check"))
    pack("umbrella", source("their-check"))
    with pytest.raises(CheckDefinitionError, match=r"'their-check' is offered by acme 1\.0 and by umbrella 1\.0"):
        load()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("raise RuntimeError('no')", "RuntimeError: no"),
        ("import nowhere_to_be_found", "ModuleNotFoundError"),
        ("CHECKS = (1,)", "CheckDefinitionError: 1 is no check"),
        ("CHECKS = None", "TypeError"),
        ("", "AttributeError"),
        (source("Bad Id"), "kebab-case"),
        (source("some-check", parameters="nodez"), "'nodez' is not a fact"),
    ],
)
def test_a_broken_pack_costs_itself_only(pack: Install, text: str, reason: str) -> None:
    pack("acme", text)
    pack("umbrella", source("their-check"))
    catalog = load()
    assert [(broken.name, broken.pack) for broken in catalog.broken] == [("acme", "acme 1.0")]
    assert reason in catalog.broken[0].reason
    assert "their-check" in {offer.check.id for offer in catalog.offers}
    assert load(packs=False).broken == ()


def test_a_pack_brings_a_fact_of_its_own(pack: Install) -> None:
    pack("acme", source("acme-check", own_facts=_GADGETS, parameters="gadgets"))
    assert load().facts["gadgets"].right == "list gadgets"
    assert "gadgets" not in load(packs=False).facts


def test_one_fact_of_two_packs_must_mean_the_same(pack: Install) -> None:
    pack("acme", source("acme-check", own_facts=_GADGETS, parameters="gadgets"))
    pack("umbrella", source("their-check", own_facts=_GADGETS, parameters="gadgets"))
    assert "gadgets" in load().facts
    pack("zebra", source("zebra-check", own_facts=_GADGETS.replace("tuple[str, ...]", "str"), parameters="gadgets"))
    with pytest.raises(CheckDefinitionError, match=r"fact 'gadgets' of zebra 1\.0 exists already"):
        load()


def test_a_pack_cannot_change_the_meaning_of_our_facts(pack: Install) -> None:
    pack("acme", source("acme-check", own_facts=_NODES))
    with pytest.raises(CheckDefinitionError, match=r"fact 'nodes' of acme 1\.0 exists already"):
        load()
    assert load(packs=False).facts == FACTS


def test_an_entry_point_that_leads_nowhere_is_a_broken_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    register(tmp_path, "acme", "[preflight.checks]\nacme = nowhere_to_be_found:CHECKS\n")
    assert [broken.pack for broken in load().broken] == ["acme 1.0"]


def test_selection_by_id_and_by_group(pack: Install) -> None:
    pack("acme", source("acme-check", group="acme-group"))
    pack("umbrella", source("their-check", group="acme-group"))
    catalog = load()

    def ids(include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> set[str]:
        return {offer.check.id for offer in select(catalog, include, exclude)}

    assert ids() == {offer.check.id for offer in catalog.offers}
    assert ids(("acme-check",)) == {"acme-check"}
    assert ids(("acme-group",)) == {"acme-check", "their-check"}
    assert ids(("acme-group",), ("their-check",)) == {"acme-check"}
    assert ids((), ("acme-group",)) == ids() - {"acme-check", "their-check"}


def test_a_word_that_is_neither_is_refused_with_the_nearest(pack: Install) -> None:
    pack("acme", source("acme-check"))
    with pytest.raises(UsageError, match=r"no check or group 'acme-chek' \(did you mean 'acme-check'\?\)"):
        select(load(), ("acme-chek",))
    with pytest.raises(UsageError, match="no check or group 'zzz'; see: explain"):
        select(load(), (), ("zzz",))


def test_the_facts_that_a_selection_needs(pack: Install) -> None:
    pack("acme", source("acme-check", parameters="nodes, header, pods=None"))
    assert wanted_facts(select(load(), ("acme-check",))) == {"nodes", "pods"}
