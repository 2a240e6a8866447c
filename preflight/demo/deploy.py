"""Stage deploy asks whether `helm upgrade` with these values will work.

The pools were made anew with room for 50 pods and Neo4j gave back half a core, then the add-on was enabled. The values
follow the published procedure to the letter, object id included; one name breaks the convention, one key is misspelt,
and a Secret that somebody made by hand stands where the vault is to write.
"""

from dataclasses import replace

from preflight.demo import aks, azure, cluedin
from preflight.demo.installation import installation
from preflight.demo.target import made
from preflight.facts import SecretProviderClasses, SecretProviderClassPodStatuses, Snapshot
from preflight.testing import (
    TENANT,
    cluster,
    release,
    role_assignment,
    role_assignments,
    secret,
    values,
    vault_objects,
)

VALUES = f"""\
# CluedIn on AKS: read the admin's and the mail server's password from the vault
application:
  email:
    secretRef: cluedin-email

infrastructure:
  elasticsearch:
    auth:
      password: made-up-by-the-sample
  rabbitmq:
    auth:
      password: made-up-by-the-sample

global:
  keyvault:
    enabled: true
    userAssignedIdentityID: {azure.ADDON.object_id}
    keyvaultName: kv-cluedin-sample
    tenantId: {TENANT}
    secretProviderClasses:
      cluedin-server:
      - secretName: cluedin-login-details
        secretTyp: Opaque
        secretKeys:
          username: cluedin-login-username
          password: cluedin-login-password
      - secretName: cluedin-email
        secretKeys:
          EmailEnableSsl: cluedin-email-ssl
          EmailHost: cluedin-email-host
          EmailHostPort: cluedin-email-hostport
          EmailUserName: cluedin-email-username
          EmailPassword: smtp-relay-password
"""


def snapshot() -> Snapshot:
    """Return the sample."""
    max_pods = 50
    running = cluedin.applications(replace(cluedin.application("cluedin-neo4j"), cpu="6500m"))
    by_hand = secret("cluedin-login-details", keys=("password", "username"), managers=("kubectl-create",))
    return made(
        "deploy",
        "values were given",
        {
            **installation(max_pods=max_pods, addon=True, running=running),
            **azure.surroundings(),
            "secrets": (*cluedin.secrets(), by_hand),
            "secret_provider_classes": SecretProviderClasses(served=True),
            "secret_provider_class_pod_statuses": SecretProviderClassPodStatuses(served=True),
            "cluster": cluster(pools=aks.agent_pools(max_pods), addon=True),
            "identities": (azure.addon_as_managed_identity(),),
            "role_assignments": role_assignments(
                [role_assignment("Key Vault Secrets User", azure.ADDON.object_id or "")],
                assigned_to=azure.ADDON.object_id,
            ),
            "group_memberships": azure.no_groups(azure.ADDON.object_id),
            "scale_sets": azure.scale_sets(),
            "vault_secrets": vault_objects(azure.VAULT_SECRETS),
            "values": values(VALUES),
            "release": release(secrets=cluedin.CHART_SECRETS),
        },
    )
