"""Tokens, the catalogue, projects, users and temporary keys of the second dialect: as plain HTTP, and with its official SDK and
OpenStack's client, unmodified."""

import concurrent.futures
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys

import pytest
from huaweicloudsdkcore.auth.credentials import GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkiam.v3 import IamClient
from huaweicloudsdkiam.v3 import model as iam

from cloud import fleet_of, load_fleet
from huawei_raw import REGION, Raw, date, signed

ACCOUNT, OTHER = "2000000000000071", "2000000000000072"
PASSWORD, SECRET = "a long password, ü", "cleat-secret"
WRONG = (401, "Unauthorized", "The username or password is wrong.")
NOT_IN = (401, "Unauthorized", "The request you have made requires authentication.")
AUTH = "Incorrect IAM authentication information: "


def policy(*statements):
    return {"Version": "1.1", "Statement": [{"Effect": effect, "Action": list(actions)} for effect, *actions in statements]}


def fleet(**more):
    return {"cleat_fleet": 1, "accounts": [
        {"id": ACCOUNT, "name": "acme", "realm": "huawei", "password": PASSWORD, "access_keys": [{"id": "acme", "secret": SECRET}],
         "users": [{"name": "alice", "id": "a1", "password": "alice's", "access_keys": [{"id": "alice", "secret": SECRET}],
                    "policies": [policy(("Allow", "iam:projects:listProjects", "evs:*:*"))]},
                   {"name": "bob", "id": "b1", "access_keys": [{"id": "bob", "secret": SECRET}]}],
         "roles": [{"name": "reader", "policies": [policy(("Allow", "iam:projects:listProjects"))]}], **more},
        {"id": OTHER, "name": "umbrella", "realm": "huawei", "password": "another", "access_keys": [{"id": "umbrella", "secret": SECRET}]}]}


class Iam:
    def __init__(self, server):
        self.server, self.raw = server, Raw(server, "acme", SECRET)

    def ask(self, method, target, body=None, token=None, **headers):
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            given["X-Auth-Token"] = token
        return self.raw.send(method, target, json.dumps(body).encode() if body is not None else b"", given)

    def login(self, user="acme", password=PASSWORD, domain="acme", scope=None, target="/v3/auth/tokens"):
        who = user if isinstance(user, dict) else {"name": user, "domain": {"name": domain}}
        auth = {"identity": {"methods": ["password"], "password": {"user": {**who, "password": password}}}}
        return self.ask("POST", target, {"auth": {**auth, "scope": scope} if scope else auth})

    def again(self, token, scope=None):
        return self.ask("POST", "/v3/auth/tokens", {"auth": {
            "identity": {"methods": ["token"], "token": {"id": token}}, **({"scope": scope} if scope else {})}})

    def token(self, *args, **more):
        reply = self.login(*args, **more)
        assert reply.status == 201, reply.text
        return reply.headers["x-subject-token"]

    def projects(self, token):
        return self.ask("GET", f"/v3/projects?name={REGION}", token=token)


HERE = {"project": {"name": REGION}}


@pytest.fixture(scope="module")
def shared(make_module_server):
    server = make_module_server()
    load_fleet(server, fleet())
    return Iam(server)


@pytest.fixture
def own(make_server):
    server = make_server()
    load_fleet(server, fleet())
    return Iam(server)


# ---- tokens ----


def test_a_token_says_all_of_what_it_is_for(shared):
    reply = shared.login(scope=HERE)
    token = reply.json["token"]
    project = shared.raw.project
    assert reply.status == 201 and len(reply.headers["x-subject-token"]) == 96
    assert (token["methods"], token["project"], "domain" in token) == (
        ["password"], {"id": project, "name": REGION, "domain": {"id": ACCOUNT, "name": "acme"}}, False)
    assert token["user"] == {"domain": {"id": ACCOUNT, "name": "acme"}, "id": ACCOUNT, "name": "acme", "password_expires_at": ""}
    assert token["roles"] == [{"id": "0", "name": "te_admin"}]
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000Z"
    assert re.fullmatch(moment, token["issued_at"]) and re.fullmatch(moment, token["expires_at"])
    urls = {each["type"]: [one["url"] for one in each["endpoints"] if one["region_id"] == REGION] for each in token["catalog"]}
    assert urls["ecs"] == [f"{shared.server.url}/v1/{project}"] and urls["identity"] == [f"{shared.server.url}/v3"]
    assert urls["compute"] == [f"{shared.server.url}/v2.1/{project}"]
    assert all({each["interface"] for each in service["endpoints"]} == {"public"} for service in token["catalog"])


