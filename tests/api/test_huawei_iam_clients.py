"""Huawei Cloud's official SDK of IAM and OpenStack's own command, unmodified, log in and go on with their tokens."""

import json
import os
import pathlib
import subprocess
import sys

import pytest
from huaweicloudsdkcore.auth.credentials import GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkiam.v3 import IamClient
from huaweicloudsdkiam.v3 import model as iam

from cloud import load_fleet
from huawei_raw import REGION, Raw

ACCOUNT, OTHER, DOMAIN = "2000000000000073", "2000000000000074", "acme"
PASSWORD, SECRET = "a long password, ü", "cleat-secret"
ALLOW_ALL = {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["*:*:*"]}]}
READ_PROJECTS = {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["iam:projects:listProjects"]}]}
SLOWER = float(os.environ.get("CLEAT_SLOWER", "1"))


@pytest.fixture(scope="module")
def server(make_module_server):
    made = make_module_server()
    load_fleet(made, {"cleat_fleet": 1, "accounts": [{
        "id": ACCOUNT, "name": DOMAIN, "realm": "huawei", "access_keys": [{"id": "acme", "secret": SECRET}],
        "users": [{"name": "alice", "id": "a1", "password": PASSWORD, "policies": [ALLOW_ALL]},
                  {"name": "bob", "id": "b1", "password": "bob's", "policies": [READ_PROJECTS]}]},
        {"id": OTHER, "name": "other", "realm": "huawei", "access_keys": [{"id": "other", "secret": SECRET}],
         "users": [{"name": "eve", "id": "e1", "password": PASSWORD, "policies": [ALLOW_ALL]}]}]})
    return made


@pytest.fixture(scope="module")
def project(server):
    return Raw(server, "acme", SECRET).project


# ---- the SDK ----


@pytest.fixture
def sdk(server):
    return IamClient.new_builder().with_credentials(GlobalCredentials("acme", SECRET).with_iam_endpoint(server.url)) \
        .with_endpoint(server.url).build()


def login(sdk, name="alice", password=PASSWORD, scope=None, domain=DOMAIN):
    user = iam.PwdPasswordUser(domain=iam.PwdPasswordUserDomain(name=domain), name=name, password=password)
    return sdk.keystone_create_user_token_by_password(iam.KeystoneCreateUserTokenByPasswordRequest(
        body=iam.KeystoneCreateUserTokenByPasswordRequestBody(auth=iam.PwdAuth(
            identity=iam.PwdIdentity(methods=["password"], password=iam.PwdPassword(user=user)),
            scope=scope or iam.AuthScope(project=iam.AuthScopeProject(name=REGION))))))


def test_the_sdk_logs_in(server, sdk, project):
    answer = login(sdk)
    assert (answer.token.user.name, answer.token.user.id, answer.token.user.domain.id) == ("alice", "a1", ACCOUNT)
    assert (answer.token.project.id, answer.token.project.domain.name, answer.token.methods) == (project, DOMAIN, ["password"])
    urls = {each.type: each.endpoints[0].url for each in answer.token.catalog}
    assert urls["ecs"] == f"{server.url}/v1/{project}" and urls["compute"] == f"{server.url}/v2.1/{project}"
    whole = login(sdk, scope=iam.AuthScope(domain=iam.AuthScopeDomain(name=DOMAIN))).token
    assert whole.domain.id == ACCOUNT and whole.project is None


def test_the_sdk_scopes_a_token_anew_and_looks_at_it(sdk, project):
    first = login(sdk, scope=iam.AuthScope(domain=iam.AuthScopeDomain(id=ACCOUNT)))
    scoped = sdk.keystone_create_scoped_token(iam.KeystoneCreateScopedTokenRequest(
        body=iam.KeystoneCreateScopedTokenRequestBody(auth=iam.ScopedTokenAuth(
            identity=iam.ScopedTokenIdentity(methods=["token"], token=iam.ScopedToken(id=first.x_subject_token)),
            scope=iam.TokenSocpeOption(project=iam.ScopeProjectOption(id=project))))))
    assert scoped.token.project.id == project and scoped.token.expires_at == first.token.expires_at
    seen = sdk.keystone_validate_token(iam.KeystoneValidateTokenRequest(x_subject_token=scoped.x_subject_token))
    assert (seen.token.user.id, seen.token.project.id) == ("a1", project) and seen.token.catalog
    with pytest.raises(ClientRequestException) as refused:
        sdk.keystone_validate_token(iam.KeystoneValidateTokenRequest(x_subject_token="x" * 160))
    assert refused.value.status_code == 404


@pytest.mark.parametrize("name, password", [("alice", "bob's"), ("bob", PASSWORD), ("carol", PASSWORD)])
def test_the_sdk_is_told_what_was_wrong(sdk, name, password):
    with pytest.raises(ClientRequestException) as refused:
        login(sdk, name, password)
    assert (refused.value.status_code, refused.value.error_msg) == (401, "The username or password is wrong.")


def test_the_sdk_finds_versions_and_the_catalogue(server, sdk):
    assert sdk.keystone_show_version(iam.KeystoneShowVersionRequest()).version.links[0].href.startswith(f"{server.url}/v3")
    assert sdk.keystone_list_versions(iam.KeystoneListVersionsRequest()).versions.values
    assert "identity" in [each.type for each in sdk.keystone_show_catalog(iam.KeystoneShowCatalogRequest()).catalog]


