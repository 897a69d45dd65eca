"""Prints the document."""

from . import text

if __name__ == "__main__":
    print(text(), end="")  # noqa: T201 - printing is what this command is for
