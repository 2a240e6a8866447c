"""Go templates for `kubectl get -o go-template-file`, made from our facts' types: what has no field is not printed.

A template prints the JSON of an object with the fields of its struct and no other: no Secret value, no environment
value, no annotation but the three that we hold, because no struct has a field for them.

kubectl quotes text as Go does, which is JSON but for the rarest characters; the scripts turn those into JSON's own.
"""

import types
from collections.abc import Iterable, Iterator
from typing import Any, Union, get_args, get_origin

import msgspec

from preflight.facts import Event, Secret
from preflight.facts.events import KEPT_REASONS

_SCALARS = """\
{{define "value"}}{{$t := printf "%T" .}}{{if eq $t "string"}}{{printf "%q" .}}\
{{else if eq $t "int64" "float64" "bool"}}{{.}}{{else}}null{{end}}{{end}}
{{define "values"}}[{{range $i, $v := .}}{{if $i}},{{end}}{{template "value" $v}}{{end}}]{{end}}
{{define "map"}}{{"{"}}{{$c := ""}}{{range $k, $v := .}}{{$c}}{{printf "%q" $k}}:{{template "value" $v}}{{$c = ","}}\
{{end}}{{"}"}}{{end}}
"""
_SECRETS = """\
{{define "Secret"}}{"metadata":{{template "SecretMetadata" .metadata}},"type":{{template "value" .type}},\
"immutable":{{template "value" .immutable}},"data":{{"{"}}{{$c := ""}}{{range $k, $v := .data}}{{$c}}{{printf "%q" $k}}\
:null{{$c = ","}}{{end}}{{"}"}}}{{end}}
{{define "Manager"}}{"manager":{{template "value" .manager}}}{{end}}
"""
"""A Secret by the names of its keys; `null` stands where the values are."""

_TRACES = {"ObjectMeta": ("uid", "resourceVersion"), "Condition": ("lastHeartbeatTime",)}
"""What facts do not hold and readers of files go by: which copy of an object is the newer one, and of when it is."""


def definitions(items: Iterable[type]) -> str:
    """Return the templates of these structs and of all that they hold, each under its struct's name."""
    structs = {struct.__name__: struct for item in items for struct in _held(item)}
    parts = [_SCALARS, *(_definition(struct) for name, struct in sorted(structs.items()) if struct is not Secret)]
    if "Secret" in structs:
        parts += [_SECRETS, _metadata_of_secrets(structs["ObjectMeta"])]
    return "".join(parts)


def _definition(struct: type) -> str:
    return f'{{{{define "{struct.__name__}"}}}}{_body(struct, _branches(struct))}{{{{end}}}}\n'


def _metadata_of_secrets(metadata: type) -> str:
    managers = (
        '{{- else if eq $k "managedFields"}}{{$c}}"managedFields":[{{range $i, $v := $v}}{{if $i}},{{end}}'
        '{{template "Manager" $v}}{{end}}]{{$c = ","}}\n'
    )
    return f'{{{{define "SecretMetadata"}}}}{_body(metadata, [*_branches(metadata), managers])}{{{{end}}}}\n'


def _body(struct: type, branches: list[str]) -> str:
    """Go through the fields that an object has, and print those for which there is a branch."""
    whole = "".join(branches).replace("{{- else if", "{{- if", 1)
    object_ = "{{$o := .}}" if struct is Event else ""
    return (
        f'{object_}{{{{"{{"}}}}{{{{$c := ""}}}}{{{{range $k, $v := .}}}}\n{whole}{{{{- end}}}}{{{{end}}}}{{{{"}}"}}}}'
    )


def _branches(struct: type) -> list[str]:
    """Return a branch for all fields of one form, in their order."""
    forms: dict[str, list[str]] = {}
    for field in msgspec.structs.fields(struct):
        form = _form(field.type)
        if struct is Event and field.encode_name == "message":
            # Of other reasons it may be what a container printed.
            form = _if_kept(form)
        forms.setdefault(form, []).append(field.encode_name)
    traces = _TRACES.get(struct.__name__, ())
    if traces:
        forms.setdefault('{{template "value" $v}}', []).extend(traces)
    return [
        f'{{{{- else if eq $k {_quoted(names)}}}}}{{{{$c}}}}"{{{{$k}}}}":{form}{{{{$c = ","}}}}\n'
        for form, names in forms.items()
    ]


def _if_kept(form: str) -> str:
    return f'{{{{if eq $o.reason {_quoted(sorted(KEPT_REASONS))}}}}}{form}{{{{else}}}}""{{{{end}}}}'


def _quoted(names: Iterable[str]) -> str:
    return " ".join(f'"{name}"' for name in names)


def _form(type_: Any) -> str:  # noqa: ANN401 - an annotation
    """Return what prints a value `$v` of this type."""
    type_ = _without_none(type_)
    origin, arguments = get_origin(type_), get_args(type_)
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        return f'{{{{template "{type_.__name__}" $v}}}}'
    if origin is tuple:
        item = _without_none(arguments[0])
        if isinstance(item, type) and issubclass(item, msgspec.Struct):
            return (
                f'[{{{{range $i, $v := $v}}}}{{{{if $i}}}},{{{{end}}}}{{{{template "{item.__name__}" $v}}}}{{{{end}}}}]'
            )
        return '{{template "values" $v}}'
    return '{{template "map" $v}}' if origin is dict else '{{template "value" $v}}'


def _held(struct: type) -> Iterator[type]:
    """Yield a struct and every struct that its fields hold."""
    yield struct
    for field in msgspec.structs.fields(struct):
        for type_ in (_without_none(field.type), *map(_without_none, get_args(_without_none(field.type)))):
            if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
                yield from _held(type_)


def _without_none(type_: Any) -> Any:  # noqa: ANN401 - an annotation
    arguments = [argument for argument in get_args(type_) if argument is not type(None)]
    one_or_none = get_origin(type_) in (Union, types.UnionType) and len(arguments) == 1
    return arguments[0] if one_or_none else type_
