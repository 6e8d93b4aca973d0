"""Calls to other products than ECS, signed by the tests' own signer."""

import urllib.parse

import signing
from cloud import Refused, text_of

LOCATION, STS, BSS = "2015-06-12", "2015-04-01", "2017-12-14"
SLB, RDS = "2014-05-15", "2014-08-15"


def ask(cloud, version, action, parameters=None, key=None, xml=False, **more):
    """The reply to a V1 request for a product; `key` is an id, a secret and, for temporary ones, a token."""
    key_id, secret, *token = key or (cloud.key_id, cloud.secret)
    given = {name: text_of(value) for name, value in {**(parameters or {}), **more}.items() if value is not None}
    if token:
        given["SecurityToken"] = token[0]
    common = signing.v1_common(action, key_id, version, Format="XML" if xml else "JSON")
    signed = signing.v1_sign("GET", {**common, **given}, secret)
    return cloud.send("GET", "/?" + urllib.parse.urlencode(signed))


def call(cloud, version, action, parameters=None, **more):
    reply = ask(cloud, version, action, parameters, **more)
    if reply.status != 200:
        raise Refused(*reply.fault)
    return reply.json


def refused(cloud, version, action, parameters=None, **more):
    """The call must be refused: (status, code, message)."""
    return ask(cloud, version, action, parameters, **more).fault
