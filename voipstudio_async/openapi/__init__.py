"""The catalogue as an OpenAPI 3.1 document. ``python -m voipstudio_async.openapi`` prints it as JSON."""

from .catalogue import PAGE_ORDER, document, text
from .layout import LINE_LENGTH

__all__ = ("LINE_LENGTH", "PAGE_ORDER", "document", "text")
