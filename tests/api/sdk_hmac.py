"""Huawei Cloud's signature SDK-HMAC-SHA256 for `requests`, written from the vendor's description and sharing nothing with Cleat: for
clients of compatible APIs, which sign nothing themselves."""

import hashlib
import hmac
import time
import urllib.parse

import requests


def encode(text):
    return urllib.parse.quote(text, safe="-_.~")


class SdkHmac(requests.auth.AuthBase):
    def __init__(self, key="cleat", secret="cleat-secret"):
        self.key, self.secret = key, secret

    def __call__(self, request):
        date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        url = urllib.parse.urlsplit(request.url)
        path = "/".join(encode(part) for part in urllib.parse.unquote(url.path).split("/"))
        query = sorted(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        body = request.body or b""
        canonical = "\n".join((
            request.method, path if path.endswith("/") else path + "/",
            "&".join(f"{encode(name)}={encode(value)}" for name, value in query),
            f"x-sdk-date:{date}\n", "x-sdk-date",
            hashlib.sha256(body.encode() if isinstance(body, str) else body).hexdigest()))
        text = "\n".join(("SDK-HMAC-SHA256", date, hashlib.sha256(canonical.encode()).hexdigest()))
        signature = hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        request.headers["X-Sdk-Date"] = date
        request.headers["Authorization"] = \
            f"SDK-HMAC-SHA256 Access={self.key}, SignedHeaders=x-sdk-date, Signature={signature}"
        return request
