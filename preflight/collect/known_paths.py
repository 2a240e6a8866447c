"""The paths of the values that are kept: with their text where they hold names, ids and switches.

One path a line. `*` is any key or list entry, `~` a dot inside a key. A leaf keeps its scalar's text; with `!` behind
it only that it is set (and whether it is empty). `?` behind a map keeps the names of entries that are not listed.
"""

_VOLUME = (
    "name",
    "csi.driver",
    "csi.readOnly",
    "csi.volumeAttributes.secretProviderClass",
    "secret.secretName",
    "secret.optional",
    "projected.sources.*.secret.name",
    "emptyDir!",
    "persistentVolumeClaim.claimName",
    "configMap.name",
)
_MOUNT = ("name", "mountPath", "subPath", "readOnly")

VOLUME_LISTS = (
    "infrastructure.mssql.extraVolumes",
    "infrastructure.elasticsearch.extraVolumes",
    "infrastructure.redis.master.extraVolumes",
    "infrastructure.neo4j.additionalVolumes",
    "infrastructure.monitoring.grafana.extraContainerVolumes",
    "infrastructure.rabbitmq.extraVolumes",
)
MOUNT_LISTS = (
    "infrastructure.mssql.extraVolumeMounts",
    "infrastructure.elasticsearch.extraVolumeMounts",
    "infrastructure.redis.master.extraVolumeMounts",
    "infrastructure.neo4j.additionalVolumeMounts",
    "infrastructure.monitoring.grafana.sidecar.dashboards.extraMounts",
    "infrastructure.rabbitmq.extraVolumeMounts",
)

_KEYVAULT = (
    "enabled",
    "frontendCrt",
    "userAssignedIdentityID",
    "keyvaultName",
    "tenantId",
    "secretProviderClasses.*.*.secretName",
    "secretProviderClasses.*.*.secretType",
    "secretProviderClasses.*.*.objectName",
    "secretProviderClasses.*.*.secretKeys.*",
    "secretProviderClasses.*.*?",
)

MISPLACED = (
    "keyvault",
    "keyVault",
    "global.keyVault",
    "global.KeyVault",
    "global.keyvaults",
    "application.keyvault",
    "application.global.keyvault",
    "infrastructure.keyvault",
    "infrastructure.global.keyvault",
)
"""Where people put the block by mistake; of these only that they are there is kept."""

_SWITCHES = (
    "application.bootstrap.organization.name",
    "application.bootstrap.organization.email!",
    "application.bootstrap.organization.existingSecret",
    "application.email.secretRef",
    "application.sqlserver.users.clientUser.existingSecret",
    "application.sqlserver.users.clientUser.passwordSecretName",
    "application.sqlserver.users.sa.passwordSecretName",
    "application.elasticsearch.users.elastic.passwordSecretName",
    "application.redis.users.redis.passwordSecretName",
    "application.neo4j.users.neo4j.passwordSecretName",
    "application.rabbitmq.users.cluedin.passwordSecretName",
    "application.cluedin.components.sourcesSecretRef",
    "global.organization.accessKey.enabled",
    "global.organization.accessKey.secretName",
    "infrastructure.cert-manager.enabled",
    "infrastructure.mssql.existingSecret",
    "infrastructure.elasticsearch.auth.existingSecret",
    "infrastructure.elasticsearch.auth.password!",
    "infrastructure.redis.auth.existingSecret",
    "infrastructure.neo4j.neo4j.passwordFromSecret",
    "infrastructure.monitoring.grafana.admin.existingSecret",
    "infrastructure.rabbitmq.auth.password!",
    "infrastructure.rabbitmq.auth.existingPasswordSecret",
    "infrastructure.rabbitmq.auth.existingErlangSecret",
    "infrastructure.rabbitmq.loadDefinition.existingSecret",
)

KNOWN: tuple[str, ...] = (
    *(f"global.keyvault.{path}" for path in _KEYVAULT),
    "global.keyvault?",
    *(f"{place}!" for place in MISPLACED),
    *_SWITCHES,
    *(f"{place}.*.{path}" for place in VOLUME_LISTS for path in _VOLUME),
    *(f"{place}.*.{path}" for place in MOUNT_LISTS for path in _MOUNT),
)