@pytest.mark.parametrize("user", [{"id": ACCOUNT}, {"name": "acme", "domain": {"id": ACCOUNT}}, {"id": "a1"},
                                  {"name": "alice", "domain": {"name": "acme"}}])
def test_users_are_named_in_several_ways(shared, user):
    password = PASSWORD if "acme" in str(user.get("name")) or user.get("id") == ACCOUNT else "alice's"
    for scope in (None, {"domain": {"name": "acme"}}, {"domain": {"id": ACCOUNT}}):
        token = shared.login(user, password, scope=scope).json["token"]
        assert token["domain"] == {"id": ACCOUNT, "name": "acme"} and "project" not in token
        assert {each["type"] for each in token["catalog"]} == {"identity"}
    for project in ({"id": shared.raw.project}, {"name": REGION}, {"name": REGION, "domain": {"id": ACCOUNT}}):
        assert shared.login(user, password, scope={"project": project}).json["token"]["project"]["id"] == shared.raw.project


@pytest.mark.parametrize("user, password, domain", [
    ("acme", PASSWORD[:-1], "acme"), ("acme", PASSWORD + "x", "acme"), ("acme", "another", "acme"), ("acme", PASSWORD, "umbrella"),
    ("nobody", PASSWORD, "acme"), ("acme", PASSWORD, "nowhere"), ("alice", PASSWORD, "acme"), ("bob", "", "acme"), ("bob", "x", "acme"),
    ("acme", SECRET, "acme"), ("umbrella", "pbkdf2-sha256$1$0$0", "umbrella")])
def test_wrong_passwords(shared, user, password, domain):
    reply = shared.login(user, password, domain)
    assert reply.fault == (WRONG if password else (400, "Bad Request", "The request body is invalid")), reply.text
    assert "x-subject-token" not in reply.headers and "title" in reply.json["error"]


@pytest.mark.parametrize("scope", [{"project": {"name": "nowhere"}}, {"project": {"id": "0" * 32}}, {"domain": {"name": "umbrella"}},
                                   {"project": {"name": REGION, "domain": {"name": "umbrella"}}}, {"domain": {"id": OTHER}}])
def test_places_that_are_not_the_user_s(shared, scope):
    assert shared.login(scope=scope).fault == NOT_IN
    other = Raw(shared.server, "umbrella", SECRET).project
    assert shared.login(scope={"project": {"id": other}}).fault == NOT_IN


@pytest.mark.parametrize("body", [
    {}, {"auth": {}}, {"auth": {"identity": {}}}, {"auth": {"identity": {"methods": []}}}, {"auth": {"identity": {"methods": ["password"]}}},
    {"auth": {"identity": {"methods": ["totp"]}}}, {"auth": {"identity": {"methods": ["token"]}}}, {"auth": []}, {"auth": "x"},
    {"auth": {"identity": {"methods": ["password", "totp"], "password": {"user": {"id": ACCOUNT, "password": PASSWORD}}}}},
    {"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": ACCOUNT}}}}},
    {"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": ACCOUNT, "password": "x" * 129}}}}},
    {"auth": {"identity": {"methods": ["token"], "token": {"id": "x" * 4097}}}},
    {"auth": {"identity": {"methods": "password"}}}, {"auth": {"identity": {"methods": ["password"], "password": {"user": []}}}}])
def test_bodies_that_ask_for_no_token(shared, body):
    assert shared.ask("POST", "/v3/auth/tokens", body).fault == (400, "Bad Request", "The request body is invalid")


