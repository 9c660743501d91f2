"""Schemas of parameters, results, answers and configuration: the flat form and JSON Schema alike.

Source: api.md 6 "Parameter schema", 8 "Parameters", 10.1; language.md 2 (parameters, output), 8 ("cast at the border").
"""

from app.engine.schemas.checking import check
from app.engine.schemas.examples import example
from app.engine.schemas.fitting import Fitting, fitting_of
from app.engine.schemas.forms import Field, fields
from app.engine.schemas.normal import Schema, known_names, normalise, required_names, takes_extra_names
from app.engine.schemas.problems import problems
from app.engine.schemas.secrets import mask_secrets, secret_paths
from app.engine.schemas.values import coerce, fill_defaults

__all__ = [
    "Field",
    "Fitting",
    "Schema",
    "check",
    "coerce",
    "example",
    "fields",
    "fill_defaults",
    "fitting_of",
    "known_names",
    "mask_secrets",
    "normalise",
    "problems",
    "required_names",
    "secret_paths",
    "takes_extra_names",
]
