"""Our own pack of checks, met by the engine through the entry-point group `preflight.checks`."""

from checks.addon_conflict import addon_conflict
from checks.addon_placement import addon_placement
from checks.addon_pods import addon_pods
from checks.addon_rotation import addon_rotation
from checks.addon_state import addon_state
from checks.akv_naming import akv_naming
from checks.bootstrap_cycle import bootstrap_cycle
from checks.chart_support import chart_support
from checks.fresh_node_fit import fresh_node_fit
from checks.frontend_certificate import frontend_certificate
from checks.identity_grant_model import identity_grant_model
from checks.identity_kind import identity_kind
from checks.identity_permissions import identity_permissions
from checks.identity_tenant import identity_tenant
from checks.installer_secrets import installer_secrets
from checks.keyvault_values import keyvault_values
from checks.max_pods_headroom import max_pods_headroom
from checks.mount_clash import mount_clash
from checks.node_resource_pressure import node_resource_pressure
from checks.operator_permissions import operator_permissions
from checks.pods_start import pods_start
from checks.rabbitmq_migration import rabbitmq_migration
from checks.release_fit import release_fit
from checks.secret_keys import secret_keys
from checks.secret_mapping import secret_mapping
from checks.secret_mounted import secret_mounted
from checks.secret_owner import secret_owner
from checks.sync_status import sync_status
from checks.value_parity import value_parity
from checks.vault_found import vault_found
from checks.vault_network import vault_network
from checks.vault_objects import vault_objects
from preflight import Check

CHECKS: tuple[Check, ...] = (
    max_pods_headroom,
    addon_placement,
    node_resource_pressure,
    fresh_node_fit,
    release_fit,
    addon_state,
    addon_pods,
    addon_rotation,
    addon_conflict,
    identity_kind,
    identity_permissions,
    identity_grant_model,
    identity_tenant,
    operator_permissions,
    vault_found,
    vault_network,
    vault_objects,
    frontend_certificate,
    sync_status,
    pods_start,
    akv_naming,
    keyvault_values,
    chart_support,
    secret_mapping,
    secret_mounted,
    mount_clash,
    secret_keys,
    secret_owner,
    bootstrap_cycle,
    installer_secrets,
    value_parity,
    rabbitmq_migration,
)
