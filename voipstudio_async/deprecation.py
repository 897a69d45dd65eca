"""`deprecated` of PEP 702: what carries it is struck through by editors and checkers, and warns when it is called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import deprecated
elif sys.version_info >= (3, 13):
    from warnings import deprecated
else:
    import functools
    import warnings

    def deprecated(message: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Mark a function as deprecated, as ``warnings.deprecated`` of Python 3.13 does."""

        def mark(function: Any) -> Any:
            @functools.wraps(function)
            def warning(*args: Any, **kwargs: Any) -> Any:
                warnings.warn(message, DeprecationWarning, stacklevel=2)
                return function(*args, **kwargs)

            function.__deprecated__ = warning.__deprecated__ = message
            return warning

        return mark


__all__ = ("deprecated",)
