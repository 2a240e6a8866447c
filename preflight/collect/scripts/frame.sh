#!/usr/bin/env bash
# Collects what cluedin-preflight judges, where it cannot be installed: with kubectl and az alone, reading only.
#
#   bash preflight-collect.sh [-n NAMESPACE] [--context NAME] [-g GROUP --cluster-name NAME] [--subscription ID]
#                             [--vault-name NAME] [--only FILE] [--stdout] [FOLDER]
#
# Then, anywhere:  cluedin-preflight run FOLDER -f values.yaml        (FOLDER is preflight-collected unless given)
#
# What leaves: lists of objects, each trimmed by the templates below to the fields that are judged. No value of a Secret,
# of an environment variable or of a values file, and no annotation but Helm's own three: the templates do not print
# them. Messages of events stand as Kubernetes and the driver wrote them. Read the folder before you send it.
#
# What it cannot know, and says so: the values (give your values file with -f), the Helm release (its record holds
# values; where helm is: helm list -A -o json > FOLDER/release.json), what you yourself may do, and groups in Entra ID.
#
# In a private cluster, from anywhere that az reaches (this needs a free pod slot for a pod of its own, runs without az,
# and returns only so much: where its answer is cut off, take one list at a time with --only, such as --only pods):
#   mkdir -p preflight-collected
#   az aks command invoke -g GROUP -n NAME --file preflight-collect.sh -o json \
#     --command "bash preflight-collect.sh --stdout" > preflight-collected/kubernetes.json
set -u +e +C # whatever the shell was told before: a command that fails is one answer less, and files are replaced
NAMESPACE=@NAMESPACE@
CONTEXT=@CONTEXT@
GROUP=@GROUP@
CLUSTER=@CLUSTER@
SUBSCRIPTION=@SUBSCRIPTION@
VAULT=@VAULT@
FOLDER=preflight-collected
ONLY=
STDOUT=
found=

usage() { sed -n '2,/^set -u/{/^set -u/d;s/^# \{0,1\}//;p;}' "$0" >&2; exit 2; }
while [ $# -gt 0 ]; do
  case $1 in
    -n | --namespace | --context | -g | --resource-group | --cluster-name | --subscription | --vault-name | --only)
      [ $# -gt 1 ] || usage ;;
  esac
  case $1 in
    -n | --namespace) NAMESPACE=$2; shift ;;
    --context) CONTEXT=$2; shift ;;
    -g | --resource-group) GROUP=$2; shift ;;
    --cluster-name) CLUSTER=$2; shift ;;
    --subscription) SUBSCRIPTION=$2; shift ;;
    --vault-name) VAULT=$2; shift ;;
    --only) ONLY=$2; shift ;;
    --stdout) STDOUT=yes ;;
    -*) usage ;;
    *) FOLDER=$1 ;;
  esac
  shift
done

umask 077
work=$(mktemp -d) || exit 4
trap 'rm -rf "$work"' EXIT
[ -n "$STDOUT" ] || mkdir -p "$FOLDER" || exit 4
lacking=0

say() { [ -n "$STDOUT" ] || printf '%s\n' "$*" >&2; }

# The answer of a command that went well becomes a file, whole; what a command says that did not is shown and counted,
# and no answer of an earlier run stays in its place.
keep() {
  if [ -n "$STDOUT" ]; then cat "$work/answer"; else mv -f "$work/answer" "$FOLDER/$1.json"; fi
}
lacks() {
  lacking=$((lacking + 1))
  say "  not read: $(head -n 1 "$work/said" | cut -c 1-200)"
  [ -n "$STDOUT" ] || rm -f "$FOLDER/$1.json"
}
wanted() {
  [ -z "$ONLY" ] || [ "$ONLY" = "$1" ] || return 1
  found=yes
}

known() {
  [ -z "$ONLY" ] || [ -n "$found" ] && return
  printf '%s\n' "--only $ONLY: no list is called so; give the name of one of the files, without .json" >&2
  exit 2
}

