"""`show access` on files: az's and the REST shape, bare and under `value`, give the documented answers."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from preflight.cli.show_access import command
from preflight.errors import UsageError
from tests.access import documented
from tests.access.scenarios import ME, ROWS, Document, World, flattened

# An empty list has no kind and covers nothing, so only worlds in which every file says what it is.
SEEDS = [seed for seed in range(60) if World(seed).assignments and World(seed).definitions][:25]


def written(folder: Path, world: World, shape: str) -> list[str]:
    """Write the world as files of a shape, and return their paths."""

    def shaped(documents: list[Document]) -> Any:
        documents = [flattened(document) for document in documents] if shape == "az" else documents
        return documents if shape != "rest" else {"value": documents}

    files = {"assignments": shaped(world.assignments), "definitions": shaped(world.definitions)}
    files["vault"] = flattened(world.vault) if shape == "az" else world.vault
    if world.denials:
        files["denials"] = shaped(world.denials)
    for name, document in files.items():
        (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    return [str(folder / f"{name}.json") for name in files]


@pytest.mark.parametrize("shape", ["az", "rest", "bare rest"])
def test_files_in_every_shape_give_the_documented_answers(tmp_path: Path, shape: str) -> None:
    objects = [word for row in ROWS[1:] for word in ("--object", row)]
    for seed in SEEDS:
        world = World(seed)
        arguments = [*written(tmp_path, world, shape), "--principal", ME, *objects, "-o", "json"]
        result = CliRunner().invoke(command, arguments, standalone_mode=False)
        assert result.exception is None, (seed, result.exception)
        document = json.loads(result.output)
        assert document["complete"] is False
        for row in ROWS:
            for operation, cell in document["objects"][row].items():
                expected = documented.answer(
                    ME, operation, row, world.vault, world.assignments, world.definitions, world.denials, None
                )
                assert cell["answer"] == expected, (seed, row, operation, cell)
        for path in tmp_path.iterdir():
            path.unlink()


def test_without_the_vault_the_command_that_gives_it_is_named_ready_to_fill_in(tmp_path: Path) -> None:
    _, definitions, _ = written(tmp_path, World(SEEDS[0]), "az")[:3]
    result = CliRunner().invoke(command, [definitions, "--principal", ME], standalone_mode=False)
    assert isinstance(result.exception, UsageError)
    assert str(result.exception).endswith("give them: az keyvault show -n VAULT")


def test_the_table_keeps_an_operation_in_one_piece(tmp_path: Path) -> None:
    files = written(tmp_path, World(SEEDS[0]), "az")
    result = CliRunner().invoke(command, [*files, "--principal", ME], standalone_mode=False)
    assert not any(line.strip().startswith(",") for line in result.output.splitlines())
