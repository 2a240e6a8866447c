import re
import shlex

from hypothesis import example, given
from hypothesis import strategies as st

from preflight.access.commands import az, commands, enable_addon, grant, list_assignments, settling
from preflight.testing import access_policy, cluster, guid, resource_id, vault

ME = guid(1)
QUOTES = "['\u2018-\u201b]"


def test_a_role_is_granted_by_object_id_at_the_vault() -> None:
    (line,) = grant(vault(), ME).bash
    who = f"--assignee-object-id {ME} --assignee-principal-type ServicePrincipal"
    assert line == f"az role assignment create {who} --role 'Key Vault Secrets User' --scope {vault().id}"


def test_or_at_single_objects() -> None:
    lines = grant(vault(), ME, ("secrets/a", "secrets/b")).powershell
    assert [line.rsplit(" ", 1)[1] for line in lines] == [f"{vault().id}/secrets/a", f"{vault().id}/secrets/b"]


def test_a_policy_keeps_what_it_permits_already() -> None:
    held = [access_policy(ME, secrets=["List", "set"]), access_policy(guid(2), secrets=["purge"])]
    (line,) = grant(vault(rbac=False, policies=held), ME).bash
    assert line.endswith(f"--object-id {ME} --secret-permissions get list set")
    assert line.startswith(
        "az keyvault set-policy --name kv-cluedin-sample --resource-group rg-cluedin --subscription "
    )


def test_commands_name_the_cluster_wholly() -> None:
    assert shlex.join(enable_addon(cluster("aks-1"))).startswith(
        "az aks enable-addons --name aks-1 --resource-group rg-cluedin"
    )
    assert resource_id("Microsoft.KeyVault/vaults", "kv-cluedin-sample") in list_assignments(vault(), ME)


def test_what_settles_a_doubt() -> None:
    assert settling(vault(), ME, ("group",))[0][:2] == ("az", "rest")
    assert settling(vault(), ME, ("definition",))[0][:4] == ("az", "role", "definition", "list")
    assert len(settling(vault(), ME)) == 2


@example("a\u2019; rm")
@example("$(rm)")
@example("@file")
@example("a,b")
@given(st.text(min_size=1))
def test_no_word_becomes_a_command_of_its_own(word: str) -> None:
    written = commands(az("keyvault show", name=word))
    assert shlex.split(written.bash[0]) == ["az", "keyvault", "show", "--name", word]
    line = written.powershell[0].removeprefix("az keyvault show --name ")
    if line.startswith("'"):
        inside = line[1:-1]
        assert re.sub(f"({QUOTES})\\1", r"\1", inside) == word
        assert not re.search(f"(?<!{QUOTES}){QUOTES}(?!{QUOTES})", inside)
    else:
        assert line == word
        assert not set(word) & set(" ;|&$`()<>{}'\"#,\n")
