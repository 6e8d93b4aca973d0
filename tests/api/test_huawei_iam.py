"""IAM by the vendor's own Python client, with keys and with tokens: projects, users, keys, and temporary keys."""

import time

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkecs.v2 import EcsClient
from huaweicloudsdkecs.v2 import model as ecs
from huaweicloudsdkiam.v3 import IamClient
from huaweicloudsdkiam.v3 import model as iam

from cloud import edit_store, fleet_of, load_fleet
from test_huawei_tokens import ACCOUNT, ALLOW_ALL, NAME, REGION, Iam

SERVER = "00000000-0000-4000-8000-000000000001"
READ = {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["iam:*:*", "ecs:cloudServers:get"]}]}
NOBODY = "0" * 32


def fleet():
    return fleet_of(id=ACCOUNT, realm="huawei", name=NAME, access_keys=[{"id": "root", "secret": "root-secret", "description": "own"}],
                    users=[{"name": "alice", "password": "wonder land", "policies": [ALLOW_ALL],
                            "access_keys": [{"id": "alice", "secret": "alice-secret"}, {"id": "old", "secret": "x", "state": "disabled"}]},
                           {"name": "reader", "policies": [READ], "access_keys": [{"id": "reader", "secret": "reader-secret"}]}],
                    roles=[{"name": "operator", "policies": [ALLOW_ALL]}])


@pytest.fixture
def cloud(server):
    load_fleet(server, fleet())
    return server


def client(server, key="root", secret="root-secret", token=None):
    credentials = GlobalCredentials(key, secret, ACCOUNT)
    if token:
        credentials = credentials.with_security_token(token)
    return IamClient.new_builder().with_credentials(credentials).with_endpoint(server.url).build()


def servers(server, key, secret, token=None):
    project = client(server).keystone_list_projects(iam.KeystoneListProjectsRequest(name=REGION)).projects[0].id
    credentials = BasicCredentials(key, secret, project)
    if token:
        credentials = credentials.with_security_token(token)
    return EcsClient.new_builder().with_credentials(credentials).with_region(Region(REGION, server.url)).build()


def refused(call, *wanted):
    with pytest.raises(ClientRequestException) as error:
        call()
    got = error.value.status_code, error.value.error_code, error.value.error_msg
    assert got[:len(wanted)] == wanted, got
    return got


def login(server, **scope):
    return client(server).keystone_create_user_token_by_password(iam.KeystoneCreateUserTokenByPasswordRequest(
        body=iam.KeystoneCreateUserTokenByPasswordRequestBody(auth=iam.PwdAuth(
            identity=iam.PwdIdentity(methods=["password"], password=iam.PwdPassword(user=iam.PwdPasswordUser(
                domain=iam.PwdPasswordUserDomain(name=NAME), name="alice", password="wonder land"))),
            scope=iam.AuthScope(**scope)))))


def test_tokens_by_the_client(cloud):
    reply = login(cloud, project=iam.AuthScopeProject(name=REGION))
    assert reply.token.user.name == "alice" and reply.token.project.name == REGION and reply.x_subject_token.startswith("MII")
    shown = client(cloud).keystone_validate_token(iam.KeystoneValidateTokenRequest(x_subject_token=reply.x_subject_token))
    assert shown.token.to_dict() == reply.token.to_dict()
    scoped = client(cloud).keystone_create_scoped_token(iam.KeystoneCreateScopedTokenRequest(
        body=iam.KeystoneCreateScopedTokenRequestBody(auth=iam.ScopedTokenAuth(
            identity=iam.ScopedTokenIdentity(methods=["token"], token=iam.ScopedToken(id=reply.x_subject_token)),
            scope=iam.TokenSocpeOption(domain=iam.ScopeDomainOption(id=ACCOUNT))))))
    assert scoped.token.domain.id == ACCOUNT and scoped.token.user.id == reply.token.user.id


