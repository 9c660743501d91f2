"""A definition as YAML text, for what came as JSON. Texts that an author wrote are never written anew."""

from __future__ import annotations

from typing import Any

import yaml

from app.engine.errors import Invalid
from app.engine.spec.document import load


def yaml_text(document: dict[str, Any]) -> str:
    """The document as YAML that our own loader reads back to the same data; keys keep their order.

    Raises:
        Invalid: a value that YAML can't hold.
    """
    text = plain_yaml(document)
    if load(text).value != document:
        raise Invalid("The definition has a value that YAML can't hold.")
    return text


def plain_yaml(document: dict[str, Any]) -> str:
    """The same for reading only: whether it reads back is not looked at."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    """Block style for texts of several lines, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
