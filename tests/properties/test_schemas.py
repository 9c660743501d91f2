"""The quick check never accepts what the full check refuses."""

from __future__ import annotations

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.schemas.quick import surely_fits

KINDS = st.sampled_from(["string", "integer", "number", "boolean", "array", "object", "null"])
NUMBERS = st.integers(-3, 3) | st.sampled_from([0.5, 1.0, -2.0])
SCALARS = st.none() | st.booleans() | NUMBERS | st.text("ab", max_size=3)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner),
    max_leaves=6,
)
LEAVES = st.fixed_dictionaries(
    {},
    optional={
        "type": KINDS | st.lists(KINDS, min_size=1, max_size=2, unique=True),
        "enum": st.lists(VALUES, min_size=1, max_size=3),
        "minimum": NUMBERS,
        "maximum": NUMBERS,
        "minLength": st.integers(0, 2),
        "maxLength": st.integers(0, 2),
        "description": st.text(max_size=2),
    },
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda leaf, properties, required, items: {
            **leaf,
            "properties": properties,
            "required": required,
            "items": items,
        },
        LEAVES,
        st.dictionaries(st.sampled_from("xyz"), inner, max_size=2),
        st.lists(st.sampled_from("xyz"), max_size=2, unique=True),
        inner,
    ),
    max_leaves=5,
)


@given(VALUES, SCHEMAS)
@settings(max_examples=500, deadline=None)
def test_what_the_quick_check_accepts_is_valid(value, schema):
    if surely_fits(value, schema):
        assert jsonschema.Draft202012Validator(schema).is_valid(value)