def test_projects_are_made_and_changed(cloud):
    iams = client(cloud)
    region = iams.keystone_list_projects(iam.KeystoneListProjectsRequest(name=REGION)).projects[0]

    def make(name=REGION + "_tests", parent=region.id, **more):
        return iams.keystone_create_project(iam.KeystoneCreateProjectRequest(body=iam.KeystoneCreateProjectRequestBody(
            project=iam.KeystoneCreateProjectOption(name=name, parent_id=parent, **more)))).project

    made = make(description="of the tests")
    assert (made.name, made.parent_id, made.domain_id, made.enabled, made.description) == \
        (REGION + "_tests", region.id, ACCOUNT, True, "of the tests")
    shown = iams.keystone_show_project(iam.KeystoneShowProjectRequest(project_id=made.id)).project
    assert (shown.id, shown.name, shown.parent_id) == (made.id, made.name, region.id)
    assert [each.id for each in iams.keystone_list_projects(iam.KeystoneListProjectsRequest(parent_id=region.id)).projects] == [made.id]
    assert made.id in [each.id for each in iams.keystone_list_auth_projects(iam.KeystoneListAuthProjectsRequest()).projects]
    refused(make, 409, 409, f"Conflict occurred attempting to store project: {made.name}.")
    for wrong in (dict(name="tests"), dict(name=REGION), dict(name=REGION + "_"), dict(name="cn-east-3_x"), dict(name=REGION + "_a b"),
                  dict(name=REGION + "_" + "x" * 60), dict(name=REGION + "_x", parent=made.id), dict(name=REGION + "_x", description="x" * 256)):
        refused(lambda wrong=wrong: make(**wrong), 400)
    refused(lambda: make(REGION + "_x", NOBODY), 404)
    refused(lambda: make(REGION + "_x", domain_id=NOBODY), 403)
    refused(lambda: iams.keystone_show_project(iam.KeystoneShowProjectRequest(project_id=NOBODY)), 404, 404,
            f"Could not find project: {NOBODY}.")

    api, token = Iam(cloud), login(cloud, domain=iam.AuthScopeDomain(name=NAME)).x_subject_token
    changed = api("PATCH", f"/v3/projects/{made.id}", token, {"project": {"name": REGION + "_new", "description": ""}})
    assert changed.status == 200 and (changed.json["project"]["name"], changed.json["project"]["description"]) == (REGION + "_new", "")
    again = make()
    for project, body, status in ((again.id, {"name": REGION + "_new"}, 409), (region.id, {"name": REGION + "_other"}, 400),
                                  (again.id, {"name": "x"}, 400), (NOBODY, {"description": "x"}, 404), (again.id, {"name": ""}, 400)):
        assert api("PATCH", f"/v3/projects/{project}", token, {"project": body}).status == status
    volume = api("POST", f"/v2.1/{made.id}/cloudvolumes", Iam(cloud).enter(project={"id": made.id}).token,
                 {"volume": {"availability_zone": REGION + "a", "volume_type": "SSD", "size": 10}})
    assert volume.status == 202


def test_projects_have_a_limit_and_pages(cloud):
    iams, api = client(cloud), Iam(cloud)
    token = login(cloud, domain=iam.AuthScopeDomain(name=NAME)).x_subject_token
    region = iams.keystone_list_projects(iam.KeystoneListProjectsRequest(name=REGION)).projects[0]
    there = len(iams.keystone_list_projects(iam.KeystoneListProjectsRequest()).projects)
    for i in range(there, 101):
        reply = api("POST", "/v3/projects", token, {"project": {"name": f"{REGION}_{i}", "parent_id": region.id}})
        assert reply.status == (201 if i < 100 else 403), reply.body
    everything = [each["id"] for each in api("GET", "/v3/projects", token).json["projects"]]
    pages = [api("GET", f"/v3/projects?page={page}&per_page=30", token).json["projects"] for page in range(1, 6)]
    assert [len(page) for page in pages] == [30, 30, 30, 10, 0]
    assert [each["id"] for page in pages for each in page] == everything
    for query in ("page=0&per_page=1", "page=1&per_page=0", "page=1&per_page=5001", "page=x&per_page=1"):
        assert api("GET", "/v3/projects?" + query, token).status == 400
    assert api("GET", "/v3/projects?enabled=false", token).json["projects"] == []
    assert api("GET", "/v3/projects?is_domain=false&enabled=true", token).json["projects"] != []


