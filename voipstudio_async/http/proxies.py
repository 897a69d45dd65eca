"""Which proxy leads to a host: what the environment says of it, and what of a proxy is supported.

aiohttp reads the environment too, but with it ``~/.netrc``, whose credentials it adds to ours; it does so anew for each
request, in a thread; and it goes direct where it does not support what is set.
"""

from __future__ import annotations

import ipaddress
import os
from urllib.request import getproxies, proxy_bypass

from yarl import URL

from ..entities.secret import Secret


def fault_of(proxy: Secret) -> str | None:
    """Say what is wrong with the URL of a proxy, empty where its form says it all; None is for nothing."""
    try:
        url = URL(proxy.reveal())
    except (ValueError, TypeError):
        return ""
    if url.scheme.startswith("socks"):
        return ": SOCKS proxies are not supported"
    return None if url.scheme in ("http", "https") and url.host else ""


def proxy_from_environment(base: str) -> tuple[str, Secret | None]:
    """Return the proxy that the environment names for a host, and by which name; None is to go direct.

    Read are ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``, in small letters first, and the settings
    of the system on macOS and Windows.
    """
    url = URL(base)
    proxies = getproxies()
    kind = url.scheme if proxies.get(url.scheme) else "all"
    name = f"{kind}_proxy".upper()
    found = proxies.get(kind)
    if not found or url.host is None or _is_excepted(url, url.host):
        return name, None
    return name, Secret(found if "://" in found else f"http://{found}")


def _is_excepted(url: URL, host: str) -> bool:
    if proxy_bypass(host) or proxy_bypass(f"{host}:{url.port}"):
        return True
    listed = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    return any(_contains(entry.strip(), host) for entry in listed.split(","))


def _contains(network: str, host: str) -> bool:
    if network.startswith("*."):
        return host.lower().endswith(network[1:].lower())
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network.strip("[]"), strict=False)
    except ValueError:
        return False
