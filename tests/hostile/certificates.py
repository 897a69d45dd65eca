"""Certificates for the bench, made anew in each run: one that is good, and three that are not."""

from __future__ import annotations

import functools
import ssl
from datetime import UTC, datetime, timedelta

import trustme


@functools.cache
def authority() -> trustme.CA:
    """Make the authority that a client of the bench may trust."""
    return trustme.CA()


@functools.cache
def serving(kind: str) -> ssl.SSLContext:
    """Make the server's side: ``good``, ``expired``, ``wrong host``, or ``self-signed`` (an authority nobody knows)."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if kind == "expired":
        issued = authority().issue_cert("127.0.0.1", not_before=yesterday - timedelta(days=1), not_after=yesterday)
    elif kind == "wrong host":
        issued = authority().issue_cert("elsewhere.invalid")
    else:
        issued = (authority() if kind == "good" else trustme.CA()).issue_cert("127.0.0.1")
    issued.configure_cert(context)
    return context


@functools.cache
def trusting() -> ssl.SSLContext:
    """Make the client's side: it trusts the authority, and checks everything."""
    context = ssl.create_default_context()
    authority().configure_trust(context)
    return context