def test_tokens_are_taken_instead_of_signatures(shared):
    token = shared.token(scope=HERE)
    assert [each["name"] for each in shared.projects(token).json["projects"]] == [REGION]
    assert shared.ask("GET", f"/v1/{shared.raw.project}/jobs/x", token=token).fault[:2] == (400, "Common.0011")
    made = shared.ask("POST", f"/v2.1/{shared.raw.project}/cloudvolumes",
                      {"volume": {"availability_zone": REGION + "a", "volume_type": "SSD", "size": 10}}, token)
    assert made.status == 202, made.text
    for method, word in (("GET", "Show"), ("DELETE", "none")):
        reply = shared.ask(method, f"/v2/{shared.raw.project}/cloudvolumes/{made.json['volume_ids'][0]}", token=token)
        assert reply.status in (200, 404) and (method != "GET" or reply.json["volume"]["status"] == "available"), word


def test_a_token_is_for_its_own_project(shared):
    other = shared.raw("GET", "/v3/projects?name=cn-east-3").json["projects"][0]["id"]
    for token in (shared.token(scope=HERE), shared.token()):
        assert shared.ask("GET", f"/v1/{other}/jobs/x", token=token).fault == (
            400, "Ecs.0023", "project_id in token mismatches with project_id in url.")
        assert shared.ask("GET", f"/v2/{other}/cloudvolumes/x", token=token).fault[:2] == (400, "Common.0018")
    moved = shared.again(shared.token(scope=HERE), {"project": {"id": other}})
    assert moved.json["token"]["methods"] == ["token"]
    assert shared.ask("GET", f"/v1/{other}/jobs/x", token=moved.headers["x-subject-token"]).fault[:2] == (400, "Common.0011")


@pytest.mark.parametrize("token", ["x", "x" * 96, "x" * 4096, "x" * 5000, "MII", "'; DROP TABLE token", "é" * 40])
def test_what_is_no_token(shared, token):
    token = token.encode("utf-8").decode("latin-1")
    reply = shared.projects(token)
    assert reply.fault == (401, "APIGW.0301", AUTH + "decrypt token fail"), reply.text
    assert reply.headers["server"] == "api-gateway" and reply.json["request_id"] == reply.headers["x-request-id"]
    if token.isascii() and len(token) <= 4096:
        assert shared.again(token).fault == NOT_IN
    assert shared.ask("GET", "/v3/projects").fault == (401, "APIGW.0301", AUTH + "x-auth-token not found")
    assert shared.ask("GET", "/v3/projects", X_Auth_Token="").fault == (401, "APIGW.0301", AUTH + "x-auth-token not found")


def test_tokens_are_looked_at_and_ended(shared):
    token, mine = shared.token(scope=HERE), shared.token("alice", "alice's")
    shown = shared.ask("GET", "/v3/auth/tokens", token=token, X_Subject_Token=mine)
    assert (shown.status, shown.json["token"]["user"]["name"], shown.headers["x-subject-token"]) == (200, "alice", mine)
    assert shared.ask("HEAD", "/v3/auth/tokens", token=mine, X_Subject_Token=mine).status == 200
    assert shared.ask("GET", "/v3/auth/tokens", token=mine, X_Subject_Token=token).fault == (
        403, "Forbidden", "You are not authorized to perform the requested action.")
    assert shared.ask("GET", "/v3/auth/tokens", token=token, X_Subject_Token="x" * 96).fault[:2] == (404, "Not Found")
    assert shared.ask("GET", "/v3/auth/tokens", token=token).fault[:2] == (400, "Bad Request")
    theirs = shared.token("umbrella", "another", "umbrella")
    assert shared.ask("GET", "/v3/auth/tokens", token=theirs, X_Subject_Token=token).status == 404
    assert shared.ask("DELETE", "/v3/auth/tokens", token=theirs, X_Subject_Token=token).status == 404
    empty = shared.ask("GET", "/v3/auth/tokens?nocatalog=1", token=token, X_Subject_Token=token).json["token"]["catalog"]
    assert empty == [] == shared.login(target="/v3/auth/tokens?nocatalog=x").json["token"]["catalog"]
    ended = shared.ask("DELETE", "/v3/auth/tokens", token=token, X_Subject_Token=mine)
    assert (ended.status, ended.body) == (204, b"")
    assert shared.projects(mine).fault[1] == "APIGW.0301" and shared.projects(token).status == 200
    assert shared.again(mine).fault == NOT_IN