def temporary(sdk, **token):
    return sdk.create_temporary_access_key_by_token(iam.CreateTemporaryAccessKeyByTokenRequest(
        body=iam.CreateTemporaryAccessKeyByTokenRequestBody(auth=iam.TokenAuth(identity=iam.TokenAuthIdentity(
            methods=["token"], token=iam.IdentityToken(**token)))))).credential


def with_key(server, key, token=None):
    return IamClient.new_builder().with_credentials(
        GlobalCredentials(key.access, key.secret, ACCOUNT).with_security_token(token or key.securitytoken)).with_endpoint(server.url).build()


def test_a_temporary_key_of_a_token_is_its_user_s(server, sdk):
    """Whoever signs the request: an account that passes a user's token on gets a key for the user, not for itself."""
    bobs = temporary(sdk, id=login(sdk, "bob", "bob's").x_subject_token)
    its_own = temporary(sdk)
    for key, may in ((bobs, False), (its_own, True)):
        client = with_key(server, key)
        assert client.keystone_list_projects(iam.KeystoneListProjectsRequest(name=REGION)).projects
        if may:
            assert client.keystone_list_users(iam.KeystoneListUsersRequest()).users
            continue
        with pytest.raises(ClientRequestException) as refused:
            client.keystone_list_users(iam.KeystoneListUsersRequest())
        assert refused.value.status_code == 403


def test_a_temporary_key_of_no_token_of_the_account(sdk):
    whole = iam.AuthScope(domain=iam.AuthScopeDomain(name="other"))
    for token in ("x", "x" * 160, login(sdk, "eve", scope=whole, domain="other").x_subject_token):
        with pytest.raises(ClientRequestException) as refused:
            temporary(sdk, id=token)
        assert (refused.value.status_code, refused.value.error_msg) == (401, "The request you have made requires authentication.")


# ---- OpenStack's command ----


@pytest.fixture
def openstack(server, tmp_path):
    env = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
    env.update(OS_AUTH_URL=f"{server.url}/v3", OS_USERNAME="alice", OS_PASSWORD=PASSWORD, OS_USER_DOMAIN_NAME=DOMAIN,
               OS_PROJECT_NAME=REGION, OS_PROJECT_DOMAIN_NAME=DOMAIN, OS_REGION_NAME=REGION, OS_IDENTITY_API_VERSION="3",
               HOME=str(tmp_path), NO_PROXY="*")

    def run(*words, status=0, **more):
        done = subprocess.run([pathlib.Path(sys.executable).parent / "openstack", *words], env={**env, **more}, cwd=tmp_path,
                              capture_output=True, text=True, check=False, timeout=120 * SLOWER)
        assert done.returncode == status, done.stderr
        return json.loads(done.stdout) if status == 0 and "json" in words else done.stdout + done.stderr

    return run


def test_openstack_logs_in_and_out(server, openstack, project):
    token = openstack("token", "issue", "-f", "json")
    assert (token["project_id"], token["user_id"]) == (project, "a1")

    def status():
        return server.http("GET", f"/v1/{project}/jobs/x", headers={"X-Auth-Token": token["id"]})[0]

    assert status() == 400  # there is no such job
    openstack("token", "revoke", token["id"])
    assert status() == 401
    assert "HTTP 401" in openstack("token", "issue", status=1, OS_PASSWORD=PASSWORD[:-1])
    assert "HTTP 401" in openstack("token", "issue", status=1, OS_PROJECT_NAME="nowhere")


@pytest.mark.parametrize("path", ["", "/v3", "/v3/"])
def test_openstack_finds_its_way(server, openstack, project, path):
    """From wherever it is told to begin."""
    url = {"OS_AUTH_URL": server.url + path}
    found = {each["Type"]: each["Endpoints"] for each in openstack("catalog", "list", "-f", "json", **url)}
    assert f"{server.url}/v2.1/{project}" in json.dumps(found["compute"])
    assert {each["Name"]: each["ID"] for each in openstack("project", "list", "-f", "json", **url)}[REGION] == project


def test_openstack_goes_on_with_a_token(openstack, project):
    token = openstack("token", "issue", "-f", "json")["id"]
    by_token = {"OS_AUTH_TYPE": "v3token", "OS_TOKEN": token, "OS_USERNAME": "", "OS_PASSWORD": "", "OS_USER_DOMAIN_NAME": ""}
    assert openstack("token", "issue", "-f", "json", **by_token)["project_id"] == project
    assert REGION in openstack("project", "list", **by_token)


def test_openstack_with_the_development_key(make_server, openstack):
    made = make_server()
    raw = Raw(made)
    domain = raw("GET", "/v3/auth/domains").json["domains"][0]["name"]
    token = openstack("token", "issue", "-f", "json", OS_AUTH_URL=f"{made.url}/v3", OS_USERNAME=domain, OS_PASSWORD=SECRET,
                      OS_USER_DOMAIN_NAME=domain, OS_PROJECT_DOMAIN_NAME=domain)
    assert token["project_id"] == raw.project
