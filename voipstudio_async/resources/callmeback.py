"""The Call Me Back module: buttons on websites that have visitors called.

Source: voipstudio.com/docs/api/resources/callmeback; deleting is known from a user of the API.
"""

from __future__ import annotations

from .. import entities as e
from ..operations import Create, Delete, F, Listing, Resource
from ..wire.exchange import Repeat


class CallMeBack(Resource[F], path="callmeback", about=e.CallMeBackSettings):
    """Buttons on websites that have visitors called."""

    websites = Listing(e.CallMeBackWebsite, "The websites with a button.", "websites")
    settings = Listing(e.CallMeBackSettings, "The settings of all buttons.", "settings")
    create = Create(e.CallMeBackSettings, "Create the settings of a button.", "settings", body=e.CallMeBackDraft)
    delete = Delete("Delete the settings of a button for good.", prefix="settings", repeat=Repeat.ALWAYS)
