"""The branches of the decision itself (cases/access.py, cases/rights.py), each turned over in turn.

A condition of an `if` becomes true and false, an operand of `and` and `or` is left out, a filter of
a list dropped, a comparison turned round; each condition in the SQL that is written out there is
made to hold for everything; and each right loses each of its holders, and is given to each other
standing. After each the doors are asked (tests.permissions.doors).
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType
from typing import Any

from cases import access, rights

DECIDES: tuple[tuple[Any, str], ...] = (
    (access, "standing_of"),
    (access, "visible"),
    (access, "shelves_of"),
    (access, "_near"),
    (access, "_rights"),
    (access, "holds"),
    (access, "can_see_at_all"),
    (access, "find_case"),
    (access, "rights_on"),
    (access.CaseBackend, "has_perm"),
    (access.CaseBackend, "get_all_permissions"),
    (rights.CaseRight, "check"),
    (rights.TeamRight, "check"),
    (rights.TeamRight, "teams_of"),
)


@dataclass(frozen=True)
class Branch:
    """One change of what decides: where, what, and the context within which it holds."""

    where: str
    what: str
    changed: Callable[[], Any]
    about: tuple[rights.CaseRight, ...] = rights.RIGHTS


def branches() -> Iterator[Branch]:
    for home, name in DECIDES:
        yield from _of_function(home, name)
    yield from _of_near()
    yield from _of_visible()
    yield from _of_rights()


# Python ------------------------------------------------------------------------------------------
def _variants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What may stand in the place of a node, and what was done to it."""
    said = ast.unparse(node)
    if isinstance(node, ast.If | ast.IfExp):
        for value in (True, False):
            text = f"{said.splitlines()[0][:60]} always {value}".lower()
            yield text, _with(node, test=ast.Constant(value))
    if isinstance(node, ast.BoolOp):
        for number, one in enumerate(node.values):
            rest = [value for place, value in enumerate(node.values) if place != number]
            whole = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
            yield f"without {ast.unparse(one)[:60]}", whole
    if isinstance(node, ast.comprehension):
        for number, one in enumerate(node.ifs):
            rest = [value for place, value in enumerate(node.ifs) if place != number]
            yield f"without the filter {ast.unparse(one)[:60]}", _with(node, ifs=rest)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield f"{said[:60]} without not", node.operand
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        turned = _TURNED.get(type(node.ops[0]))
        if turned is not None:
            yield f"{said[:60]} turned round", _with(node, ops=[turned()])


_TURNED: dict[type, type[ast.cmpop]] = {
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}


def _with(node: Any, **changed: Any) -> Any:
    fields = {name: getattr(node, name) for name in node._fields}
    return (
        ast.copy_location(type(node)(**{**fields, **changed}), node)
        if hasattr(node, "lineno")
        else type(node)(**{**fields, **changed})
    )


class _Put(ast.NodeTransformer):
    """Puts a variant in the place of the node of this number, in the order of walking."""

    def __init__(self, wanted: ast.AST, instead: ast.AST) -> None:
        self.wanted, self.instead = wanted, instead

    def visit(self, node: ast.AST) -> Any:
        return self.instead if node is self.wanted else self.generic_visit(node)


def _of_function(home: Any, name: str) -> Iterator[Branch]:
    function = inspect.unwrap(vars(home)[name])
    source = textwrap.dedent(inspect.getsource(function))
    count = sum(1 for node in ast.walk(ast.parse(source)) for _ in _variants(node))
    for number in range(count):
        tree = ast.parse(source)
        every = [(node, *one) for node in ast.walk(tree) for one in _variants(node)]
        node, what, instead = every[number]
        changed = ast.fix_missing_locations(_Put(node, instead).visit(tree))
        code = _code_of(compile(changed, f"<{name}>", "exec"), name)
        yield Branch(f"{home.__name__}.{name}", what, _swapped(function, code))