def test_a_token_of_a_token_lasts_no_longer(shared):
    first = shared.login()
    later = shared.again(first.headers["x-subject-token"], HERE)
    assert later.json["token"]["expires_at"] == first.json["token"]["expires_at"]
    assert later.json["token"]["project"]["name"] == REGION


def database(server):
    return sqlite3.connect(next(pathlib.Path(server.data).glob("*.db")))


def test_tokens_survive_the_server_s_end_and_expire(make_server):
    server = make_server(durable=True)
    load_fleet(server, fleet())
    iam_ = Iam(server)
    token, ended, old = iam_.token(scope=HERE), iam_.token(), iam_.token("alice", "alice's")
    assert iam_.ask("DELETE", "/v3/auth/tokens", token=token, X_Subject_Token=ended).status == 204
    server.kill9()
    with database(server) as connection:
        rows = connection.execute("SELECT hash, user, expires_at - created_at FROM token").fetchall()
        assert len(rows) == 2 and {life for _, _, life in rows} == {24 * 3600 * 1000}
        assert not any(text in str(row) for row in rows for text in (token, ended, old))
        connection.execute("UPDATE token SET expires_at = created_at - 1 WHERE user = 'a1'")
    connection.close()
    server.start()
    assert iam_.projects(token).status == 200
    assert iam_.projects(ended).fault == (401, "APIGW.0301", AUTH + "decrypt token fail")
    status, code, message = iam_.projects(old).fault
    assert (status, code) == (401, "APIGW.0301")
    assert re.fullmatch(re.escape(AUTH) + r"token expires, expires_at: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", message)
    assert iam_.again(old).fault == NOT_IN
    assert iam_.ask("GET", "/v3/auth/tokens", token=token, X_Subject_Token=old).status == 404


def test_a_user_has_only_so_many_tokens(make_server):
    server = make_server(durable=True)
    load_fleet(server, fleet())
    iam_ = Iam(server)
    token = iam_.token()
    server.kill9()
    with database(server) as connection:
        connection.executemany(
            "INSERT INTO token (hash, account, user, project, methods, created_at, expires_at) "
            "SELECT ?, account, user, project, methods, created_at, expires_at FROM token WHERE length(hash) = 64",
            [(str(n),) for n in range(9998)])
    connection.close()
    server.start()
    assert iam_.login().status == 201
    assert iam_.login().fault[:2] == iam_.again(token).fault[:2] == (429, "Too Many Requests")
    assert iam_.login("alice", "alice's").status == 201
    assert iam_.ask("DELETE", "/v3/auth/tokens", token=token, X_Subject_Token=token).status == 204
    assert iam_.login().status == 201


def test_a_password_given_anew_ends_tokens(own):
    token, other = own.token(), own.token("alice", "alice's")
    load_fleet(own.server, fleet())
    dumped = own.server.control("GET", "/_cleat/fleet?secrets=true")
    assert own.projects(token).status == own.projects(other).status == 401
    token = own.token()
    load_fleet(own.server, dumped)  # the same again
    assert own.projects(token).status == 200
    assert own.server.control("GET", "/_cleat/fleet?secrets=true") == dumped
    kept = {"cleat_fleet": 1, "accounts": [{"id": ACCOUNT, "realm": "huawei", "name": "acme"}]}
    load_fleet(own.server, kept)
    assert own.projects(token).status == 200 and own.login().status == 201


def test_no_secret_is_told(own):
    token = own.token()
    dump = json.dumps(own.server.control("GET", "/_cleat/fleet"))
    journal = json.dumps(own.server.control("GET", "/_cleat/journal"))
    for text in (own.server.log, dump, journal):
        assert PASSWORD not in text and token not in text and "pbkdf2" not in text
    assert "iam.KeystoneCreateUserTokenByPassword" in journal
    secrets = json.dumps(own.server.control("GET", "/_cleat/fleet?secrets=true"))
    assert "pbkdf2-sha256$" in secrets and PASSWORD not in secrets


def test_users_that_are_gone_have_no_tokens(own):
    token = own.token("alice", "alice's")
    assert own.projects(token).status == 200
    load_fleet(own.server, fleet(users=[]))
    assert own.projects(token).fault == (401, "APIGW.0301", AUTH + "decrypt token fail")


