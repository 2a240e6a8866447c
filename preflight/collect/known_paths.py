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
    "emptyDir?",
    "persistentVolumeClaim.claimName",
    "configMap.name",
    *("csi?", "csi.volumeAttributes?", "secret?", "persistentVolumeClaim?", "configMap?"),
)
_MOUNT = ("name", "mountPath", "subPath", "readOnly")

_ENV = ("valueFrom.secretKeyRef.name", "valueFrom.secretKeyRef.key", "valueFrom.secretKeyRef.optional")

_ROLES = tuple(f"application.cluedin.roles.{role}" for role in ("main", "processing", "crawling"))
_SERVICES = tuple(
    f"application.{name}" for name in ("datasource", "datasourceProcessing", "gql", "prepare", "submitter", "ui")
)
_OTHERS = ("application.openrefine", "application.cluedincontroller")

VOLUME_LISTS = (
    *(f"{place}.extraVolumes" for place in (*_ROLES, *_SERVICES, *_OTHERS)),
    "infrastructure.mssql.extraVolumes",
    "infrastructure.elasticsearch.extraVolumes",
    "infrastructure.redis.master.extraVolumes",
    "infrastructure.neo4j.additionalVolumes",
    "infrastructure.monitoring.grafana.extraContainerVolumes",
    "infrastructure.rabbitmq.extraVolumes",
)
MOUNT_LISTS = (
    *(f"{place}.extraVolumeMounts" for place in (*_ROLES, *_SERVICES, *_OTHERS)),
    "infrastructure.mssql.extraVolumeMounts",
    "infrastructure.elasticsearch.extraVolumeMounts",
    "infrastructure.redis.master.extraVolumeMounts",
    "infrastructure.redis.metrics.extraVolumeMounts",
    "infrastructure.neo4j.additionalVolumeMounts",
    "infrastructure.monitoring.grafana.extraVolumeMounts",
    "infrastructure.monitoring.grafana.sidecar.dashboards.extraMounts",
    "infrastructure.monitoring.grafana.sidecar.datasources.extraMounts",
    "infrastructure.rabbitmq.extraVolumeMounts",
)
ENV_LISTS = (
    "infrastructure.elasticsearch.extraEnvs",
    "infrastructure.rabbitmq.extraEnvVars",
    "infrastructure.redis.master.extraEnvVars",
)
NAME_LISTS = (
    *(f"{place}.extraEnvVarsSecrets" for place in (*_ROLES, *_SERVICES)),
    "infrastructure.monitoring.grafana.image.pullSecrets",
    "infrastructure.neo4j.image.imagePullSecrets",
    "infrastructure.rabbitmq.image.pullSecrets",
    "infrastructure.redis.image.pullSecrets",
)
NAMED_LISTS = (
    "global.imagePullSecrets",
    "infrastructure.elasticsearch.imagePullSecrets",
    "infrastructure.haproxy-ingress.controller.imagePullSecrets",
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

_BEFORE = (
    "enabled",
    "userAssignedIdentityID",
    "keyvaultName",
    "tenantId",
    "secretRanges.*.secretName",
    "secretRanges.*.secretType",
    "secretRanges.*.secretKeys.*",
)
"""Below `application.keyvault`, which charts before 2.3.0 read."""

_USERS = (
    "cluedincontroller.hosts.sqlserver.users.sa",
    "elasticsearch.users.elastic",
    "neo4j.users.neo4j",
    "rabbitmq.users.cluedin",
    "redis.users.redis",
    "sqlserver.users.clientUser",
    "sqlserver.users.sa",
)
_PARTS = (
    *("elasticsearch", "haproxy-ingress", "monitoring", "monitoring.grafana", "monitoring.kubeStateMetrics"),
    *("monitoring.nodeExporter", "mssql", "neo4j", "rabbitmq", "redis", "cert-manager"),
)
_SWITCHES = (
    *(f"application.{user}.{key}" for user in _USERS for key in ("passwordSecretName", "passwordSecretKey")),
    "application.neo4j.users.neo4j.passwordSecretKeyEncoded",
    "application.sqlserver.users.clientUser.existingSecret",
    "application.sqlserver.users.clientUser.createUserOnInstall",
    "application.bootstrap.organization.name",
    "application.bootstrap.organization.email!",
    "application.bootstrap.organization.existingSecret",
    "application.bootstrap.organization.features.sso.existingSecret",
    "application.bootstrap.organization.features.sso.azureClientSecret!",
    "application.cluedin.components.sourcesSecretRef",
    "application.email.secretRef",
    "application.issuer.configuration!",
    *(
        f"application.{name}.enabled"
        for name in ("libpostal", "cluedinai", "oauth2", "openrefine", "cluedincontroller")
    ),
    *(f"application.{name}.replicas" for name in ("libpostal", "cluedinai", "oauth2")),
    *(f"infrastructure.cert-manager.{name}.enabled" for name in ("cainjector", "startupapicheck")),
    "infrastructure.monitoring.alertmanager.alertmanagerSpec.useExistingSecret",
    *(f"infrastructure.{name}.serviceBindings.enabled" for name in ("rabbitmq", "redis")),
    "application.system.upgradeMode",
    *(f"{role}.count" for role in _ROLES),
    *(f"{service}.replicas" for service in _SERVICES),
    *(f"{other}.replicaCount" for other in _OTHERS),
    "global.organization.accessKey.enabled",
    "global.organization.accessKey.secretName",
    "global.organization.accessKey.secretKey",
    "global.ingress.tls.secretName",
    "global.ingress.tls.hasClusterCA",
    *(f"global.containerImages.{job}.enabled" for job in ("initSql", "initNeo4J", "initCluedIn")),
    "global.containerImages.initSql.scripts.preInstall",
    "global.containerImages.initSql.scripts.postInstall",
    *(f"infrastructure.{part}.enabled" for part in _PARTS),
    *(f"infrastructure.monitoring.{part}.enabled" for part in ("prometheus", "alertmanager", "prometheusOperator")),
    "infrastructure.cert-manager.replicaCount",
    "infrastructure.mssql.existingSecret",
    "infrastructure.mssql.replicaCount",
    "infrastructure.elasticsearch.auth.existingSecret",
    "infrastructure.elasticsearch.auth.password!",
    "infrastructure.elasticsearch.persistence.enabled",
    "infrastructure.elasticsearch.replicas",
    "infrastructure.elasticsearch.sysctlInitContainer.enabled",
    "infrastructure.redis.auth.enabled",
    "infrastructure.redis.auth.existingSecret",
    "infrastructure.redis.master.count",
    "infrastructure.redis.master.persistence.enabled",
    "infrastructure.redis.metrics.enabled",
    "infrastructure.neo4j.neo4j.passwordFromSecret",
    "infrastructure.monitoring.grafana.admin.existingSecret",
    "infrastructure.monitoring.grafana.admin.userKey",
    "infrastructure.monitoring.grafana.admin.passwordKey",
    "infrastructure.monitoring.grafana.envValueFrom.ELASTIC_PASSWORD.secretKeyRef.name",
    "infrastructure.monitoring.grafana.envValueFrom.ELASTIC_PASSWORD.secretKeyRef.key",
    "infrastructure.monitoring.grafana.replicas",
    "infrastructure.monitoring.grafana.sidecar.dashboards.enabled",
    "infrastructure.monitoring.grafana.sidecar.datasources.enabled",
    "infrastructure.rabbitmq.auth.password!",
    "infrastructure.rabbitmq.auth.erlangCookie!",
    "infrastructure.rabbitmq.auth.existingPasswordSecret",
    "infrastructure.rabbitmq.auth.existingErlangSecret",
    "infrastructure.rabbitmq.configurationExistingSecret",
    "infrastructure.rabbitmq.loadDefinition.enabled",
    "infrastructure.rabbitmq.loadDefinition.existingSecret",
    "infrastructure.rabbitmq.persistence.enabled",
    "infrastructure.rabbitmq.replicaCount",
)

_EXTRA_SECRETS = (
    "infrastructure.rabbitmq.extraSecrets.*.*!",
    "platform.extraSecrets.*.*!",
    "platform.extraEncodedSecrets.*.*!",
    "platform.extraCertificateSecrets.*!",
    "platform.extraImagePullSecrets.*!",
)
"""Secrets that values make as they are: their names and the names of their keys."""

RESHAPING = (
    *("application.enabled", "infrastructure.enabled", "infrastructure.neo4j.neo4j.name"),
    *(f"infrastructure.{part}.fullnameOverride" for part in _PARTS),
    *(
        f"infrastructure.redis.{path}"
        for path in (
            *("architecture", "sentinel.enabled", "tls.enabled", "master.kind", "volumePermissions.enabled"),
            *("sysctl.enabled", "diagnosticMode.enabled", "master.extraEnvVarsSecret"),
            *("auth.usePasswordFiles", "auth.existingSecretPasswordKey", "metrics.extraEnvVars!"),
            "metrics.extraVolumes!",
        )
    ),
    *(
        f"infrastructure.rabbitmq.{path}"
        for path in (
            *("auth.tls.enabled", "ldap.tls.enabled", "volumePermissions.enabled", "diagnosticMode.enabled"),
            *("extraEnvVarsSecret", "initScriptsSecret", "extraSecretsPrependReleaseName"),
            *("advancedConfigurationExistingSecret", "extraConfigurationExistingSecret"),
        )
    ),
    *(
        f"infrastructure.neo4j.{path}"
        for path in (
            *("podSpec.initContainers!", "podSpec.containers!", "ssl!", "ldapPasswordFromSecret"),
            *(f"volumes.{volume}.mode" for volume in ("backups", "logs", "metrics", "import", "licenses")),
            "neo4j.offlineMaintenanceModeEnabled",
        )
    ),
    *(f"infrastructure.elasticsearch.{path}!" for path in ("envFrom", "secretMounts", "keystore")),
    *("infrastructure.elasticsearch.nameOverride", "infrastructure.haproxy-ingress.controller.kind"),
    *(
        f"infrastructure.cert-manager.{path}"
        for path in (
            *("nameOverride", "extraEnv!", "volumes!", "volumeMounts!"),
            *(f"{part}.volumes!" for part in ("webhook", "cainjector", "startupapicheck")),
            *(f"{part}.volumeMounts!" for part in ("webhook", "cainjector", "startupapicheck")),
        )
    ),
    *(
        f"infrastructure.monitoring.grafana.{path}"
        for path in (
            *("envFromSecret", "envFromSecrets!", "extraSecretMounts!", "extraConfigmapMounts!", "extraVolumes!"),
            *("persistence.enabled", "ldap.enabled", "smtp.existingSecret", "imageRenderer.enabled"),
            *(f"sidecar.{part}.enabled" for part in ("alerts", "plugins", "notifiers")),
        )
    ),
)
"""What changes pods in ways that the chart facts do not tell; of most only whether it is as in the chart."""

KNOWN: tuple[str, ...] = (
    *(f"global.keyvault.{path}" for path in _KEYVAULT),
    "global.keyvault?",
    *(f"{place}!" for place in MISPLACED),
    *(f"application.keyvault.{path}" for path in _BEFORE),
    *_SWITCHES,
    *RESHAPING,
    *(f"{place}.*?" for place in (*VOLUME_LISTS, *MOUNT_LISTS)),
    *(f"{place}.*.{path}" for place in VOLUME_LISTS for path in _VOLUME),
    *(f"{place}.*.{path}" for place in MOUNT_LISTS for path in _MOUNT),
    *(f"{place}.*.{path}" for place in ENV_LISTS for path in _ENV),
    *(f"{place}.*" for place in NAME_LISTS),
    *(f"{place}.*.name" for place in NAMED_LISTS),
    *_EXTRA_SECRETS,
)

SIZING = frozenset(
    {
        *("affinity", "nodeAffinity", "nodeAffinityPreset", "nodeSelector", "tolerations", "priorityClassName"),
        *("autoscaling", "count", "deploymentStrategy", "replicaCount", "replicas", "strategy", "updateStrategy"),
        *(
            "extraContainers",
            "extraInitContainers",
            "hostNetwork",
            "initContainers",
            "podSpec",
            "resources",
            "sidecars",
        ),
        *("runtimeClassName", "schedulerName"),
    }
)
"""Keys that change what pods ask for and where they may go, wherever they stand: only that they are set is kept."""
