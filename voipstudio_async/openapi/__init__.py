"""The catalogue as an OpenAPI 3.1 document. ``python -m voipstudio_async.openapi`` prints it as JSON."""

from .catalogue import LINE_LENGTH, PAGE_ORDER, document, text

__all__ = ("LINE_LENGTH", "PAGE_ORDER", "document", "text")
