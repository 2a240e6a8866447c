"""Files into facts, in small steps, each with one idea.

unpack       paths to texts: directories, zips, gzip, UTF-16
split        a text to its documents: JSON, or YAML through `yaml_json`
recognise    a document to the things in it, by content: Kubernetes objects, `azure_resources`, bundles
trimming     a thing to what a fact holds of it
pile         the newest copy of every object, of all files
assembly     the pile to facts, with `one_cluster`, `completeness` (what cannot be whole is Missing) and `helm`
given        all of it: `read_files`
"""

from preflight.collect.documents.assembly import Choice
from preflight.collect.documents.given import Given, read_files
from preflight.collect.documents.pile import Bundle

__all__ = ["Bundle", "Choice", "Given", "read_files"]
