"""Requests as a client sends them to its proxy: the whole URL on the request line."""

import socket
import urllib.parse

import pytest

import signing


def send(server, target):
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: ecs.example\r\nConnection: close\r\n\r\n".encode())
        reply = b""
        while piece := connection.recv(65536):
            reply += piece
    return reply.decode()


def query():
    return urllib.parse.urlencode(signing.v1_sign("GET", signing.v1_common("DescribeRegions", Format="JSON")))


@pytest.mark.parametrize("start", ["/?", "http://ecs.example/?", "HTTP://ecs.example/?", "http://ecs.example:80/?",
                                   "http://ecs.example?", "http://?"])
def test_host_on_the_request_line_is_not_part_of_the_path(server, start):
    assert " 200 OK" in send(server, start + query()).split("\r\n")[0]


@pytest.mark.parametrize("target, status", [
    ("http://x/healthz", 200), ("http://x/_cleat/keys", 401), ("http://x/elsewhere?Action=A&Version=V", 404),
    ("http://x", 400), ("http://", 400), ("http://x/http://y/healthz", 404), ("https://x/healthz", 400)])
def test_other_targets(server, target, status):
    assert f" {status} " in send(server, target).split("\r\n")[0]