def test_domains_and_users(cloud):
    iams, api = client(cloud), Iam(cloud)
    reply = login(cloud, domain=iam.AuthScopeDomain(name=NAME))
    token, alice = reply.x_subject_token, reply.token.user.id
    domain, = iams.keystone_list_auth_domains(iam.KeystoneListAuthDomainsRequest()).domains
    assert (domain.id, domain.name, domain.enabled) == (ACCOUNT, NAME, True)
    assert api("GET", f"/v3/domains/{ACCOUNT}", token).json["domain"]["name"] == NAME
    assert api("GET", f"/v3/domains/{NOBODY}", token).status == 404
    users = iams.keystone_list_users(iam.KeystoneListUsersRequest()).users
    assert [each.name for each in users] == [NAME, "alice", "reader"] and all(each.domain_id == ACCOUNT for each in users)
    assert [each.id for each in iams.keystone_list_users(iam.KeystoneListUsersRequest(name="alice")).users] == [alice]
    assert iams.keystone_list_users(iam.KeystoneListUsersRequest(enabled=False)).users == []
    assert iams.keystone_show_user(iam.KeystoneShowUserRequest(user_id=alice)).user.name == "alice"
    refused(lambda: iams.keystone_show_user(iam.KeystoneShowUserRequest(user_id=NOBODY)), 404, 404, f"Could not find user: {NOBODY}.")


def test_permanent_keys_are_shown_without_secrets(cloud):
    iams = client(cloud)
    own, = iams.list_permanent_access_keys(iam.ListPermanentAccessKeysRequest()).credentials
    assert (own.access, own.user_id, own.status, own.description) == ("root", ACCOUNT, "active", "own")
    alice = login(cloud, domain=iam.AuthScopeDomain(name=NAME)).token.user.id
    keys = iams.list_permanent_access_keys(iam.ListPermanentAccessKeysRequest(user_id=alice)).credentials
    assert [(each.access, each.status) for each in keys] == [("alice", "active"), ("old", "inactive")]
    hers = client(cloud, "alice", "alice-secret").list_permanent_access_keys(iam.ListPermanentAccessKeysRequest()).credentials
    assert [each.access for each in hers] == ["alice", "old"]
    shown = iams.show_permanent_access_key(iam.ShowPermanentAccessKeyRequest(access_key="old")).credential
    assert (shown.access, shown.status) == ("old", "inactive")
    refused(lambda: iams.show_permanent_access_key(iam.ShowPermanentAccessKeyRequest(access_key="cleat")), 404)
    refused(lambda: iams.list_permanent_access_keys(iam.ListPermanentAccessKeysRequest(user_id=NOBODY)), 404)


def temporary(iams, policy=None, agency=None, **more):
    if agency:
        body = iam.CreateTemporaryAccessKeyByAgencyRequestBody(auth=iam.AgencyAuth(identity=iam.AgencyAuthIdentity(
            methods=["assume_role"], policy=policy, assume_role=iam.IdentityAssumerole(agency_name=agency, **more))))
        return iams.create_temporary_access_key_by_agency(iam.CreateTemporaryAccessKeyByAgencyRequest(body=body)).credential
    body = iam.CreateTemporaryAccessKeyByTokenRequestBody(auth=iam.TokenAuth(identity=iam.TokenAuthIdentity(
        methods=["token"], policy=policy, token=iam.IdentityToken(**more))))
    return iams.create_temporary_access_key_by_token(iam.CreateTemporaryAccessKeyByTokenRequest(body=body)).credential


def show_server(ecs_client):
    return refused(lambda: ecs_client.show_server(ecs.ShowServerRequest(server_id=SERVER)))


NOT_THERE = (404, "Ecs.0114", "The ECS does not exist.")  # that is, it may be looked for


def test_temporary_keys_need_their_token(cloud):
    key = temporary(client(cloud, "alice", "alice-secret"))
    assert show_server(servers(cloud, key.access, key.secret, key.securitytoken)) == NOT_THERE
    missing = refused(lambda: client(cloud, key.access, key.secret).keystone_list_auth_domains(iam.KeystoneListAuthDomainsRequest()))
    assert missing == (401, "APIGW.0301", "Incorrect IAM authentication information: x-security-token not found")
    other = temporary(client(cloud))
    for token, says in ((other.securitytoken, "x-security-token is that of another ak"), ("x", "decrypt token fail")):
        got = show_server(servers(cloud, key.access, key.secret, token))
        assert got == (401, "APIGW.0301", "Incorrect IAM authentication information: " + says)
    got = show_server(servers(cloud, key.access, "x", key.securitytoken))
    assert got[:2] == (401, "APIGW.0301") and "verify aksk signature fail" in got[2]


