"""Sockets through a SOCKS5 or HTTP CONNECT proxy, which resolves the names itself.

Importing this module loads python-socks: do it in a thread, at first use.
"""

import socket
from urllib.parse import urlsplit

from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
from python_socks.async_.asyncio import Proxy

from fleettui.model.errors import ProxyDown, ReadError
from fleettui.model.text import clean, without_login

_DEFAULT_PORTS = {"socks5": 1080, "socks4": 1080, "http": 8080}
_LOCALHOST = ("127.0.0.1", "[::1]")


async def open_through(proxy: str, host: str, port: int, *, deadline: float) -> socket.socket:
    """A connected socket to `host:port`, within `deadline` seconds.

    `proxy` is a socks5://, socks5h://, socks4:// or http:// URL. Raises ProxyDown, which says
    whether the proxy itself or the way behind it failed; ReadError where the URL cannot be used.
    """
    urls, place = _usable(proxy)
    target = f"{clean(host)}:{port}"
    for url in urls:
        try:
            return await Proxy.from_url(url, rdns=True).connect(host, port, timeout=deadline)
        except ProxyConnectionError:
            continue
        except ProxyTimeoutError:
            raise ProxyDown(f"the proxy {place} does not connect to {target} in time") from None
        except ProxyError as error:
            said = clean(str(error)) or "it closed the connection"
            raise ProxyDown(f"the proxy {place} cannot reach {target} ({said})") from None
        except (OSError, ValueError) as error:
            said = clean(str(error))
            raise ProxyDown(f"the proxy {place} gives no sensible answer ({said})") from None
    raise ProxyDown(f"the proxy {place} refuses the connection", "start it")


def _usable(proxy: str) -> tuple[list[str], str]:
    """The URLs to try, and the proxy's host and port in clean text."""
    url = urlsplit(proxy)
    scheme = "socks5" if url.scheme == "socks5h" else url.scheme
    try:
        port = url.port or _DEFAULT_PORTS[scheme]
    except (KeyError, ValueError):
        port = 0
    if not port or not url.hostname:
        text = f"{clean(without_login(proxy))!r} is no proxy"
        raise ReadError(text, "write socks5://HOST:PORT in fleet.toml")
    name = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    login, at, _ = url.netloc.rpartition("@")
    # A name has one answer here, and this one has two families that seldom both listen.
    names = _LOCALHOST if name == "localhost" else (name,)
    return [f"{scheme}://{login}{at}{each}:{port}" for each in names], f"{clean(name)}:{port}"
