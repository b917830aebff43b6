"""Find the address at which phones in the same network reach this machine. `python -m lms.demo.address 8000` prints it, or nothing."""

import ipaddress
import socket
import sys

SOMEWHERE = ("192.0.2.1", 9)  # reserved by RFC 5737: nothing is sent; the system only reports the address from which it would send


def address_for_phones(port: int) -> str:
    """Return http://ADDRESS:PORT; empty if this machine is in no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE)
            own = probe.getsockname()[0]
        except OSError:
            return ""
    return "" if ipaddress.ip_address(own).is_loopback else f"http://{own}:{port}"


if __name__ == "__main__":
    sys.stdout.write(address_for_phones(int(sys.argv[1])))