def _code_of(module: CodeType, name: str) -> CodeType:
    return next(c for c in module.co_consts if isinstance(c, CodeType) and c.co_name == name)


def _swapped(function: Any, code: CodeType) -> Callable[[], Any]:
    @contextmanager
    def changed() -> Iterator[None]:
        before = function.__code__
        function.__code__ = code
        try:
            yield
        finally:
            function.__code__ = before

    return changed


# SQL ---------------------------------------------------------------------------------------------
_WORDS = re.compile(r"\b(AND|OR|WHERE|ON|JOIN|UNION ALL|OFFSET|FROM|SELECT)\b")


def conditions(text: str) -> list[tuple[int, int, str]]:
    """Where each condition of SQL stands, and what goes before it."""
    found = []
    marks = [(m.start(), m.end(), m.group(1), _depth(text, m.start())) for m in
             _WORDS.finditer(text)]  # fmt: skip
    for place, (_start, begins, word, depth) in enumerate(marks):
        if word not in ("AND", "OR", "WHERE", "ON"):
            continue
        ends = next((s for s, _e, _w, d in marks[place + 1 :] if d <= depth), len(text))
        closing = next((n for n in range(begins, ends) if _depth(text, n + 1) < depth), ends)
        found.append((begins, min(ends, closing), word))
    return found


def _depth(text: str, place: int) -> int:
    return text.count("(", 0, place) - text.count(")", 0, place)


def _loosened(text: str, number: int) -> tuple[str, str]:
    begins, ends, word = conditions(text)[number]
    one = text[begins:ends].strip()
    held = f" ({one} AND FALSE) " if word == "OR" else f" ({one} OR TRUE) "
    return f"{text[:begins]}{held}{text[ends:]}", " ".join(one.split())[:80]


def _of_near() -> Iterator[Branch]:
    whole = access._NEAR
    for number in range(len(conditions(whole))):
        text, said = _loosened(whole, number)

        @contextmanager
        def changed(text: str = text) -> Iterator[None]:
            access._NEAR = text
            try:
                yield
            finally:
                access._NEAR = whole

        yield Branch("cases.access._NEAR", f"without {said}", changed)


def _of_visible() -> Iterator[Branch]:
    """Of the condition that lists ask, as it is when it is asked."""
    real = access._BroughtNear.as_sql

    class Parts:
        def compile(self, _part: Any) -> Any:
            return "cases_case.id", []

    nobody = access._BroughtNear.__new__(access._BroughtNear)
    nobody.groups, nobody.pairs, nobody.by_name, nobody.actor = [], [], [], 0
    nobody.get_source_expressions = lambda: ["pk", "authority"]  # type: ignore[attr-defined]
    sample = real(nobody, Parts(), None)[0]
    for number in range(len(conditions(sample))):

        def loosened(self: Any, *args: Any, number: int = number, **more: Any) -> Any:
            text, values = real(self, *args, **more)
            return _loosened(text, number)[0], values

        @contextmanager
        def changed(instead: Any = loosened) -> Iterator[None]:
            access._BroughtNear.as_sql = instead
            try:
                yield
            finally:
                access._BroughtNear.as_sql = real  # type: ignore[method-assign]

        said = _loosened(sample, number)[1]
        yield Branch("cases.access._BroughtNear", f"without {said}", changed)


# Who holds a right -------------------------------------------------------------------------------
def _of_rights() -> Iterator[Branch]:
    every = sorted({pair for right in rights.RIGHTS for pair in right.holders})
    for right in rights.RIGHTS:
        for pair in every:
            held = right.holders ^ {pair}
            verb = "taken from" if pair in right.holders else "given to"

            @contextmanager
            def changed(right: Any = right, held: Any = held) -> Iterator[None]:
                before = right.holders
                object.__setattr__(right, "holders", held)
                try:
                    yield
                finally:
                    object.__setattr__(right, "holders", before)

            yield Branch("cases.rights", f"{right.code} {verb} {':'.join(pair)}", changed, (right,))
