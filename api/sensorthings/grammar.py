"""The grammar of $filter and $orderby (OData 4, 5.1.1): words into a tree, by recursive descent."""

from collections.abc import Callable, Sequence

from api.sensorthings import expressions, literals, tokens
from api.sensorthings.expressions import Binary, Call, Expression, Kind, Literal, Logic, Path, Unary
from api.sensorthings.tokens import Token

DEPTH_MAX = 30  # levels of nesting, and operators in one row of a calculation
STEPS_MAX = 8  # names of one path: each navigation costs the database a step

_COMPARISONS = ("eq", "ne", "gt", "ge", "lt", "le")
_WORDS = {"true": (Kind.BOOLEAN, True), "false": (Kind.BOOLEAN, False), "null": (Kind.NULL, None)}

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
    """Reads the words once, from left to right."""

    def __init__(self, option: str, words: Sequence[Token]) -> None:
        self._option = option
        self._words = words
        self._next = 0
        self._depth = 0

    def end(self) -> None:
        """Raise a 400 problem when words are left."""
        if self._word.kind != "end":
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
            raise expressions.mistake(self._option, f"nested deeper than {DEPTH_MAX} levels", self._word.at)
        tree = self._logic("or", lambda: self._logic("and", self._negation))
        self._depth -= 1
        return tree

    def take(self, kind: str, *texts: str) -> Token | None:
        """Take the next word if it is one of these, in upper or lower case; otherwise None, and nothing is taken."""
        word = self._word
        if word.kind != kind or (texts and word.text.lower() not in texts):
            return None
        self._next += 1
        return word

    @property
    def _word(self) -> Token:
        return self._words[self._next]

    def _logic(self, operator: str, operand: Callable[[], Expression]) -> Expression:
        first_at = self._word.at
        operands = [operand()]
        while self.take("name", operator):
            operands.append(operand())
        return operands[0] if len(operands) == 1 else Logic(operator, tuple(operands), first_at)

    def _negation(self) -> Expression:
        negations = []
        while word := self.take("name", "not"):
            negations.append(word)
            self._limit(len(negations), word.at)
        tree = self._comparison()
        for word in reversed(negations):
            tree = Unary("not", tree, word.at)
        return tree

    def _comparison(self) -> Expression:
        return self._chain(_COMPARISONS, self._sum)

    def _sum(self) -> Expression:
        return self._chain(("add", "sub"), lambda: self._chain(("mul", "div", "mod"), self._signed))

    def _chain(self, operators: Sequence[str], operand: Callable[[], Expression]) -> Expression:
        tree = operand()
        count = 0
        while word := self.take("name", *operators):
            count += 1
            self._limit(count, word.at)
            tree = Binary(word.text.lower(), tree, operand(), word.at)
        return tree

    def _limit(self, count: int, at: int) -> None:
        if count > DEPTH_MAX:
            raise expressions.mistake(self._option, f"more than {DEPTH_MAX} operators in a row", at)

    def _signed(self) -> Expression:
        sign = self.take("mark", "-")
        return Unary("-", self._primary(), sign.at) if sign else self._primary()

    def _primary(self) -> Expression:
        word = self._word
        if self.take("mark", "("):
            tree = self.expression()
            self._close()
            return tree
        if literals.is_value(word):
            self._next += 1
            return literals.read(self._option, word)
        if word.kind != "name":
            raise self._unexpected("a property, a value or a function")
        self._next += 1
        if self.take("mark", "("):
            return Call(word.text.lower(), self._arguments(), word.at)
        if word.text.lower() in _WORDS:
            return Literal(*_WORDS[word.text.lower()], word.at)
        return self._path(word)

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
            word = self.take("name")
            if word is None:
                raise self._unexpected("a property")
            names.append(word.text)
        if len(names) > STEPS_MAX:
            raise expressions.mistake(self._option, f"a path of more than {STEPS_MAX} steps", first.at)
        return Path(tuple(names), first.at)

    def _close(self) -> None:
        if not self.take("mark", ")"):
            raise self._unexpected("a closing parenthesis")

    def _unexpected(self, wanted: str) -> Exception:
        found = f"found {self._word.text!r}" if self._word.text else "it ends here"
        return expressions.mistake(self._option, f"{wanted} is missing: {found}", self._word.at)
