"""Tokens of Huawei Cloud: how one is got, what it opens, how it ends, and that nothing keeps it."""

import json
import time

import pytest

from cloud import dump_fleet, edit_store, fleet_of, load_fleet
from huawei_raw import date, signed

ACCOUNT, NAME = "2000000000000077", "acme"
REGION = "cn-north-4"
ALLOW_ALL = {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["*:*:*"]}]}
WRONG = {"error": {"code": 401, "message": "The username or password is wrong.", "title": "Unauthorized"}}
AUTHENTICATE = {"error": {"code": 401, "message": "The request you have made requires authentication.", "title": "Unauthorized"}}
INVALID = {"error": {"code": 400, "message": "The request body is invalid", "title": "Bad Request"}}


def user(name, password=None, **more):
    return {"name": name, "policies": [ALLOW_ALL], **({"password": password} if password else {}), **more}


def fleet(*users):
    return fleet_of(id=ACCOUNT, realm="huawei", name=NAME, users=list(users))


def password_of(name="alice", password="wonder land", domain=None):
    return {"methods": ["password"], "password": {"user": {"domain": domain or {"name": NAME}, "name": name, "password": password}}}


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def token(self):
        return self.headers["X-Subject-Token"]


class Iam:
    def __init__(self, server):
        self.server = server

    def __call__(self, method, path, token=None, body=None, **headers):
        if token:
            headers["X-Auth-Token"] = token
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return Reply(*self.server.http(method, path, b"" if body is None else json.dumps(body).encode(), headers))

    def login(self, identity=None, query="", token=None, **scope):
        auth = {"identity": identity or password_of(), **({"scope": scope} if scope else {})}
        return self("POST", "/v3/auth/tokens" + query, token, {"auth": auth})

    def enter(self, *args, **scope):
        reply = self.login(*args, **scope)
        assert reply.status == 201, reply.body
        return reply

    def look(self, token, subject, method="GET"):
        return self(method, "/v3/auth/tokens", token, X_Subject_Token=subject)


@pytest.fixture
def iam(server):
    load_fleet(server, fleet(user("alice", "wonder land"), user("bob", "builder"), user("carol")))
    return Iam(server)


def test_a_token_says_who_has_it_and_what_it_is_for(iam):
    reply = iam.enter(project={"name": REGION})
    token = reply.json["token"]
    assert token["methods"] == ["password"] and token["user"]["name"] == "alice" and token["user"]["domain"] == {
        "id": ACCOUNT, "name": NAME}
    assert len(token["user"]["id"]) == 32 and token["project"]["name"] == REGION and "domain" not in token
    endpoints = {service["type"]: service["endpoints"][0] for service in token["catalog"]}
    assert endpoints["ecs"]["url"] == f"{iam.server.url}/v1/{token['project']['id']}"
    assert endpoints["identity"]["url"] == iam.server.url + "/v3" and endpoints["identity"]["region"] == REGION
    assert iam.look(reply.token, reply.token).json == {"token": token}
    assert iam.enter(project={"id": token["project"]["id"]}).json["token"]["project"] == token["project"]

    whole = iam.enter(domain={"id": ACCOUNT}).json["token"]
    assert whole["domain"] == {"id": ACCOUNT, "name": NAME} and "project" not in whole
    assert all(service["type"] in ("ims", "image", "network") or "/v3" in service["endpoints"][0]["url"] for service in whole["catalog"])
    neither = iam.enter().json["token"]
    assert "domain" not in neither and "project" not in neither and neither["catalog"] == []
    assert "catalog" not in iam.enter(query="?nocatalog=true", project={"name": REGION}).json["token"]