def test_many_at_once(shared):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda n: Iam(shared.server).login(password=PASSWORD if n % 2 else "x").status, range(8)))
    assert replies == [401, 201] * 4


def test_the_development_key_s_secret_is_a_password(make_server):
    server = make_server()
    raw = Raw(server)
    domain = raw("GET", "/v3/auth/domains").json["domains"][0]
    reply = Iam.login(type("", (), {"ask": Iam.ask, "raw": raw})(), domain["name"], SECRET, domain["name"], HERE)
    assert reply.status == 201 and reply.json["token"]["project"]["id"] == raw.project


# ---- what a token's user may do ----


def test_policies_hold_for_tokens(shared):
    token = shared.token("alice", "alice's", scope=HERE)
    assert shared.projects(token).status == 200
    assert shared.ask("GET", f"/v1/{shared.raw.project}/jobs/x", token=token).fault[:2] == (403, "Pdp.0001")
    assert shared.ask("GET", "/v3/users", token=token).status == 403
    assert shared.ask("POST", "/v3/projects", {"project": {"name": REGION + "_x"}}, token).status == 403


# ---- the catalogue, versions, projects, users ----


def test_versions_are_open_to_all(shared):
    for path, status in (("/", 300), ("/v3", 200), ("/v3/", 200), ("/v2.1/", 200)):
        assert shared.ask("GET", path).status == status
    assert shared.ask("GET", "/").json["versions"]["values"] == [shared.ask("GET", "/v3").json["version"]]
    assert "MissingAction" in shared.ask("GET", "/?x=y").text or "RequestId" in shared.ask("GET", "/?x=y").text


def test_the_catalogue(shared):
    here = shared.ask("GET", "/v3/auth/catalog", token=shared.token(scope=HERE)).json
    assert here["catalog"] == shared.login(scope=HERE).json["token"]["catalog"]
    assert here["links"] == {"self": f"{shared.server.url}/v3/auth/catalog"}
    assert [each["type"] for each in shared.raw("GET", "/v3/auth/catalog").json["catalog"]] == ["identity"]


def test_projects_are_made_and_changed(own):
    raw = own.raw
    made = raw("POST", "/v3/projects", {"project": {"name": f"{REGION}_web", "parent_id": raw.project, "description": "d"}})
    project = made.json["project"]
    assert (made.status, project["name"], project["parent_id"], project["enabled"], project["domain_id"]) == (
        201, f"{REGION}_web", raw.project, True, ACCOUNT)
    assert raw("GET", f"/v3/projects/{project['id']}").json["project"] == project
    assert [each["id"] for each in raw("GET", f"/v3/projects?parent_id={raw.project}").json["projects"]] == [project["id"]]
    assert raw("POST", "/v3/projects", {"project": {"name": f"{REGION}_web"}}).fault[:2] == (409, "Conflict")
    changed = raw("PATCH", f"/v3/projects/{project['id']}", {"project": {"name": f"{REGION}_app"}})
    assert changed.json["project"] == {**project, "name": f"{REGION}_app"}
    changed = raw("PATCH", f"/v3/projects/{project['id']}", {"project": {"description": ""}})
    assert changed.json["project"] == {**project, "name": f"{REGION}_app", "description": ""}
    token = own.token(scope={"project": {"name": f"{REGION}_app"}})
    volume = own.ask("POST", f"/v2.1/{project['id']}/cloudvolumes",
                     {"volume": {"availability_zone": REGION + "a", "volume_type": "SSD", "size": 10}}, token).json["volume_ids"][0]
    assert own.ask("GET", f"/v2/{project['id']}/cloudvolumes/{volume}", token=token).status == 200
    assert raw("GET", f"/v2/{{project}}/cloudvolumes/{volume}").status == 404
    for path in ("/v3/projects", "/v3/auth/projects"):
        assert project["id"] in [each["id"] for each in raw("GET", path).json["projects"]]
    others = Raw(own.server, "umbrella", SECRET)
    for method in ("GET", "PATCH"):
        body = {"project": {"description": "x"}} if method == "PATCH" else b""
        assert others(method, f"/v3/projects/{project['id']}", body).fault[:2] == (404, "Not Found")


