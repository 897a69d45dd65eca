"""What to write instead: words for the mistakes that everybody makes.

Python's own answer to them names an inside (``object AsyncPages can't be used in 'await' expression``). Here are the
means to answer in the reader's terms: the name that was meant, and special methods that exist for their error alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

_SHORT, _LONG = 4, 6
"""Letters: shorter words are hardly ever misspelt, and longer ones may be in two places."""
_SEPARATORS = str.maketrans("", "", "_-. ")


class Unsupported(TypeError, AttributeError):
    """A thing cannot be used like that. To ``hasattr`` it is as if the special method were not there."""


# To whom it is shown it is what Python raises for such a mistake.
Unsupported.__name__ = Unsupported.__qualname__ = "TypeError"
Unsupported.__module__ = "builtins"


class NotThere:
    """A special method that exists for its error alone: ``with`` on what is entered with ``async with``.

    It says what to write instead. ``hasattr`` and type checkers do not see it.
    """

    def __init__(self, words: str | Callable[[Any], str]) -> None:
        self._words = words

    def __get__(self, instance: Any, owner: type) -> NoReturn:
        if instance is None:
            raise AttributeError(f"{owner.__name__} has no such special method")
        raise Unsupported(self._words(instance) if callable(self._words) else self._words)


def meant(word: str, known: Iterable[str], also: Mapping[str, str] | None = None) -> str | None:
    """Return the name that was probably meant by one that is not there, or None.

    :param also: other words for some of them
    """
    if also and word in also:
        return also[word]
    names = {_plain(name): name for name in known}
    if _plain(word) in names:
        return names[_plain(word)]
    # Imported where it is wanted: nobody waits for it who makes no mistake.
    from difflib import get_close_matches  # noqa: PLC0415

    close = get_close_matches(_plain(word), names, n=1, cutoff=0.7)
    return names[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str], also: Mapping[str, str] | None = None) -> str:
    """Return the words that stand behind "there is no ...": a suggestion, or nothing."""
    found = meant(word, known, also)
    return "" if found is None else f"; did you mean {found}?"


def misspelt(word: str, known: Iterable[str]) -> str | None:
    """Return the name of which a word is a misspelling, or None: another word may well be known to somebody else.

    Stricter than `meant`, since what is misspelt is refused: the words of both names have to be alike one by one, up to
    a slip of the hand or two in a long one, and begin alike. ``created_by`` is no misspelling of ``created_at``.
    """
    close = [name for name in known if _is_slip(word.lower(), name.lower())]
    return min(close, key=lambda name: (_steps(word.lower(), name.lower()), name), default=None)


def _plain(name: str) -> str:
    return name.lower().translate(_SEPARATORS)


def _is_slip(word: str, name: str) -> bool:
    if _plain(word) == _plain(name):
        return True
    parts, others = word.split("_"), name.split("_")
    if len(parts) != len(others):
        whole, other = _plain(word), _plain(name)
        return _begins_alike(whole, other) and _steps(whole, other) == 1
    return all(map(_is_alike, parts, others))


def _is_alike(word: str, name: str) -> bool:
    if word == name:
        return True
    shorter, longer = sorted((len(word), len(name)))
    if longer < _SHORT or shorter < _SHORT - 1:
        # A letter makes another word of it; two that changed places do not.
        return longer == _SHORT - 1 and sorted(word) == sorted(name) and _steps(word, name) == 1
    return _begins_alike(word, name) and _steps(word, name) <= (1 if shorter < _LONG else 2)


def _begins_alike(word: str, name: str) -> bool:
    return word[:1] == name[:1] or word[:2] == name[1::-1]


def _steps(word: str, name: str) -> int:
    """Count the letters to put in, leave out, change, or swap with their neighbour (Damerau and Levenshtein)."""
    before: list[int] = []
    row = list(range(len(name) + 1))
    for place, letter in enumerate(word, 1):
        earlier, before = before, row
        row = [place]
        for column, other in enumerate(name, 1):
            steps = min(before[column] + 1, row[-1] + 1, before[column - 1] + (letter != other))
            if place > 1 and column > 1 and letter == name[column - 2] and word[place - 2] == other:
                steps = min(steps, earlier[column - 2] + 1)
            row.append(steps)
    return row[-1]
