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
    """The websites with a button.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `CallMeBackWebsite`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    settings = Listing(e.CallMeBackSettings, "The settings of all buttons.", "settings")
    """The settings of all buttons.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `CallMeBackSettings`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    create = Create(e.CallMeBackSettings, "Create the settings of a button.", "settings", body=e.CallMeBackDraft)
    """Create the settings of a button.

    Args:
        button_id: the button that it is a setting of
        name: what it is called
        ddi_e164: the number that calls: E.164 digits without ``+``
        position: where the button is on the page
        floating_icon: whether the button floats above the page
        culture: its language
        allowed_countries: the countries that may be called; the form is not documented
        show_to_allowed_countries_only: whether visitors from elsewhere do not see it
        welcome_screen_msg: the words that greet
        privacy_policy_url: a link to the privacy policy
        max_call_rate: the highest price of a minute that is accepted

    Returns: the new `CallMeBackSettings`.

    Raises: ValidationError (400); TransportError when no usable answer comes.
    """
    delete = Delete("Delete the settings of a button for good.", prefix="settings", repeat=Repeat.ALWAYS)
    """Delete the settings of a button for good.

    Args:
        id: the id, a positive integer

    Returns: nothing.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