@pytest.mark.parametrize("name, status", [
    ("web", 400), (REGION, 400), (REGION + "_", 400), (REGION + "web", 400), (REGION + "_we b", 400), (REGION + "_" + "x" * 60, 400),
    ("nowhere_web", 400), ("", 400), (None, 400)])
def test_names_that_no_project_has(shared, name, status):
    assert shared.raw("POST", "/v3/projects", {"project": {"name": name}}).status == status
    assert shared.raw("PATCH", f"/v3/projects/{shared.raw.project}", {"project": {"name": REGION + "_web"}}).fault[:2] == (403, "Forbidden")


def test_parents_that_are_no_region_s_project(shared):
    other = shared.raw("GET", "/v3/projects?name=cn-east-3").json["projects"][0]["id"]
    for parent in (other, "0" * 32, Raw(shared.server, "umbrella", SECRET).project):
        body = {"project": {"name": REGION + "_never", "parent_id": parent}}
        assert shared.raw("POST", "/v3/projects", body).fault[:2] == (404, "Not Found")


def test_an_account_has_only_so_many_projects(own):
    statuses = {own.raw("POST", "/v3/projects", {"project": {"name": f"{REGION}_{n}"}}).status for n in range(94)}
    assert statuses == {201}
    assert own.raw("POST", "/v3/projects", {"project": {"name": f"{REGION}_more"}}).fault[:2] == (403, "Forbidden")


def test_users_are_listed_and_shown(shared):
    users = shared.raw("GET", "/v3/users").json["users"]
    assert [(each["id"], each["name"]) for each in users] == [(ACCOUNT, "acme"), ("a1", "alice"), ("b1", "bob")]
    assert shared.raw("GET", "/v3/users/a1").json["user"] == users[1]
    assert shared.raw("GET", f"/v3/users/{ACCOUNT}").json["user"] == users[0]
    assert [each["id"] for each in shared.raw("GET", "/v3/users?name=bob").json["users"]] == ["b1"]
    assert shared.raw("GET", "/v3/users?enabled=false").json["users"] == []
    for user in ("nobody", OTHER, "reader"):
        assert shared.raw("GET", f"/v3/users/{user}").fault[:2] == (404, "Not Found")
    assert [each["name"] for each in shared.raw("GET", "/v3/domains").json["domains"]] == ["acme"]


# ---- temporary keys ----


def temporary(shared, identity, token=None, raw=None):
    body = {"auth": {"identity": identity}}
    return shared.ask("POST", "/v3.0/OS-CREDENTIAL/securitytokens", body, token) if token else \
        (raw or shared.raw)("POST", "/v3.0/OS-CREDENTIAL/securitytokens", body)


def with_key(shared, credential, method="GET", target=f"/v3/projects?name={REGION}", token=True, body=b""):
    headers = {"host": shared.server.endpoint, "x-sdk-date": date()}
    if token:
        headers["x-security-token"] = credential["securitytoken"] if token is True else token
    return shared.raw.send(method, target, body, signed(method, target, headers, body, credential["access"], credential["secret"]))


BY_TOKEN = {"methods": ["token"], "token": {"duration_seconds": 900}}


def test_temporary_keys_need_their_security_token(shared):
    credential = temporary(shared, BY_TOKEN).json["credential"]
    other = temporary(shared, {"methods": ["token"]}).json["credential"]
    assert set(credential) == {"access", "secret", "securitytoken", "expires_at"}
    assert with_key(shared, credential).status == with_key(shared, other).status == 200
    assert with_key(shared, credential, token=False).fault == (401, "APIGW.0301", AUTH + "x-security-token not found")
    assert with_key(shared, credential, token="x").fault == (401, "APIGW.0301", AUTH + "decrypt token fail")
    assert with_key(shared, credential, token=other["securitytoken"]).fault[:2] == (401, "APIGW.0301")
    # It is not signed by some clients, and taken all the same.
    headers = signed("GET", "/v3/projects", {"x-sdk-date": date()}, b"", credential["access"], credential["secret"])
    assert shared.raw.send("GET", "/v3/projects", headers={**headers, "X-Security-Token": credential["securitytoken"]}).status == 200