def test_a_token_opens_what_a_signature_does(iam):
    reply = iam.enter(project={"name": REGION})
    project = reply.json["token"]["project"]["id"]
    made = iam("POST", f"/v2.1/{project}/cloudvolumes", reply.token, {"volume": {
        "availability_zone": REGION + "a", "volume_type": "SSD", "size": 10}})
    assert made.status == 202, made.body
    shown = iam("GET", f"/v2/{project}/cloudvolumes/{made.json['volume_ids'][0]}", reply.token)
    assert shown.json["volume"]["status"] == "available"
    others = [each["id"] for each in iam("GET", "/v3/projects", reply.token).json["projects"]]
    assert project in others
    for other in (others[1], "0" * 32):  # a token is for its project alone
        refused = iam("GET", f"/v1/{other}/cloudservers/x", reply.token)
        assert (refused.status, refused.json["error"]["code"]) == (400, "Ecs.0023")
    for token in (iam.enter(domain={"name": NAME}).token, iam.enter().token):
        assert iam("GET", f"/v1/{project}/cloudservers/x", token).json["error"]["code"] == "Ecs.0023"


def test_policies_hold_for_tokens(server):
    reader = {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["iam:*:*"]}]}
    load_fleet(server, fleet({"name": "alice", "password": "wonder land", "policies": [reader]}))
    iam = Iam(server)
    reply = iam.enter(project={"name": REGION})
    project = reply.json["token"]["project"]["id"]
    assert iam("GET", "/v3/projects", reply.token).status == 200
    refused = iam("GET", f"/v1/{project}/cloudservers/x", reply.token)
    assert (refused.status, refused.json["error"]["code"]) == (403, "Pdp.0001")


@pytest.mark.parametrize("identity", [
    password_of(password="wonder"), password_of(password="wonder land "), password_of(password=""), password_of("nobody"),
    password_of("ALICE"), password_of("carol", ""), password_of("carol", "carol"), password_of(domain={"name": "other"}),
    password_of(domain={"id": "1" * 32}), password_of("cleat", "cleat-secret"), password_of("bob"), password_of(NAME, "cleat-secret")])
def test_who_is_wrong_is_told_nothing_more(iam, identity):
    reply = iam.login(identity, project={"name": REGION})
    assert (reply.status, reply.json) == (401, WRONG) and "X-Subject-Token" not in reply.headers


@pytest.mark.parametrize("scope", [{"project": {"name": "nowhere"}}, {"project": {"id": "0" * 32}}, {"domain": {"name": "default"}},
                                   {"domain": {"id": "0" * 32}}, {"project": {"name": REGION, "domain": {"name": "default"}}},
                                   {"project": {"name": REGION, "domain": {"id": "0" * 32}}}])
def test_scopes_of_others_are_refused(iam, scope):
    reply = iam.login(**scope)
    assert (reply.status, reply.json) == (401, AUTHENTICATE)


@pytest.mark.parametrize("body", [
    {}, {"auth": {}}, {"auth": {"identity": {}}}, {"auth": {"identity": {"methods": []}}}, {"auth": {"identity": {"methods": ["totp"]}}},
    {"auth": {"identity": {"methods": ["password"]}}}, {"auth": {"identity": {"methods": ["password", "token"]}}},
    {"auth": {"identity": {"methods": "password", "password": {"user": {"name": "alice", "password": "wonder land"}}}}},
    {"auth": {"identity": password_of(domain={"x": "y"})}}, {"auth": {"identity": {"methods": ["token"], "token": {}}}},
    {"auth": {"identity": password_of(password="x" * 129)}}, {"auth": {"identity": password_of("x" * 65)}}, {"auth": []}, {"auth": "x"},
    {"auth": {"identity": password_of(password={"a": "b"})}}])
def test_bodies_that_say_nothing_of_use(iam, body):
    reply = iam("POST", "/v3/auth/tokens", body=body)
    assert (reply.status, reply.json) == (400, INVALID)


def test_bodies_that_are_none(iam):
    for body in (b"", b"{", b"[" * 100, b"\xff", b'{"auth":' * 20):
        status, _, text = iam.server.http("POST", "/v3/auth/tokens", body)
        assert (status, json.loads(text)) == (400, INVALID)


