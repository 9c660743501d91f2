"""Functions of Orquesta's expressions, by name. Each takes the writer and the call, and gives our text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.engine.orquesta.notes import Untranslatable
from app.engine.orquesta.tree import Call, Expression, Literal
from app.engine.orquesta.written import CHOICE, COMPARE, CONCAT, OR, Written, call, literal, quoted

if TYPE_CHECKING:
    from app.engine.orquesta.writer import Writer

Function = Callable[["Writer", Call], Written]


def _context(writer: Writer, wanted: Call) -> Written:
    if wanted.args:
        return writer.names.context(constant_text(wanted.args[0], wanted))
    return Written("merge(parameters, vars)", kind="context")


def _result(writer: Writer, wanted: Call) -> Written:
    if not writer.names.current:
        raise Untranslatable("There is no result() here.", hint="Write task(name).result.", offset=wanted.at)
    return writer.names.result()


def _item(writer: Writer, wanted: Call) -> Written:
    return writer.names.item(constant_text(wanted.args[0], wanted) if wanted.args else None)


def _task(writer: Writer, wanted: Call) -> Written:
    if wanted.args:
        return writer.names.record(constant_text(wanted.args[0], wanted))
    if not writer.names.current:
        raise Untranslatable("There is no current task here.", hint="Write task(name).", offset=wanted.at)
    return Written("task", kind="record", task="")


def _task_status(writer: Writer, wanted: Call) -> Written:
    return writer.names.status(constant_text(wanted.args[0], wanted)) if wanted.args else Written("'running'")


def _key(writer: Writer, wanted: Call) -> Written:
    """`st2kv('system.a', decrypt=>true, default=>x)`: keys have no scopes here."""
    if not wanted.args:
        raise Untranslatable("st2kv() without a key has no meaning.", hint="Name the key.", offset=wanted.at)
    named = dict(wanted.named)
    secret = "decrypt" in named and named["decrypt"] == Literal(True)
    key = writer.write(wanted.args[0])
    if isinstance(wanted.args[0], Literal) and isinstance(wanted.args[0].value, str):
        key = literal(wanted.args[0].value.removeprefix("system.").removeprefix("user."))
    default = f", default={writer.write(named['default']).text}" if "default" in named else ""
    writer.remark("Keys have no user or system scope here: make sure that the key exists under this name.")
    return Written(f"kv.{'get_secret' if secret else 'get'}({key.text}{default})")


def _outcome(name: str) -> Function:
    def write(writer: Writer, wanted: Call) -> Written:
        if not writer.names.ended:
            raise Untranslatable(
                f"{name}() is known in `next` and `retry` only.",
                hint="Write task_status(name).",
                offset=wanted.at,
            )
        if name == "completed":
            return Written("true", kind="boolean")
        return writer.names.succeeded() if name == "succeeded" else writer.names.failed()

    return write


def _list(writer: Writer, wanted: Call) -> Written:
    return Written(f"[{', '.join(writer.write(arg).text for arg in wanted.args)}]", kind="array")


def _dict(writer: Writer, wanted: Call) -> Written:
    if wanted.args:
        raise Untranslatable(
            "A mapping made of a list of pairs has no counterpart here.",
            hint="Let an action make it.",
            offset=wanted.at,
        )
    pairs = (f"{quoted(name)}: {writer.write(value).text}" for name, value in wanted.named)
    return Written(f"{{{', '.join(pairs)}}}", kind="object")


def _coalesce(writer: Writer, wanted: Call) -> Written:
    *first, last = [writer.write(arg) for arg in wanted.args]
    for made in reversed(first):
        last = Written(
            f"{made.within(OR)} if {made.within(COMPARE)} is not none else {last.within(CHOICE)}", CHOICE
        )
    return last


def _switch(writer: Writer, wanted: Call) -> Written:
    """`switch(a => 1, true => 2)`: the parser has the conditions as names, which only constants are."""
    raise Untranslatable("switch() has no counterpart here.", hint="Write `b if a else c`.", offset=wanted.at)


def _regex(writer: Writer, wanted: Call) -> Written:
    return writer.write(wanted.args[0]).of("pattern") if wanted.args else Written("''", kind="pattern")


def _concat(writer: Writer, wanted: Call) -> Written:
    return Written(" ~ ".join(writer.write(arg).within(CONCAT + 1) for arg in wanted.args), CONCAT, "string")


def _zip(writer: Writer, wanted: Call) -> Written:
    writer.remark("zip() ends with the shortest list here; in Orquesta it fills up with null.")
    return call("zip", *[writer.write(arg) for arg in wanted.args], kind="array")


def _same(name: str, kind: str = "any") -> Function:
    def write(writer: Writer, wanted: Call) -> Written:
        if wanted.named:
            raise Untranslatable(
                f"{wanted.name}() takes no named arguments here.", hint="Write it anew.", offset=wanted.at
            )
        return call(name, *[writer.write(arg) for arg in wanted.args], kind=kind)

    return write


def _is(test: str) -> Function:
    def write(writer: Writer, wanted: Call) -> Written:
        return Written(f"{writer.write(wanted.args[0]).within(COMPARE)} is {test}", COMPARE, "boolean")

    return write


def constant_text(argument: Expression, wanted: Call) -> str:
    """The text an argument must be. Raises Untranslatable."""
    if isinstance(argument, Literal) and isinstance(argument.value, str):
        return argument.value
    raise Untranslatable(
        f"{wanted.name}() with a name that is calculated has no counterpart here.",
        hint="Keep the values in one mapping, and look the name up in it: vars.all[name].",
        offset=wanted.at,
    )


FUNCTIONS: dict[str, Function] = {
    "ctx": _context, "result": _result, "item": _item, "task": _task, "task_status": _task_status, "st2kv": _key,
    "succeeded": _outcome("succeeded"), "failed": _outcome("failed"), "completed": _outcome("completed"),
    "list": _list, "dict": _dict, "coalesce": _coalesce, "switch": _switch, "regex": _regex, "concat": _concat, "zip": _zip,
    "str": _same("string", "string"), "int": _same("int", "integer"), "float": _same("number", "number"),
    "bool": _same("bool", "boolean"), "abs": _same("abs"), "round": _same("round"), "max": _same("max"), "min": _same("min"),
    "range": _same("range", "array"), "now": _same("now", "string"), "json": _same("from_json"),
    "json_parse": _same("from_json"), "from_json_string": _same("from_json"), "json_dump": _same("to_json", "string"),
    "to_json_string": _same("to_json", "string"), "slice": _same("slice"), "sum": _same("sum"),
    "isString": _is("string"), "isList": _is("sequence"), "isDict": _is("mapping"), "isInteger": _is("integer"),
    "isNumber": _is("number"), "isBoolean": _is("boolean"),
}  # fmt: skip
