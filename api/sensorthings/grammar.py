"""The grammar of $filter and $orderby (OData 4, 5.1.1): tokens into a tree, by recursive descent."""

from collections.abc import Callable, Sequence

from api.sensorthings import expressions, literals, tokens
from api.sensorthings.expressions import Binary, Call, Expression, Kind, Literal, Logic, Path, Unary
from api.sensorthings.tokens import Token

DEPTH_MAX = 30  # levels of nesting, and operators in one row of a calculation
STEPS_MAX = 8  # names of one path: each navigation costs the database a step

_COMPARISONS = ("eq", "ne", "gt", "ge", "lt", "le")
_CONSTANTS = {"true": (Kind.BOOLEAN, True), "false": (Kind.BOOLEAN, False), "null": (Kind.NULL, None)}

Ordering = tuple[Expression, bool]  # by what, and whether the greatest comes first


def read_filter(text: str, offset: int = 0) -> Expression:
    """The tree of a $filter, which begins at `offset` of its option's value. Raises a 400 problem."""
    parser = _Parser("$filter", tokens.read("$filter", text, offset))
    tree = parser.expression()
    parser.end()
    return tree


def read_orderby(text: str, offset: int = 0) -> tuple[Ordering, ...]:
    """What to order by, most important first. Raises a 400 problem."""
    parser = _Parser("$orderby", tokens.read("$orderby", text, offset))
    found = [parser.ordering()]
    while parser.take("mark", ","):
        found.append(parser.ordering())
    parser.end()
    return tuple(found)


class _Parser:
    """Goes through the tokens once."""

    def __init__(self, option: str, found: Sequence[Token]) -> None:
        self._option = option
        self._tokens = found
        self._next = 0
        self._depth = 0

    def end(self) -> None:
        """The text has to end here. Raises a 400 problem when something is left."""
        if self._token.kind != "end":
            raise self._unexpected("an operator or the end")

    def ordering(self) -> Ordering:
        """`name desc`."""
        by = self._sum()
        is_descending = self.take("name", "desc") is not None
        if not is_descending:
            self.take("name", "asc")
        return by, is_descending

    def expression(self) -> Expression:
        """`or` binds loosest, then `and`, then `not`."""
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise expressions.mistake(self._option, f"nested deeper than {DEPTH_MAX} levels", self._token.at)
        tree = self._logic("or", lambda: self._logic("and", self._negation))
        self._depth -= 1
        return tree

    def take(self, kind: str, *texts: str) -> Token | None:
        """Take the next token if it is one of these, in any case of letters. Else None, and it is not taken."""
        token = self._token
        if token.kind != kind or (texts and token.text.lower() not in texts):
            return None
        self._next += 1
        return token

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _logic(self, operator: str, operand: Callable[[], Expression]) -> Expression:
        first_at = self._token.at
        operands = [operand()]
        while self.take("name", operator):
            operands.append(operand())
        return operands[0] if len(operands) == 1 else Logic(operator, tuple(operands), first_at)

    def _negation(self) -> Expression:
        negations = []
        while token := self.take("name", "not"):
            negations.append(token)
            self._limit(len(negations), token.at)
        tree = self._comparison()
        for token in reversed(negations):
            tree = Unary("not", tree, token.at)
        return tree

    def _comparison(self) -> Expression:
        tree = self._chain(_COMPARISONS, self._sum)
        return self._membership(tree) if self.take("name", "in") else tree

    def _membership(self, tree: Expression) -> Expression:
        """`name in ('a', 'b')` (OData 4.01, 5.1.1.1.12): equal to any of these."""
        at = self._token.at
        if not self.take("mark", "("):
            raise self._unexpected("a list in parentheses")
        operands = [Binary("eq", tree, operand, at) for operand in self._arguments()]
        if not operands:
            raise expressions.mistake(self._option, "an empty list", at)
        return operands[0] if len(operands) == 1 else Logic("or", tuple(operands), at)

    def _sum(self) -> Expression:
        return self._chain(("add", "sub"), lambda: self._chain(("mul", "div", "mod"), self._signed))

    def _chain(self, operators: Sequence[str], operand: Callable[[], Expression]) -> Expression:
        tree = operand()
        count = 0
        while token := self.take("name", *operators):
            count += 1
            self._limit(count, token.at)
            tree = Binary(token.text.lower(), tree, operand(), token.at)
        return tree

    def _limit(self, count: int, at: int) -> None:
        if count > DEPTH_MAX:
            raise expressions.mistake(self._option, f"more than {DEPTH_MAX} operators in a row", at)

    def _signed(self) -> Expression:
        sign = self.take("mark", "-")
        return Unary("-", self._primary(), sign.at) if sign else self._primary()

    def _primary(self) -> Expression:
        token = self._token
        if self.take("mark", "("):
            tree = self.expression()
            self._close()
            return tree
        if literals.is_value(token):
            self._next += 1
            return literals.read(self._option, token)
        if token.kind != "name":
            raise self._unexpected("a property, a value or a function")
        self._next += 1
        if self.take("mark", "("):
            return Call(token.text.lower(), self._arguments(), token.at)
        if token.text.lower() in _CONSTANTS:
            return Literal(*_CONSTANTS[token.text.lower()], token.at)
        return self._path(token)

    def _arguments(self) -> tuple[Expression, ...]:
        if self.take("mark", ")"):
            return ()
        found = [self.expression()]
        while self.take("mark", ","):
            found.append(self.expression())
        self._close()
        return tuple(found)

    def _path(self, first: Token) -> Path:
        names = [first.text]
        while self.take("mark", "/"):
            token = self.take("name")
            if token is None:
                raise self._unexpected("a property")
            names.append(token.text)
        if len(names) > STEPS_MAX:
            raise expressions.mistake(self._option, f"a path of more than {STEPS_MAX} steps", first.at)
        return Path(tuple(names), first.at)

    def _close(self) -> None:
        if not self.take("mark", ")"):
            raise self._unexpected("a closing parenthesis")

    def _unexpected(self, wanted: str) -> Exception:
        found = f"found {self._token.text!r}" if self._token.text else "it ends here"
        return expressions.mistake(self._option, f"{wanted} is missing: {found}", self._token.at)