# kubectl quotes text as Go does: \x1b, \a, \v and \U0001f600 are no JSON.
json() {
  LC_ALL=C sed -e "s/\\\\\\\\/$(printf '\001')/g" -e 's/\\x\(..\)/\\u00\1/g' -e 's/\\a/\\u0007/g' -e 's/\\v/\\u000b/g' \
    -e 's/\\U......../\\ufffd/g' -e "s/$(printf '\001')/\\\\\\\\/g" "$1"
}

# kubernetes FILE RESOURCE API_VERSION KIND TEMPLATE [-A]: one list, printed by its template.
kubernetes() {
  wanted "$1" || return 0
  file=$1 resource=$2 version=$3 kind=$4 template=$5
  shift 5
  { cat "$work/types.tmpl"; printf '%s' '{"apiVersion":"'"$version"'","kind":"'"$kind"'List","items":[{{range $i, $o := .items}}{{if $i}},{{end}}
{{template "'"$template"'" $o}}{{end}}]}'; echo; } > "$work/list.tmpl"
  say "kubectl get $resource $* -o go-template-file=..."
  if kubectl ${CONTEXT:+--context "$CONTEXT"} get "$resource" "$@" -o "go-template-file=$work/list.tmpl" \
    > "$work/raw" 2> "$work/said" && json "$work/raw" > "$work/answer"; then
    keep "$file"
  else
    lacks "$file"
    return 1
  fi
}

# azure FACT QUERY COMMAND...: one answer of az, cut to what the query keeps. An empty list does not say of what.
azure() {
  fact=$1 query=$2
  file=$(printf '%s' "$fact" | tr _ -)
  shift 2
  wanted "$file" || return 0
  printf '%s' "$query" > "$work/query"
  say "az $*"
  if az "$@" ${SUBSCRIPTION:+--subscription "$SUBSCRIPTION"} -o json --query "@$work/query" > "$work/raw" 2> "$work/said"; then
    case $(head -c 1 "$work/raw") in
      '[') { printf '{"fact": "%s", "value": ' "$fact"; cat "$work/raw"; printf '}\n'; } > "$work/answer" ;;
      *) cp "$work/raw" "$work/answer" ;;
    esac
    keep "$file"
  else
    lacks "$file"
  fi
}

cat > "$work/types.tmpl" <<'END_OF_TEMPLATES'
@TEMPLATES@END_OF_TEMPLATES

# --- the cluster ---

# Who gets no answer to the first question gets none to the others either, and waits for each.
answers=yes
if ! command -v kubectl > /dev/null; then
  say 'kubectl is not here: nothing of the cluster is read.'
  answers=
elif wanted api-groups; then
  say 'kubectl get --raw /apis        (which kinds there are at all)'
  if kubectl ${CONTEXT:+--context "$CONTEXT"} --request-timeout 60s get --raw /apis > "$work/answer" 2> "$work/said"; then
    echo >> "$work/answer"
    keep api-groups
  else
    lacks api-groups
    say '  so nothing else of the cluster is asked for.'
    answers=
  fi
fi
if [ -n "$answers" ]; then
@KUBERNETES@fi
# --- Azure ---

[ -z "$STDOUT" ] || { known; exit 0; }
value() { az "$@" ${SUBSCRIPTION:+--subscription "$SUBSCRIPTION"} -o tsv 2> /dev/null | tr -d '\r'; }
NODE_GROUP=
VAULT_ID=
if ! command -v az > /dev/null; then
  say 'az is not here: nothing of Azure is read.'
else
  if [ -n "$GROUP" ] && [ -n "$CLUSTER" ]; then
    NODE_GROUP=$(value aks show -g "$GROUP" -n "$CLUSTER" --query nodeResourceGroup)
  else
    say 'Without -g GROUP and --cluster-name NAME nothing of the managed cluster is read.'
  fi
  if [ -n "$VAULT" ]; then
    VAULT_ID=$(value keyvault show -n "$VAULT" --query id)
  else
    say 'Without --vault-name NAME nothing of the vault is read.'
  fi
@AZURE@fi
known
set -- "$FOLDER"/*.json
[ -e "$1" ] || { say "Nothing was read, and $FOLDER is empty."; exit 1; }
say "Written to $FOLDER; $lacking commands gave nothing. Read it, then: cluedin-preflight run $FOLDER -f values.yaml"
