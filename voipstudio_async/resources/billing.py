"""The Billing module: transactions and their invoices.

Source: the vendor's own command line; no page of the documentation describes it.
"""

from __future__ import annotations

from .. import entities as e
from ..operations import PDF, Download, DownloadAllReady, F, Get, Listing, Resource


class Transactions(Resource[F], path="transactions"):
    """Payments and charges."""

    list = Listing(e.Transaction, "All transactions.")
    get = Get(e.Transaction, "One transaction.")
    download = Download("Save the invoice of a transaction that is completed.", PDF, name="invoice", in_json=True)
    download_all = DownloadAllReady(
        e.Transaction, download, "Save the invoices of many transactions, those that are completed and not there yet."
    )
