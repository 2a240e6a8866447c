"""Stage enable asks whether the add-on may be enabled.

A cluster that grew. General-0 also carries the owner's integrations and has one pod slot left; Neo4j was given all of
its node but 60m; somebody granted the prepared identity the role Key Vault Reader, whose name promises too much; the
machines' identities could not be read; the values are nearly ready.
"""

from preflight.demo import aks, azure, cluedin
from preflight.demo.installation import installation
from preflight.demo.target import made, refused
from preflight.facts import SecretProviderClasses, SecretProviderClassPodStatuses, Snapshot
from preflight.testing import (
    TENANT,
    cluster,
    release,
    role_assignment,
    role_assignments,
    values,
    vault_objects,
)

VALUES = f"""\
# CluedIn on AKS, values for the upgrade that brings the vault
application:
  bootstrap:
    organization:
      existingSecret: cluedin-admin-secret
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
    userAssignedIdentityID: {azure.OWN.client_id}
    keyvaultName: kv-cluedin-sample
    tenantId: {TENANT}
    secretProviderClasses:
      cluedin-server:
      - secretName: cluedin-admin-secret
        secretKeys:
          username: cluedin-organization-username
          password: cluedin-organization-password
      - secretName: cluedin-email
        secretKeys:
          EmailEnableSsl: cluedin-email-ssl
          EmailHost: cluedin-email-host
          EmailHostPort: cluedin-email-hostport
          EmailUserName: cluedin-email-username
          EmailPassword: smtp-relay-password
      cluedin-ui: []  # nothing of its own yet
"""


def snapshot() -> Snapshot:
    """Return the sample."""
    max_pods = 30
    return made(
        "enable",
        "as given",
        {
            **installation(max_pods=max_pods, addon=False),
            **azure.surroundings(),
            "secrets": cluedin.secrets(),
            "secret_provider_classes": SecretProviderClasses(served=False),
            "secret_provider_class_pod_statuses": SecretProviderClassPodStatuses(served=False),
            "cluster": cluster(pools=aks.agent_pools(max_pods)),
            "identities": (azure.OWN,),
            "role_assignments": role_assignments(
                [role_assignment("Key Vault Reader", azure.OWN.principal_id or "")], assigned_to=azure.OWN.principal_id
            ),
            "group_memberships": azure.no_groups(azure.OWN.principal_id),
            "scale_sets": refused("listing the scale sets", "Microsoft.Compute/virtualMachineScaleSets/read"),
            "vault_secrets": vault_objects(azure.VAULT_SECRETS),
            "values": values(VALUES),
            "release": release(secrets=cluedin.CHART_SECRETS),
        },
    )