def test_temporary_keys_act_for_the_token_s_user(shared):
    token = shared.token("alice", "alice's", scope=HERE)
    for reply in (temporary(shared, BY_TOKEN, token), temporary(shared, {"methods": ["token"], "token": {"id": token}}),
                  temporary(shared, BY_TOKEN, raw=Raw(shared.server, "alice", SECRET))):
        assert reply.status == 201, reply.text
        assert with_key(shared, reply.json["credential"]).status == 200
        assert with_key(shared, reply.json["credential"], target=f"/v1/{shared.raw.project}/jobs/x").fault[:2] == (403, "Pdp.0001")


def test_a_policy_limits_a_temporary_key_further(shared):
    limited = temporary(shared, {**BY_TOKEN, "policy": policy(("Allow", "ecs:*:*"), ("Deny", "iam:*:*"))}).json["credential"]
    assert with_key(shared, limited).status == 403
    assert with_key(shared, limited, target=f"/v1/{shared.raw.project}/jobs/x").fault[:2] == (400, "Common.0011")
    for wrong in ({}, {"Version": "9", "Statement": []}, "x", [], {"Version": "1.1"}):
        assert temporary(shared, {**BY_TOKEN, "policy": wrong}).fault[:2] == (400, "Bad Request")


def test_roles_are_taken(shared):
    role = {"agency_name": "reader", "domain_name": "acme", "session_user": {"name": "session"}}
    credential = temporary(shared, {"methods": ["assume_role"], "assume_role": role}).json["credential"]
    assert with_key(shared, credential).status == 200
    assert with_key(shared, credential, target="/v3/users").status == 403
    for change, status in (({"agency_name": "nobody"}, 404), ({"domain_name": "umbrella"}, 403), ({"domain_id": OTHER}, 403),
                           ({"agency_name": ""}, 400), ({"agency_name": None}, 400)):
        assert temporary(shared, {"methods": ["assume_role"], "assume_role": {**role, **change}}).status == status, change


def test_temporary_keys_make_no_others(shared):
    credential = temporary(shared, BY_TOKEN).json["credential"]
    body = json.dumps({"auth": {"identity": BY_TOKEN}}).encode()
    assert with_key(shared, credential, "POST", "/v3.0/OS-CREDENTIAL/securitytokens", body=body).status == 403


@pytest.mark.parametrize("seconds, status", [(899, 400), (900, 201), (86400, 201), (86401, 400), ("x", 400)])
def test_how_long_temporary_keys_last(shared, seconds, status):
    assert temporary(shared, {"methods": ["token"], "token": {"duration_seconds": seconds}}).status == status


def test_temporary_keys_survive_the_server_s_end(make_server):
    server = make_server(durable=True)
    load_fleet(server, fleet())
    iam_ = Iam(server)
    mine = temporary(iam_, BY_TOKEN).json["credential"]
    hers = temporary(iam_, BY_TOKEN, iam_.token("alice", "alice's")).json["credential"]
    server.kill9()
    server.start()
    assert with_key(iam_, mine, target="/v3/users").status == 200
    assert with_key(iam_, hers).status == 200 and with_key(iam_, hers, target="/v3/users").status == 403
    load_fleet(server, fleet(users=[]))
    assert with_key(iam_, hers).fault[:2] == (401, "APIGW.0301") and with_key(iam_, mine).status == 200


# ---- official clients ----


