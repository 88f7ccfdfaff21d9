"""What the loads have in common before a byte is sent: the address, and arguments that make sense."""

import ipaddress
import math
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Target:
    """A checked address: the URL, where to connect, and what the request line and the Host header say."""

    url: str
    host: str
    port: int
    netloc: str
    path: str

    @classmethod
    def of(cls, url: str) -> "Target":
        """Read `url`. Raises ValueError for anything but http:// on a loopback address of this machine."""
        if not isinstance(url, str):
            raise ValueError(f"the address must be text such as server.url + '/wait', not {type(url).__name__}")
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"the address must look like http://127.0.0.1:8000/path, not {url!r}")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not path.isascii() or any(c <= " " or c == "\x7f" for c in path):
            raise ValueError(f"the path {path!r} holds characters that must be percent-encoded, see urllib.parse.quote")
        return cls(url, _loopback(parts.hostname), parts.port or 80, parts.netloc.rpartition("@")[2], path)


def _loopback(host: str) -> str:
    """The numeric loopback address for `host`."""
    try:
        found = (
            [host]
            if _is_address(host)
            else [str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
        )
    except OSError as unknown:
        raise ValueError(f"the name {host!r} is not known on this machine: {unknown}") from unknown
    if not all(ipaddress.ip_address(each).is_loopback for each in found):
        raise ValueError(
            f"{host!r} is another machine. These loads only go to 127.0.0.1, ::1 or localhost: "
            "sent elsewhere they would be an attack"
        )
    return sorted(found, key=lambda each: ":" in each)[0]  # 127.0.0.1 before ::1


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def positive(name: str, value: float, unit: str) -> float:
    """`value` as it is; ValueError unless it is a number above zero and not infinite."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        raise ValueError(f"{name} must be a number above 0 ({unit}), not {value!r}")
    return value


def whole(name: str, value: int, unit: str) -> int:
    """`value` as it is; ValueError unless it is a whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1 ({unit}), not {value!r}")
    return value
