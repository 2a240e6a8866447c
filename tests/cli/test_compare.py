from pathlib import Path

import msgspec
import pytest

from preflight import bundle
from preflight.__main__ import run
from preflight.demo import sample


def written(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


@pytest.fixture
def result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    run(["demo", "-o", "json"])
    return written(tmp_path, "result.json", capsys.readouterr().out.encode())


def test_a_result_and_the_bundle_it_came_from_do_not_differ(
    result: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = written(tmp_path, "enable.json", bundle.encode(sample("enable")))
    assert run(["compare", result, saved, "-o", "json"]) == 0
    comparison = msgspec.json.decode(capsys.readouterr().out)
    assert comparison["unchanged"]
    assert not comparison["new"] + comparison["resolved"] + comparison["changed"] + comparison["not_looked_at"]


def test_what_is_new_fails(result: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deploy = written(tmp_path, "deploy.json", bundle.encode(sample("deploy")))
    assert run(["compare", result, deploy]) == 1
    assert "new" in capsys.readouterr().out
    assert run(["compare", result, deploy, "--fail-on", "never"]) == 0


def test_findings_of_the_baseline_do_not_count(result: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = written(tmp_path, "enable.json", bundle.encode(sample("enable")))
    assert run(["run", saved]) == 1
    assert run(["run", saved, "--baseline", result]) in (0, 3)
    assert capsys.readouterr().out


def test_another_cluster_is_refused(result: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = sample("enable")
    target = msgspec.structs.replace(one.header.target, cluster="aks-staging")
    staging = msgspec.structs.replace(one, header=msgspec.structs.replace(one.header, target=target))
    other = written(tmp_path, "staging.json", bundle.encode(staging))
    assert run(["compare", result, other]) == 2
    assert "aks-staging" in capsys.readouterr().err
    assert run(["compare", result, other, "--other-target"]) == 0


def test_a_bundle_is_no_baseline_and_the_way_to_one_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, compress in (("enable.json", False), ("enable.json.gz", True)):
        saved = written(tmp_path, name, bundle.encode(sample("enable"), compress=compress))
        assert run(["run", saved, "--baseline", saved]) == 2
        assert f"make one of it: cluedin-preflight run {saved} -o json=baseline.json" in capsys.readouterr().err
