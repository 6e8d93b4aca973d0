"""Clients that mean harm, for test_hostile.py: a process of its own that ends when its stdin does, or after a minute.

    hostile.py PORT stand|ask|send

All of it is bounded: some hundred connections, a few threads. They come from 127.0.0.2, as another machine's would, and run
at the lowest priority: what is measured is what they make the server do, not what they take of its processors."""

import os
import random
import selectors
import socket
import ssl
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "api"))

import signing  # noqa: E402

PORT = int(sys.argv[1])
ENDS_AT = time.monotonic() + 60
BODY = 1_000_000


def connect(timeout=5):
    return socket.create_connection(("127.0.0.1", PORT), timeout=timeout, source_address=("127.0.0.2", 0))


def hello():
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    client = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def signed(**more):
    """The parameters of a request with a known key and a wrong signature."""
    return urllib.parse.urlencode({**signing.v1_common("DescribeDisks", Format="JSON", **more), "Signature": "AAAA"})


# ---- connections that stand around: what each sends at its begin, and then a byte at a time ----

def standing():
    head = b"POST /?" + b"x" * 1000 + b" HTTP/1.1\r\nHost: x\r\n"
    kinds = [(b"", head + b"X: " + b"y" * 1000, 150),                            # a byte at a time
             (head, b"", 50),                                                     # half a head
             (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + b"x" * 30000, b"x" * 1000, 30),
             (b"", b"", 50),                                                      # nothing
             (hello()[:-30], b"", 50), (hello(), b"", 50),                        # handshakes that stall
             (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 500, b"", 30)]        # replies that nobody reads
    return [(first, rest) for first, rest, count in kinds for _ in range(count)]


def stand():
    """Keeps all of them there, and sends a byte on each that has more to send; about a thousand a second."""
    plan = standing()
    there = {}
    while True:
        for number, (first, rest) in enumerate(plan):
            try:
                if number not in there:
                    raw = connect()
                    raw.setblocking(False)
                    there[number] = [raw, 0]
                    if first:
                        raw.send(first)
                elif rest:
                    raw, at = there[number]
                    raw.send(rest[at % len(rest):][:1])
                    there[number][1] += 1
            except BlockingIOError:
                pass
            except OSError:
                gone = there.pop(number, None)
                if gone:
                    gone[0].close()
            time.sleep(0.001)


# ---- requests, one after the other ----

def keep_asking(make, pause):
    while True:
        try:
            with connect() as raw:
                for _ in range(20):
                    raw.sendall(make())
                    if not raw.recv(65536):
                        break
                    time.sleep(pause)
        except OSError:
            time.sleep(pause)


def bad_signature():
    return f"GET /?{signed()} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def large(body):
    return (f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {signing.FORM}\r\nContent-Length: {len(body)}\r\n\r\n" + body).encode()


# Made once: the server shall have more to do with them than their sender.
LARGE = [large(signed(A="x" * BODY)), large("&" * BODY), large(signed(**{f"p.{n}.a": "%" * 300 for n in range(900)}))]


def large_body():
    return random.choice(LARGE)


def oversize():
    return random.choice([b"GET /?" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 60_000 + b"\r\n\r\n",
                          b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 3000 + b"\r\n",
                          b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 10000])


def main():
    os.nice(19)
    jobs = {"stand": [(stand, ())],
            "ask": [(keep_asking, (bad_signature, 0.002))] * 4 + [(keep_asking, (oversize, 0.01))] * 2,
            "send": [(keep_asking, (large_body, 0))] * 6}
    for job, arguments in jobs[sys.argv[2]]:
        threading.Thread(target=job, args=arguments, daemon=True).start()
    waiting = selectors.DefaultSelector()
    waiting.register(sys.stdin, selectors.EVENT_READ)
    print("begun", flush=True)
    waiting.select(ENDS_AT - time.monotonic())
    os._exit(0)


if __name__ == "__main__":
    main()
