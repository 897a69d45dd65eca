"""``python -m voipstudio_async`` is the command ``voipstudio``."""

from .cli import main

if __name__ == "__main__":
    main()
