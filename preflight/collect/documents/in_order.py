"""The objects of one kind as a file lists them, for those whose order means something."""

from pathlib import Path
from typing import Any

from preflight.collect.decoding import Undecodable
from preflight.collect.documents.recognise import kinds_of, recognise
from preflight.collect.documents.trimming import trim
from preflight.collect.documents.unpack import NotUsable, Text, unpack
from preflight.errors import InputError
from preflight.facts import FACTS


def objects_in_order(path: str, what: str) -> tuple[Any, ...]:
    """Return the values of the fact `what` that a file (or folder, or zip) holds, in its order. Raises InputError.

    A file that holds none is an InputError too: it was named for them.
    """
    kinds = kinds_of(FACTS)
    values: list[Any] = []
    for text in unpack([Path(path)]):
        if not isinstance(text, Text):
            continue
        try:
            copies = [copy for thing in recognise(text.data, kinds) for copy in trim(thing, FACTS)]
        except (NotUsable, Undecodable) as error:
            raise InputError(f"{text.name}: {error}") from None
        values += [copy.value for copy in copies if copy.what == what]
    if not values:
        raise InputError(f"{path}: holds no {what.replace('_', ' ')}")
    return tuple(values)
