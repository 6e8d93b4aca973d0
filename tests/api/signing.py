"""Both signatures of Alibaba Cloud's RPC APIs, written from the vendor's description and sharing nothing with Cleat."""

import base64
import hashlib
import hmac
import time
import urllib.parse
import uuid

VERSION = "2014-05-26"
KEY_ID, SECRET = "cleat", "cleat-secret"
FORM = "application/x-www-form-urlencoded"
EMPTY_HASH = hashlib.sha256(b"").hexdigest()


def encode(text):
    """RFC 3986: everything but letters, digits and -_.~ as %XX."""
    return urllib.parse.quote(str(text), safe="-_.~")


def encode_all(parameters):
    return "&".join(f"{encode(name)}={encode(value)}" for name, value in parameters.items())


def timestamp(offset=0):
    """The time in `offset` seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + offset))


def nonce():
    return uuid.uuid4().hex


# ---- V1: HMAC-SHA1, in parameters


def v1_common(action, key_id=KEY_ID, version=VERSION, **more):
    """The common parameters, without the signature."""
    return {"Action": action, "Version": version, "AccessKeyId": key_id, "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0", "SignatureNonce": nonce(), "Timestamp": timestamp(), **more}


def v1_string(method, parameters):
    signed = {name: value for name, value in parameters.items() if name != "Signature"}
    return f"{method}&%2F&{encode(encode_all(dict(sorted(signed.items()))))}"


def v1_signature(secret, string):
    return base64.b64encode(hmac.new(f"{secret}&".encode(), string.encode(), hashlib.sha1).digest()).decode()


def v1_sign(method, parameters, secret=SECRET):
    """The parameters with their signature."""
    return {**parameters, "Signature": v1_signature(secret, v1_string(method, parameters))}


# ---- V3: HMAC-SHA256, in headers


def v3_canonical(method, query, headers, body_hash):
    """Query and headers as lists of pairs; all headers given are signed."""
    lines = "&".join(f"{encode(name)}={encode(value)}" for name, value in sorted(query))
    names = sorted({name.lower() for name, _ in headers})
    values = "".join(f"{name}:{','.join(sorted(value.strip() for other, value in headers if other.lower() == name))}\n"
                     for name in names)
    return "\n".join([method, "/", lines, values, ";".join(names), body_hash]), ";".join(names)


def v3_string(canonical):
    return "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()


def v3_headers(action, host, body=b"", version=VERSION, **more):
    """The common headers, without the signature; None leaves one out. Underscores stand for dashes."""
    headers = {"host": host, "x-acs-action": action, "x-acs-version": version, "x-acs-date": timestamp(),
               "x-acs-signature-nonce": nonce(), "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
               **{name.replace("_", "-"): value for name, value in more.items()}}
    return {name: value for name, value in headers.items() if value is not None}


def v3_sign(method, query, headers, key_id=KEY_ID, secret=SECRET, unsigned=(), body_hash=None):
    """The headers with their signature; also gives the string that was signed. The hash of the body is that of its header
    unless it is given."""
    signed = [(name, value) for name, value in headers.items() if name not in unsigned]
    canonical, names = v3_canonical(method, list(query.items() if isinstance(query, dict) else query), signed,
                                    body_hash or headers.get("x-acs-content-sha256", EMPTY_HASH))
    string = v3_string(canonical)
    signature = hmac.new(secret.encode(), string.encode(), hashlib.sha256).hexdigest()
    authorization = f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={names},Signature={signature}"
    return {**headers, "Authorization": authorization}, string