def test_a_token_gives_another_for_the_same_user_and_time(iam):
    first = iam.enter(domain={"name": NAME})
    second = iam.enter({"methods": ["token"], "token": {"id": first.token}}, project={"name": REGION})
    token = second.json["token"]
    assert (token["methods"], token["user"]["name"], token["expires_at"]) == \
        (["token"], "alice", first.json["token"]["expires_at"])
    third = iam.login({"methods": ["token"], "token": {}}, "", second.token)  # who has none in the body says it in a header
    assert third.status == 201 and third.json["token"]["user"]["name"] == "alice"
    refused = iam.login({"methods": ["token"], "token": {"id": first.token + "x"}})
    assert (refused.status, refused.json) == (401, AUTHENTICATE)


def test_tokens_are_looked_at_and_given_back(iam):
    alice, bob = iam.enter(domain={"name": NAME}).token, iam.enter(password_of("bob", "builder")).token
    other = iam.enter().token
    assert iam.look(alice, other, "HEAD").status == 200 and iam.look(alice, other).json["token"]["user"]["name"] == "alice"
    for method in ("GET", "HEAD", "DELETE"):
        assert iam.look(bob, alice, method).status == 403
        assert iam.look(alice, "MIIx", method).status == 404
        assert iam.look("MIIx", alice, method).status == 401
        assert iam(method, "/v3/auth/tokens", alice).status == 400
    assert iam.look(alice, other, "DELETE").status == 204
    assert iam.look(alice, other).status == 404 and iam.look(other, alice).status == 401
    assert iam.look(alice, alice, "DELETE").status == 204
    reply = iam("GET", "/v3/projects", alice)
    assert (reply.status, reply.json) == (401, AUTHENTICATE)
    reply = iam("GET", f"/v1/{'0' * 32}/cloudservers/x", alice)
    assert reply.json["error_msg"] == "Incorrect IAM authentication information: decrypt token fail"


def test_what_a_user_was_ends_with_it(iam):
    alice, bob = iam.enter().token, iam.enter(password_of("bob", "builder")).token
    load_fleet(iam.server, fleet(user("alice"), user("bob", "bricks"), user("carol", "carol")))
    assert iam("GET", "/v3/projects", alice).status == 200  # nothing was said of her password
    assert iam("GET", "/v3/projects", bob).status == 401
    assert iam.login(password_of("bob", "builder")).status == 401 and iam.login(password_of("bob", "bricks")).status == 201
    assert iam.login(password_of("carol", "carol")).status == 201
    load_fleet(iam.server, fleet(user("bob")))
    assert iam("GET", "/v3/projects", alice).status == 401 and iam.login().status == 401
    load_fleet(iam.server, fleet(user("alice", "wonder land")))
    assert iam("GET", "/v3/projects", alice).status == 401 and iam.login().status == 201


def test_passwords_survive_as_hashes(iam, make_server):
    assert "password" not in dump_fleet(iam.server)
    dump = dump_fleet(iam.server, "?secrets=true")
    assert "wonder land" not in dump and dump.count('"password_hash": "pbkdf2-sha256:') == 2
    again = make_server()
    load_fleet(again, dump)
    assert Iam(again).login().status == 201
    for wrong in ({"password_hash": "x"}, {"password_hash": "pbkdf2-sha256:1:0:0"}, {"password": "a", "password_hash": "b"},
                  {"password": ""}, {"password": "x" * 129}):
        load_fleet(again, fleet({"name": "alice", **wrong}), 400)


