"""An async-first client for the VoIPstudio REST API, with a blocking face.

::

    async with AsyncVoipStudio(token) as client:
        async for user in client.users.list():
            print(user.email)

    with VoipStudio(token) as client:
        for user in client.users.list():
            print(user.email)
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._exports import *  # noqa: F403
    from ._exports import __all__ as __all__


def __getattr__(name: str) -> Any:
    # Importing everything takes longer than most of what a short program does. So it waits for the first name that is
    # asked for: as a program begins, and not when it makes its first request.
    if name in ("__all__", "__version__") or not (name.startswith("__") or find_spec(f".{name}", __name__)):
        face = import_module("._exports", __name__)
        if name == "__all__" or name in face.__all__:
            return getattr(face, name)
    elif not name.startswith("__"):
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(import_module("._exports", __name__).__all__)
