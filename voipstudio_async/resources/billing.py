"""The Billing module: transactions and their invoices.

Source: the vendor's own command line; no page of the documentation describes it.
"""

from __future__ import annotations

from .. import entities as e
from ..operations import PDF, Download, DownloadAllReady, F, Get, Listing, Resource


class Transactions(Resource[F], path="transactions"):
    """Payments and charges."""

    list = Listing(e.Transaction, "All transactions.")
    """All transactions.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Transaction`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    get = Get(e.Transaction, "One transaction.")
    """One transaction.

    Args:
        id: the id, a positive integer

    Returns: `Transaction`.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    download = Download("Save the invoice of a transaction that is completed.", PDF, name="invoice", in_json=True)
    """Save the invoice of a transaction that is completed.

    Args:
        id: the id, a positive integer
        target: the path of a file, a folder, or a file opened in binary mode
        size: the bytes that the record tells; another size is refused

    Returns: `Saved`: the path, the size and the type.

    Raises: ValidationError (400), AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404);
        TransportError when no usable answer comes.
    """
    download_all = DownloadAllReady(
        e.Transaction, download, "Save the invoices of many transactions, those that are completed and not there yet."
    )
    """Save the invoices of many transactions, those that are completed and not there yet.

    Args:
        source: a listing, records or ids
        folder: where the files go
        name: what a file is called: a pattern of fields, ``{calldate}-{id}``, or a function of the record
        concurrency: how many at once
        skip_existing: leave out what is there already, whole
        progress: a function of how many are done, how many there are (None while unknown) and how many failed

    Returns: a `BulkResult` with the path of each file, or None where there is none yet; a failure is an
        outcome, not an exception.

    Raises: ValidationError (400), AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404);
        TransportError when no usable answer comes.
    """
