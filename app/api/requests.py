"""Bases for the shapes of bodies and query strings, and the field types they share.

    class CreatePack(Body):              class ListPacks(Query):
        ref: PackRef                         search: str | None = None
        tags: list[str] = []

`Body` takes exactly JSON's types (a text "5" is no integer) and ignores unknown keys; null for a key that has a
default and cannot be null means "not sent". `Patch` also takes patch objects (api.md 1.5). `Query` reads texts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Self, Union, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic.fields import FieldInfo

from app.engine.errors import BadRequest, Invalid

LARGEST_ID = 2**63 - 1


def read_time(value: Any) -> Any:
    """ISO 8601; naive means UTC. Kept as given when it is no text, for the field's own check to refuse."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip())
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:
            raise ValueError("a time beyond the years 1 to 9999") from None
    return value


def _plain_text(value: Any) -> Any:
    if isinstance(value, str) and "\0" in value:
        raise ValueError("text must not contain NUL characters")
    return value


Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Int = Annotated[int, Field(ge=-LARGEST_ID, le=LARGEST_ID)]
Time = Annotated[datetime, BeforeValidator(read_time), WithJsonSchema({"type": "string", "format": "date-time"})]
Ref = Annotated[str, Field(min_length=1, max_length=255)]
Label = Annotated[str, Field(min_length=1, max_length=255)]
Version = Annotated[str, Field(min_length=1, max_length=50)]
Text = Annotated[str, BeforeValidator(_plain_text)]
Json = dict[str, Any]


class Body(BaseModel):
    """A JSON object sent by a client."""

    model_config = ConfigDict(strict=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _leave_out_nulls(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None or not _droppable(cls, key)}

    def sent(self) -> dict[str, Any]:
        """Only the keys the client sent, by our names."""
        return self.model_dump(exclude_unset=True)

    @classmethod
    def read(cls, document: Any) -> Self:
        """Raises Invalid with every mismatch."""
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise Invalid(_summary("The body", error), details=_details(error)) from None


class Patch(Body):
    """A partial update: keys left out stay, `{"op": "set", "value": x}` and `{"op": "clear"}` are unwrapped."""

    @model_validator(mode="before")
    @classmethod
    def _unwrap_patch_objects(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: _unwrapped(value) if _takes_patch(cls, key) else value for key, value in data.items()}


class Query(BaseModel):
    """A query string; an empty value counts as not given."""

    model_config = ConfigDict(extra="ignore")

    @classmethod
    def read(cls, args: dict[str, str]) -> Self:
        """Raises BadRequest that names every bad value."""
        given = {key: value for key, value in args.items() if value != "" and key in _names(cls)}
        if any("\0" in value for value in given.values()):
            raise BadRequest("A query value has a NUL character.")
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise BadRequest(_summary("The query string", error), details=_details(error)) from None


def _names(model: type[BaseModel]) -> set[str]:
    return {name for key, f in model.model_fields.items() for name in (key, str(f.alias or key))}


def _nullable(info: FieldInfo) -> bool:
    annotation = info.annotation
    if annotation is Any:
        return True
    return get_origin(annotation) in (Union, UnionType) and NoneType in get_args(annotation)


def _droppable(model: type[BaseModel], key: str) -> bool:
    info = model.model_fields.get(key)
    return info is not None and not info.is_required() and not _nullable(info)


def _takes_patch(model: type[BaseModel], key: str) -> bool:
    info = model.model_fields.get(key)
    return info is not None and info.annotation is not Any


def _unwrapped(value: Any) -> Any:
    if isinstance(value, dict) and set(value) <= {"op", "value"}:
        if value.get("op") == "set" and "value" in value:
            return value["value"]
        if value.get("op") == "clear":
            return None
    return value


def _details(error: ValidationError) -> list[dict[str, str]]:
    return [
        {"path": ".".join(str(part) for part in entry["loc"]), "message": entry["msg"]}
        for entry in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _summary(what: str, error: ValidationError) -> str:
    first, *others = _details(error)
    place = f"{first['path']}: " if first["path"] else ""
    more = f" (and {len(others)} more)" if others else ""
    return f"{what} is not acceptable: {place}{first['message']}{more}."