def test_temporary_keys_may_do_what_their_maker_and_policy_may(cloud):
    policy = iam.ServicePolicy(version="1.1", statement=[iam.ServiceStatement(
        action=["iam:*:*"], effect="Allow", resource=["*"], condition={"StringEquals": {"g:UserName": ["alice"]}})])
    narrow = temporary(client(cloud, "alice", "alice-secret"), policy)
    assert show_server(servers(cloud, narrow.access, narrow.secret, narrow.securitytoken)) == \
        (403, "Pdp.0001", "Policy doesn't allow ecs:cloudServers:get to be performed.")
    limited = client(cloud, narrow.access, narrow.secret, narrow.securitytoken)
    assert limited.keystone_list_users(iam.KeystoneListUsersRequest()).users
    refused(lambda: temporary(limited), 403)  # the policy cannot be got rid of
    reader = temporary(client(cloud, "reader", "reader-secret"))
    assert show_server(servers(cloud, reader.access, reader.secret, reader.securitytoken)) == NOT_THERE
    got = refused(lambda: servers(cloud, reader.access, reader.secret, reader.securitytoken).list_flavors(ecs.ListFlavorsRequest()))
    assert got[:2] == (403, "Pdp.0001")


def test_temporary_keys_of_agencies(cloud):
    key = temporary(client(cloud), agency="operator", domain_name=NAME, duration_seconds=86400)
    assert show_server(servers(cloud, key.access, key.secret, key.securitytoken)) == NOT_THERE
    refused(lambda: temporary(client(cloud), agency="nobody"), 404)
    refused(lambda: temporary(client(cloud), agency="operator", domain_id=NOBODY), 403)
    load_fleet(cloud, fleet_of(id=ACCOUNT, realm="huawei", name=NAME, roles=[{"name": "operator", "policies": [ALLOW_ALL]}], users=[
        {"name": "reader", "access_keys": [{"id": "reader", "secret": "reader-secret"}],
         "policies": [{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["iam:users:*"]}]}]}]))
    refused(lambda: temporary(client(cloud, "reader", "reader-secret"), agency="operator"), 403)
    temporary(client(cloud, "reader", "reader-secret"))  # for oneself it takes no permission


@pytest.mark.parametrize("seconds, status", [(899, 400), (900, None), (86400, None), (86401, 400)])
def test_temporary_keys_last_so_long(cloud, seconds, status):
    for agency in (None, "operator"):
        if status:
            refused(lambda agency=agency: temporary(client(cloud), agency=agency, duration_seconds=seconds), status)
        else:
            assert temporary(client(cloud), agency=agency, duration_seconds=seconds).expires_at.endswith("000Z")


@pytest.mark.parametrize("identity", [
    {}, {"methods": []}, {"methods": ["password"]}, {"methods": ["token", "assume_role"]}, {"methods": ["assume_role"]},
    {"methods": ["token"], "policy": {}}, {"methods": ["token"], "policy": "x"}, {"methods": ["token"], "policy": {"Version": "9"}},
    {"methods": ["token"], "policy": {**READ, "Statement": [{"Effect": "Allow", "Action": ["iam:*:*"] * 300}]}}])
def test_temporary_keys_that_are_not_well_asked_for(cloud, identity):
    token = login(cloud, domain=iam.AuthScopeDomain(name=NAME)).x_subject_token
    reply = Iam(cloud)("POST", "/v3.0/OS-CREDENTIAL/securitytokens", token, {"auth": {"identity": identity}})
    assert (reply.status, reply.json["error"]["message"]) == (400, "The request body is invalid"), reply.body


def test_temporary_keys_have_a_limit(make_server):
    server = make_server(durable=True)
    load_fleet(server, fleet())
    temporary(client(server))
    edit_store(server, (
        "INSERT INTO temporary_key (id, account, secret, token, role, session, policy, created_by, created_at, expires_at) "
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) "
        "SELECT 'STS.' || i, ?, 's', 't' || i, 'r', 's', '', 'k', 0, ? FROM n", (ACCOUNT, int(time.time() + 600) * 1000)))
    for agency in (None, "operator"):
        refused(lambda agency=agency: temporary(client(server), agency=agency), 429, 429,
                "The number of temporary access keys has reached the limit.")


def test_temporary_keys_survive_a_kill(make_server):
    server = make_server(durable=True)
    load_fleet(server, fleet())
    key = temporary(client(server, "alice", "alice-secret"))
    server.kill9()
    server.start()
    assert show_server(servers(server, key.access, key.secret, key.securitytoken)) == NOT_THERE
    load_fleet(server, fleet_of(id=ACCOUNT, realm="huawei", name=NAME, access_keys=[{"id": "root", "secret": "root-secret"}], users=[]))
    got = show_server(servers(server, key.access, key.secret, key.securitytoken))
    assert got == (401, "APIGW.0301", f"Incorrect IAM authentication information: ak {key.access} is disabled")