def test_nothing_is_kept_of_passwords_and_tokens(make_server):
    """Not in the files of the store, the log or the list of calls."""
    server = make_server(durable=True)
    load_fleet(server, fleet(user("alice", "wonder land")))
    iam = Iam(server)
    token = iam.enter(domain={"name": NAME}).token
    iam.enter({"methods": ["token"], "token": {"id": token}})
    iam.look(token, token)
    calls = json.dumps(server.control("GET", "/_cleat/journal?all=true"))
    server.kill9()
    kept = b"".join(path.read_bytes() for path in server.data.rglob("*") if path.is_file())
    assert "KeystoneCreateUserTokenByPassword" in calls and b"alice" in kept
    for secret in ("wonder land", token):
        assert secret not in calls and secret not in server.log and secret.encode() not in kept
    server.start()
    assert Iam(server)("GET", "/v3/projects", token).status == 200  # it is known all the same


def test_the_development_key_is_a_user_as_well(server):
    iam = Iam(server)
    for name in ("cleat", "default"):
        reply = iam.enter(password_of(name, "cleat-secret", {"name": "default"}), project={"name": REGION})
        assert reply.json["token"]["roles"] == [{"id": "0", "name": "te_admin"}, {"id": "0", "name": "secu_admin"}]
        assert iam("GET", "/v3/projects", reply.token).status == 200


def test_only_so_many_tokens_of_a_user_are_valid(iam):
    first, bob = iam.enter().token, iam.enter(password_of("bob", "builder")).token
    again = {"methods": ["token"], "token": {"id": iam.enter(domain={"name": NAME}).token}}
    for _ in range(998):
        iam.enter(again)
    assert iam("GET", "/v3/projects", first).status == 200
    iam.enter(again)
    assert iam("GET", "/v3/projects", first).status == 401
    assert iam("GET", "/v3/projects", again["token"]["id"]).status == 200 and iam("GET", "/v3/projects", bob).status == 200


def test_the_catalogue_and_versions(iam):
    scoped, whole = iam.enter(project={"name": REGION}), iam.enter(domain={"name": NAME})
    for reply in (scoped, whole):
        shown = iam("GET", "/v3/auth/catalog", reply.token).json
        assert shown["catalog"] == reply.json["token"]["catalog"]
        assert shown["links"]["self"] == iam.server.url + "/v3/auth/catalog"
    version = iam("GET", "/v3").json["version"]
    assert version["links"] == [{"rel": "self", "href": iam.server.url + "/v3/"}] and version == iam("GET", "/v3/").json["version"]
    assert iam("GET", "/", Accept="application/json").json == {"versions": {"values": [version]}}
    assert b"MissingAction" in iam("GET", "/").body  # of the other cloud, as ever


def test_what_has_expired_says_so(make_server):
    """Tokens and temporary keys live by the machine's clock, which no test moves: they are made old in the store."""
    server = make_server(durable=True)
    load_fleet(server, fleet(user("alice", "wonder land")))
    iam = Iam(server)
    reply = iam.enter(project={"name": REGION})
    project = reply.json["token"]["project"]["id"]
    key = iam("POST", "/v3.0/OS-CREDENTIAL/securitytokens", reply.token, {"auth": {"identity": {"methods": ["token"]}}}).json["credential"]
    edit_store(server, ("UPDATE token SET expires_at = ?", (int(time.time() - 60) * 1000,)),
               ("UPDATE temporary_key SET expires_at = ?", (int(time.time() - 60) * 1000,)))
    path = f"/v1/{project}/cloudservers/x"
    refused = iam("GET", path, reply.token)
    assert (refused.status, refused.json["error_code"]) == (401, "APIGW.0301"), refused.body
    assert "token expires, expires_at: " in refused.json["error_msg"]
    refused = iam("GET", "/v3/projects", reply.token)
    assert (refused.status, refused.json) == (401, AUTHENTICATE), refused.body
    given = {"host": server.endpoint, "x-sdk-date": date(), "x-security-token": key["securitytoken"]}
    refused = iam("GET", path, **signed("GET", path, given, b"", key["access"], key["secret"]))
    assert (refused.status, refused.json["error_code"]) == (401, "APIGW.0301"), refused.body
    assert refused.json["error_msg"].endswith("x-security-token expires")
