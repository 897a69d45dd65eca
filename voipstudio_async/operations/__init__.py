"""The kinds of operation that a resource is declared with."""

from .actions import Action, Arguments, Command, GetWith, ListingWith, PageOptions, Query, Rows
from .base import Async, Blocking, Bound, Derived, F, Operation, Resource, join, operations
from .caller import Caller, as_it_is
from .description import Answers, FileType, Parameter
from .downloads import DownloadAll, DownloadAllReady
from .files import MP3, PDF, Download, Saved, Target
from .keys import DIGITS, ID, IDS, TOKEN, Key, check_id
from .listings import Count, DatedWalk, Listing, ListingOf, Plan
from .many import Change, DeleteAll, DeleteEach, DeleteMany, GetEach, UpdateMany
from .raw import RawRequest
from .things import Create, Delete, DeleteBy, DeleteConfirmed, Get, GetBy, Show, Update, UpdateBy
from .waiting import Wait

__all__ = (
    "Action",
    "Answers",
    "Arguments",
    "Async",
    "Blocking",
    "Bound",
    "Caller",
    "Change",
    "Command",
    "Count",
    "Create",
    "DIGITS",
    "DatedWalk",
    "Delete",
    "DeleteAll",
    "DeleteBy",
    "DeleteConfirmed",
    "DeleteEach",
    "DeleteMany",
    "Derived",
    "Download",
    "DownloadAll",
    "DownloadAllReady",
    "F",
    "FileType",
    "Get",
    "GetBy",
    "GetEach",
    "GetWith",
    "ID",
    "IDS",
    "Key",
    "Listing",
    "ListingOf",
    "ListingWith",
    "MP3",
    "Operation",
    "PDF",
    "PageOptions",
    "Parameter",
    "Plan",
    "Query",
    "RawRequest",
    "Resource",
    "Rows",
    "Saved",
    "Show",
    "TOKEN",
    "Target",
    "Update",
    "UpdateBy",
    "UpdateMany",
    "Wait",
    "as_it_is",
    "check_id",
    "join",
    "operations",
)