def test_huawei_s_sdk(shared):
    client = IamClient.new_builder().with_credentials(GlobalCredentials("acme", SECRET).with_iam_endpoint(shared.server.url)) \
        .with_endpoint(shared.server.url).build()
    user = iam.PwdPasswordUser(domain=iam.PwdPasswordUserDomain(name="acme"), name="alice", password="alice's")
    answer = client.keystone_create_user_token_by_password(iam.KeystoneCreateUserTokenByPasswordRequest(
        body=iam.KeystoneCreateUserTokenByPasswordRequestBody(auth=iam.PwdAuth(
            identity=iam.PwdIdentity(methods=["password"], password=iam.PwdPassword(user=user)),
            scope=iam.AuthScope(project=iam.AuthScopeProject(name=REGION))))))
    assert (answer.token.user.name, answer.token.project.id) == ("alice", shared.raw.project)
    checked = client.keystone_validate_token(iam.KeystoneValidateTokenRequest(x_subject_token=answer.x_subject_token))
    assert checked.token.user.id == "a1" and checked.token.catalog
    assert {each.name for each in client.keystone_list_projects(iam.KeystoneListProjectsRequest()).projects} >= {REGION}
    assert client.keystone_list_auth_projects(iam.KeystoneListAuthProjectsRequest()).projects
    assert client.keystone_show_project(iam.KeystoneShowProjectRequest(project_id=shared.raw.project)).project.name == REGION
    assert client.keystone_show_catalog(iam.KeystoneShowCatalogRequest()).catalog[0].type == "identity"
    assert client.keystone_show_version(iam.KeystoneShowVersionRequest()).version.id == "v3.6"
    assert [each.name for each in client.keystone_list_users(iam.KeystoneListUsersRequest()).users] == ["acme", "alice", "bob"]
    assert client.keystone_show_user(iam.KeystoneShowUserRequest(user_id="b1")).user.name == "bob"
    made = client.keystone_create_project(iam.KeystoneCreateProjectRequest(body=iam.KeystoneCreateProjectRequestBody(
        project=iam.KeystoneCreateProjectOption(name=REGION + "_sdk", parent_id=shared.raw.project)))).project
    assert client.keystone_update_project(iam.KeystoneUpdateProjectRequest(
        project_id=made.id, body=iam.KeystoneUpdateProjectRequestBody(
            project=iam.KeystoneUpdateProjectOption(description="changed")))).project.description == "changed"
    credential = client.create_temporary_access_key_by_token(iam.CreateTemporaryAccessKeyByTokenRequest(
        body=iam.CreateTemporaryAccessKeyByTokenRequestBody(auth=iam.TokenAuth(identity=iam.TokenAuthIdentity(
            methods=["token"], token=iam.IdentityToken(id=answer.x_subject_token, duration_seconds=900)))))).credential
    hers = GlobalCredentials(credential.access, credential.secret, ACCOUNT).with_security_token(credential.securitytoken)
    hers = IamClient.new_builder().with_credentials(hers).with_endpoint(shared.server.url).build()
    assert hers.keystone_list_projects(iam.KeystoneListProjectsRequest(name=REGION)).projects[0].id == shared.raw.project
    with pytest.raises(ClientRequestException) as refused:
        hers.keystone_list_users(iam.KeystoneListUsersRequest())
    assert refused.value.status_code == 403


@pytest.fixture
def openstack(shared, tmp_path):
    program = pathlib.Path(sys.executable).parent / "openstack"
    env = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
    env.update(OS_AUTH_URL=shared.server.url, OS_USERNAME="acme", OS_PASSWORD=PASSWORD, OS_USER_DOMAIN_NAME="acme",
               OS_PROJECT_NAME=REGION, OS_PROJECT_DOMAIN_NAME="acme", OS_REGION_NAME=REGION, OS_IDENTITY_API_VERSION="3",
               HOME=str(tmp_path), NO_PROXY="*")

    def run(*words, status=0, **more):
        done = subprocess.run([program, *words], env={**env, **more}, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        return json.loads(done.stdout) if status == 0 and "json" in words else done.stdout + done.stderr

    return run


@pytest.mark.parametrize("url", ["", "/v3"])
def test_openstack_s_client(shared, openstack, url):
    url = {"OS_AUTH_URL": shared.server.url + url}
    token = openstack("token", "issue", "-f", "json", **url)
    assert (token["project_id"], token["user_id"]) == (shared.raw.project, ACCOUNT)
    assert shared.projects(token["id"]).status == 200
    assert {"ecs", "compute", "identity"} <= {each["Type"] for each in openstack("catalog", "list", "-f", "json", **url)}
    names = {each["Name"]: each["ID"] for each in openstack("project", "list", "-f", "json", **url)}
    assert names[REGION] == shared.raw.project
    assert openstack("project", "show", REGION, "-f", "json", **url)["id"] == shared.raw.project
    assert {each["Name"] for each in openstack("user", "list", "-f", "json", **url)} == {"acme", "alice", "bob"}
    openstack("token", "revoke", token["id"], **url)
    assert shared.projects(token["id"]).status == 401
    assert "HTTP 401" in openstack("token", "issue", status=1, OS_PASSWORD="wrong")
