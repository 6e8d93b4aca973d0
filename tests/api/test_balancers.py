"""SLB and RDS: load balancers with what stands behind them, database instances with who may reach them."""

import json
import subprocess

import pytest
from alibabacloud_rds20140815 import models as rds_models
from alibabacloud_rds20140815.client import Client as RdsClient
from alibabacloud_slb20140515 import models as slb_models
from alibabacloud_slb20140515.client import Client as SlbClient
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkrds.request.v20140815.DescribeDBInstanceIPArrayListRequest import DescribeDBInstanceIPArrayListRequest
from aliyunsdkrds.request.v20140815.DescribeDBInstancesRequest import DescribeDBInstancesRequest
from aliyunsdkslb.request.v20140515.AddBackendServersRequest import AddBackendServersRequest
from aliyunsdkslb.request.v20140515.DescribeLoadBalancerAttributeRequest import DescribeLoadBalancerAttributeRequest
from aliyunsdkslb.request.v20140515.RemoveBackendServersRequest import RemoveBackendServersRequest
from aliyunsdkslb.request.v20140515.SetLoadBalancerStatusRequest import SetLoadBalancerStatusRequest

import shapes
import signing
from conftest import BINARY, WRAPPER
from cloud import REGION, UUID, Cloud, fleet_of, fleet_set, load_fleet
from products import RDS, SLB, ask, refused

VENDOR = {version: json.loads((shapes.DATA / f"aliyun_{name}_shapes.json").read_text("utf-8"))
          for version, name in ((SLB, "slb"), (RDS, "rds"))}

INSTANCES = [*({"id": f"i-{n}", "private_ip": f"172.16.0.{n}"} for n in range(1, 5)), {"id": "i-off", "state": "stopped"},
             {"id": "i-far", "region": "cn-beijing"}]
BALANCERS = [{"id": "lb-1", "name": "front", "created_at": "2026-01-01T00:00:00Z", "vpc": "vpc-1", "vswitch": "vsw-1",
              "listeners": ["tcp:80", "https:443"], "backends": [{"instance": "i-1", "weight": 50, "description": "first"}]},
             {"id": "lb-locked", "status": "locked", "backends": [{"instance": "i-1"}]},
             {"id": "lb-far", "region": "cn-beijing", "address_type": "intranet"}]
DBS = [{"id": "rm-1", "description": "orders", "vpc": "vpc-1", "vswitch": "vsw-1", "created_at": "2026-01-01T00:00:00Z",
        "ip_arrays": [{"name": "default", "addresses": ["172.16.0.1", "10.0.0.0/8"]},
                      {"name": "tools", "attribute": "hidden", "addresses": ["10.1.1.1"], "created_at": "2100-01-01T00:00:00Z"}]},
       {"id": "rm-2", "status": "rebooting", "engine": "PostgreSQL", "created_at": "2026-01-02T00:00:00Z", "charge_type": "pre-paid",
        "expires_at": "2030-01-01T00:00:00Z", "resource_group": "rg-1"},
       {"id": "rm-far", "region": "cn-beijing", "engine": "SQLServer", "created_at": "2026-01-03T00:00:00Z"},
       {"id": "rm-4", "engine": "MariaDB", "zone": "cn-hangzhou-i", "status": "class-changing", "created_at": "2026-01-04T00:00:00Z",
        "class": "mariadb.x", "engine_version": "10.6"}]


@pytest.fixture
def here(own_cloud):
    """A client of a server of its own with the things above."""
    client = own_cloud()
    load_fleet(client.server, fleet_of(instances=INSTANCES, load_balancers=BALANCERS, db_instances=DBS))
    return client


def call(cloud, version, action, region=REGION, **parameters):
    """The reply, the same in both formats where the call changes nothing, held against the vendor's shape."""
    parameters = {"RegionId": region, **parameters}
    reply = ask(cloud, version, action, parameters)
    assert reply.status == 200, reply.text
    value, shape = reply.json, VENDOR[version][action]
    assert UUID.fullmatch(value.pop("RequestId"))
    shapes.check_shape(value, shape, action)
    if action.startswith("Describe"):
        in_xml = ask(cloud, version, action, parameters, xml=True).xml
        assert in_xml.tag == action + "Response"
        in_xml = shapes.read_xml(in_xml, shape, action)
        assert UUID.fullmatch(in_xml.pop("RequestId")) and in_xml == value
    return value


def attribute(cloud, balancer="lb-1", **more):
    return call(cloud, SLB, "DescribeLoadBalancerAttribute", LoadBalancerId=balancer, **more)


def behind(cloud, balancer="lb-1"):
    return [(each["ServerId"], each["Weight"]) for each in attribute(cloud, balancer, region=None)["BackendServers"]["BackendServer"]]


def change(cloud, action, servers, balancer="lb-1", **more):
    text = servers if isinstance(servers, str) else json.dumps(servers)
    return call(cloud, SLB, action, LoadBalancerId=balancer, BackendServers=text, **more)


def databases(cloud, **filters):
    return [each["DBInstanceId"] for each in call(cloud, RDS, "DescribeDBInstances", **filters)["Items"]["DBInstance"]]


# ---- load balancers


def test_what_is_shown_of_a_load_balancer(here):
    assert attribute(here) == {
        "LoadBalancerId": "lb-1", "LoadBalancerName": "front", "LoadBalancerStatus": "active", "RegionId": REGION,
        "RegionIdAlias": REGION, "MasterZoneId": "cn-hangzhou-b", "SlaveZoneId": "", "Address": "203.0.113.1",
        "AddressType": "internet", "AddressIPVersion": "ipv4", "NetworkType": "vpc", "VpcId": "vpc-1", "VSwitchId": "vsw-1",
        "ResourceGroupId": "", "CreateTime": "2026-01-01T00:00:00Z", "CreateTimeStamp": 1767225600000, "PayType": "PayOnDemand",
        "InternetChargeType": "paybytraffic", "DeleteProtection": "off",
        "ListenerPorts": {"ListenerPort": [80, 443]},
        "ListenerPortsAndProtocol": {"ListenerPortAndProtocol": [{"ListenerPort": 80, "ListenerProtocol": "tcp"},
                                                                 {"ListenerPort": 443, "ListenerProtocol": "https"}]},
        "ListenerPortsAndProtocal": {"ListenerPortAndProtocal": [{"ListenerPort": 80, "ListenerProtocal": "tcp"},
                                                                 {"ListenerPort": 443, "ListenerProtocal": "https"}]},
        "BackendServers": {"BackendServer": [{"ServerId": "i-1", "Weight": 50, "Type": "ecs", "ServerIp": "172.16.0.1",
                                              "Description": "first"}]}}
    far = attribute(here, "lb-far", region="cn-beijing")
    assert (far["AddressType"], far["NetworkType"], far["ListenerPorts"]) == ("intranet", "classic", {"ListenerPort": []})
    assert attribute(here, "lb-locked")["LoadBalancerStatus"] == "locked"


def test_backends_are_added_and_removed(here):
    reply = change(here, "AddBackendServers", [{"ServerId": "i-2", "Weight": "0", "Type": "ecs", "Description": "second",
                                                "Port": "80", "ServerIp": "172.16.0.2"},
                                               {"ServerId": "i-3", "Weight": 7}, {"ServerId": "i-4"}, {"ServerId": "i-3"}])
    assert reply["LoadBalancerId"] == "lb-1"
    added = {each["ServerId"]: (each["Weight"], each["Type"], each["Description"]) for each in reply["BackendServers"]["BackendServer"]}
    assert added == {"i-1": ("50", "ecs", "first"), "i-2": ("0", "ecs", "second"), "i-3": ("7", "ecs", ""), "i-4": ("100", "ecs", "")}
    assert behind(here) == [("i-1", 50), ("i-2", 0), ("i-3", 7), ("i-4", 100)]
    reply = change(here, "RemoveBackendServers", [{"ServerId": "i-1", "Weight": "x"}, {"ServerId": "i-9"}, {"ServerId": "i-2"}])
    assert [(each["ServerId"], each["Weight"]) for each in reply["BackendServers"]["BackendServer"]] == [("i-3", 7), ("i-4", 100)]
    change(here, "RemoveBackendServers", ["i-3"])
    change(here, "RemoveBackendServers", ["i-3"])
    assert behind(here) == [("i-4", 100)]


def test_a_released_instance_leaves(here):
    here.DeleteInstance(InstanceId="i-1", Force=True)
    assert behind(here) == [] and behind(here, "lb-locked") == []


def test_status_is_set_and_shown(here):
    for status in ("inactive", "inactive", "active"):
        call(here, SLB, "SetLoadBalancerStatus", LoadBalancerId="lb-1", LoadBalancerStatus=status)
        assert attribute(here)["LoadBalancerStatus"] == status
    change(here, "RemoveBackendServers", ["i-1"])
    fleet_set(here.server, "lb-1", status="locked")
    assert attribute(here)["LoadBalancerStatus"] == "locked"


def test_what_was_answered_is_there_after_a_kill(own_cloud):
    client = own_cloud(durable=True)
    load_fleet(client.server, fleet_of(instances=INSTANCES, load_balancers=BALANCERS))
    change(client, "AddBackendServers", [{"ServerId": "i-2", "Weight": 3}])
    call(client, SLB, "SetLoadBalancerStatus", LoadBalancerId="lb-1", LoadBalancerStatus="inactive")
    client.server.kill9()
    client.server.start()
    assert behind(client) == [("i-1", 50), ("i-2", 3)]
    assert attribute(client)["LoadBalancerStatus"] == "inactive"


# ---- database instances


def test_what_is_shown_of_a_database_instance(here):
    reply = call(here, RDS, "DescribeDBInstances", DBInstanceId="rm-1")
    assert (reply["PageNumber"], reply["PageRecordCount"], reply["TotalRecordCount"]) == (1, 1, 1)
    assert reply["Items"]["DBInstance"] == [{
        "DBInstanceId": "rm-1", "DBInstanceDescription": "orders", "DBInstanceStatus": "Running", "DBInstanceType": "Primary",
        "DBInstanceClass": "mysql.n2.medium.1", "Engine": "MySQL", "EngineVersion": "8.0", "RegionId": REGION,
        "ZoneId": "cn-hangzhou-b", "InstanceNetworkType": "VPC", "DBInstanceNetType": "Intranet", "ConnectionMode": "Standard",
        "ConnectionString": "rm-1.mysql.rds.aliyuncs.com", "PayType": "Postpaid", "CreateTime": "2026-01-01T00:00:00Z",
        "ExpireTime": "", "LockMode": "Unlock", "ResourceGroupId": "", "VpcId": "vpc-1", "VSwitchId": "vsw-1",
        "MutriORsignle": False, "DeletionProtection": False}]
    (two,) = call(here, RDS, "DescribeDBInstances", DBInstanceId="rm-2")["Items"]["DBInstance"]
    assert (two["DBInstanceStatus"], two["PayType"], two["ExpireTime"], two["InstanceNetworkType"], two["ConnectionString"]) == \
        ("Rebooting", "Prepaid", "2030-01-01T00:00:00Z", "Classic", "rm-2.pg.rds.aliyuncs.com")


@pytest.mark.parametrize("filters, found", [
    ({}, ["rm-4", "rm-2", "rm-1"]),
    ({"region": None}, ["rm-4", "rm-far", "rm-2", "rm-1"]),
    ({"region": "cn-beijing"}, ["rm-far"]),
    ({"DBInstanceStatus": "Running"}, ["rm-1"]),
    ({"DBInstanceStatus": "DBInstanceClassChanging"}, ["rm-4"]),
    ({"Engine": "PostgreSQL"}, ["rm-2"]),
    ({"EngineVersion": "10.6"}, ["rm-4"]),
    ({"DBInstanceClass": "mariadb.x"}, ["rm-4"]),
    ({"ZoneId": "cn-hangzhou-i"}, ["rm-4"]),
    ({"VpcId": "vpc-1"}, ["rm-1"]),
    ({"VSwitchId": "vsw-2"}, []),
    ({"InstanceNetworkType": "Classic"}, ["rm-4", "rm-2"]),
    ({"InstanceNetworkType": "VPC"}, ["rm-1"]),
    ({"PayType": "Prepaid"}, ["rm-2"]),
    ({"PayType": "Postpaid"}, ["rm-4", "rm-1"]),
    ({"ResourceGroupId": "rg-1"}, ["rm-2"]),
    ({"ConnectionString": "rm-1.mysql.rds.aliyuncs.com"}, ["rm-1"]),
    ({"ConnectionString": "rm-9.mysql.rds.aliyuncs.com"}, []),
    ({"DBInstanceType": "Primary"}, ["rm-4", "rm-2", "rm-1"]),
    ({"DBInstanceType": "Readonly"}, []),
    ({"SearchKey": "order"}, ["rm-1"]),
    ({"SearchKey": "m-"}, ["rm-4", "rm-2", "rm-1"]),
    ({"SearchKey": "%"}, []),
    ({"Engine": "", "VpcId": "", "SearchKey": ""}, ["rm-4", "rm-2", "rm-1"]),
])
def test_filters(here, filters, found):
    assert databases(here, **filters) == found


def test_pages(here):
    load_fleet(here.server, fleet_of(db_instances=[{"id": f"rm-{n:02}", "created_at": f"2026-01-01T00:00:{n:02}Z"} for n in range(35)]))
    reply = call(here, RDS, "DescribeDBInstances")
    assert (len(reply["Items"]["DBInstance"]), reply["PageRecordCount"], reply["TotalRecordCount"]) == (30, 30, 35)
    reply = call(here, RDS, "DescribeDBInstances", PageNumber=4, PageSize=10)
    assert (reply["PageNumber"], reply["PageRecordCount"], reply["TotalRecordCount"]) == (4, 5, 35)
    assert [each["DBInstanceId"] for each in reply["Items"]["DBInstance"]] == ["rm-04", "rm-03", "rm-02", "rm-01", "rm-00"]
    seen, token = [], None
    while True:
        reply = call(here, RDS, "DescribeDBInstances", MaxResults=20, NextToken=token)
        seen += [each["DBInstanceId"] for each in reply["Items"]["DBInstance"]]
        token = reply.get("NextToken")
        if not token:
            break
    assert seen == [f"rm-{n:02}" for n in reversed(range(35))]


def test_white_lists(here):
    def lists(**more):
        return call(here, RDS, "DescribeDBInstanceIPArrayList", DBInstanceId="rm-1", **more)["Items"]["DBInstanceIPArray"]

    assert lists() == lists(WhitelistNetworkType="MIX") == [
        {"DBInstanceIPArrayName": "default", "DBInstanceIPArrayAttribute": "", "SecurityIPType": "IPv4",
         "SecurityIPList": "172.16.0.1,10.0.0.0/8"},
        {"DBInstanceIPArrayName": "tools", "DBInstanceIPArrayAttribute": "hidden", "SecurityIPType": "IPv4",
         "SecurityIPList": "10.1.1.1"}]
    assert lists(WhitelistNetworkType="VPC") == []


# ---- what is refused

TOO_MANY = json.dumps([{"ServerId": "i-1"}] * 21)
ADD = {"LoadBalancerId": "lb-1", "BackendServers": '[{"ServerId": "i-2"}]'}
REMOVE = {"LoadBalancerId": "lb-1", "BackendServers": '[{"ServerId": "i-1"}]'}
STATUS = {"LoadBalancerId": "lb-1", "LoadBalancerStatus": "inactive"}
SHOW = {"LoadBalancerId": "lb-1"}
UNKNOWN_BALANCERS = ["lb-nothing", "lb-far", ""]
MALFORMED = ["no list", "{}", "[]", "[1]", '["i-2"', '[{"ServerId": {}}]', "", '[{"ServerId": "i-2"}]' + " " * 8192]


def servers(**server):
    return {"BackendServers": json.dumps([server])}


ROWS = [
    *((SLB, action, base, 404, "InvalidRegionId.NotFound", {"RegionId": "mars"}) for action, base in (
        ("DescribeLoadBalancerAttribute", SHOW), ("SetLoadBalancerStatus", STATUS), ("AddBackendServers", ADD),
        ("RemoveBackendServers", REMOVE))),
    *((SLB, action, base, 404, "InvalidLoadBalancerId.NotFound", {"LoadBalancerId": balancer}) for balancer in UNKNOWN_BALANCERS
      for action, base in (("DescribeLoadBalancerAttribute", SHOW), ("SetLoadBalancerStatus", STATUS),
                           ("AddBackendServers", ADD), ("RemoveBackendServers", REMOVE))),
    *((SLB, action, base, 400, "ActionNotAllowed", {"LoadBalancerId": "lb-locked"}) for action, base in (
        ("SetLoadBalancerStatus", STATUS), ("AddBackendServers", ADD), ("RemoveBackendServers", REMOVE))),
    *((SLB, action, base, 400, code, {"BackendServers": text}) for action, base in (
        ("AddBackendServers", ADD), ("RemoveBackendServers", REMOVE)) for code, texts in (
            ("InvalidParameter", MALFORMED), ("TooManyBackendServers", [TOO_MANY]),
            ("BackendServer.ServerIdEmpty", ["[{}]", '[{"ServerId": ""}]'])) for text in texts),
    (SLB, "AddBackendServers", ADD, 400, "InvalidParameter", {"BackendServers": '["i-2"]'}),
    (SLB, "AddBackendServers", ADD, 400, "InvalidParameter", servers(ServerId="i-2", Description="x" * 81)),
    (SLB, "AddBackendServers", ADD, 400, "InvalidParameter", servers(ServerId="i-2", Description=["x"])),
    (SLB, "AddBackendServers", ADD, 400, "UnsupportedOperation", servers(ServerId="eni-1", Type="eni")),
    (SLB, "AddBackendServers", ADD, 400, "InvalidWeight.Malformed", servers(ServerId="i-2", Weight=101)),
    (SLB, "AddBackendServers", ADD, 400, "InvalidWeight.Malformed", servers(ServerId="i-2", Weight="-1")),
    (SLB, "AddBackendServers", ADD, 400, "InvalidWeight.Malformed", servers(ServerId="i-2", Weight="much")),
    (SLB, "AddBackendServers", ADD, 404, "InvalidServerId.NotFound", servers(ServerId="i-nothing")),
    (SLB, "AddBackendServers", ADD, 404, "InvalidServerId.NotFound", servers(ServerId="i-far")),
    (SLB, "AddBackendServers", ADD, 400, "ObtainIpFail", servers(ServerId="i-off")),
    (SLB, "AddBackendServers", ADD, 400, "InvalidParameter", servers(ServerId="i-1")),
    (SLB, "SetLoadBalancerStatus", STATUS, 400, "InvalidParameter", {"LoadBalancerStatus": "locked"}),
    (SLB, "SetLoadBalancerStatus", STATUS, 400, "MissingLoadBalancerStatus", {"LoadBalancerStatus": None}),
    (SLB, "DescribeLoadBalancerAttribute", SHOW, 400, "MissingLoadBalancerId", {"LoadBalancerId": None}),
    (RDS, "DescribeDBInstances", {}, 404, "InvalidRegionId.NotFound", {"RegionId": "mars"}),
    (RDS, "DescribeDBInstances", {}, 400, "InvalidDBInstanceId.NotFound", {"DBInstanceId": "rm-nothing"}),
    (RDS, "DescribeDBInstances", {}, 400, "InvalidDBInstanceId.NotFound", {"DBInstanceId": "rm-far"}),
    (RDS, "DescribeDBInstances", {}, 400, "InvalidParameter", {"DBInstanceStatus": "Sleepy"}),
    (RDS, "DescribeDBInstances", {}, 400, "InvalidParameter", {"PageSize": 101}),
    (RDS, "DescribeDBInstances", {}, 400, "InvalidParameter", {"MaxResults": 10, "NextToken": "x"}),
    (RDS, "DescribeDBInstanceIPArrayList", {"DBInstanceId": "rm-1"}, 404, "InvalidDBInstanceId.NotFound", {"DBInstanceId": "rm-9"}),
    (RDS, "DescribeDBInstanceIPArrayList", {"DBInstanceId": "rm-1"}, 404, "InvalidDBInstanceId.NotFound", {"DBInstanceId": ""}),
]


def test_rows(here):
    """Each is refused, with the words of the reference, and changes nothing. With the quota below, all rows are provoked."""
    provoked = {("AddBackendServers", 400, "OverQuota")}
    before = behind(here), behind(here, "lb-locked"), attribute(here)["LoadBalancerStatus"]
    for version, action, base, status, code, wrong in ROWS:
        found = refused(here, version, action, {"RegionId": REGION, **base, **wrong})
        assert found[:2] == (status, code), (action, wrong, found)
        provoked.add((action, status, code))
    assert (behind(here), behind(here, "lb-locked"), attribute(here)["LoadBalancerStatus"]) == before
    for product in ("slb", "rds"):
        for operation in declared(product)["operations"]:
            missing = {(operation["name"], row["http"], row["code"]) for row in operation["errors"]} - provoked
            assert not missing, missing


def declared(product):
    done = subprocess.run([*WRAPPER, str(BINARY), "reference", "--json", product], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def test_room_behind_a_load_balancer(here):
    instances = [{"id": f"i-{n}", "system_disk": False} for n in range(201)]
    load_fleet(here.server, fleet_of(instances=instances, load_balancers=[
        {"id": "lb-1", "backends": [{"instance": f"i-{n}"} for n in range(199)]}]))
    both = [{"ServerId": "i-199"}, {"ServerId": "i-200"}]
    wrong = refused(here, SLB, "AddBackendServers", RegionId=REGION, LoadBalancerId="lb-1", BackendServers=json.dumps(both))
    assert wrong == (400, "OverQuota", "The Total is over the quota.")
    assert len(behind(here)) == 199
    change(here, "AddBackendServers", [both[0]] * 20)
    assert len(behind(here)) == 200


def test_nothing_is_shown_to_other_accounts(here):
    load_fleet(here.server, fleet_of(id="1000000000000009", access_keys=[{"id": "nine", "secret": "nine"}],
                                     instances=[{"id": "i-nine"}], load_balancers=[{"id": "lb-nine"}]))
    nine = Cloud(here.server, "nine", "nine")
    gone = (404, "InvalidLoadBalancerId.NotFound", "The specified LoadBalancerId does not exist.")
    for action, base in (("DescribeLoadBalancerAttribute", SHOW), ("SetLoadBalancerStatus", STATUS),
                         ("AddBackendServers", {**ADD, **servers(ServerId="i-nine")}), ("RemoveBackendServers", REMOVE)):
        assert refused(nine, SLB, action, base) == gone
    assert refused(nine, SLB, "AddBackendServers", {"LoadBalancerId": "lb-nine", **servers(ServerId="i-2")})[:2] == \
        (404, "InvalidServerId.NotFound")
    assert databases(nine) == []
    assert refused(nine, RDS, "DescribeDBInstances", DBInstanceId="rm-1")[1] == "InvalidDBInstanceId.NotFound"
    assert refused(nine, RDS, "DescribeDBInstanceIPArrayList", DBInstanceId="rm-1")[1] == "InvalidDBInstanceId.NotFound"
    assert behind(here) == [("i-1", 50)]


def test_operations_that_are_not_served_say_so(here):
    for version, action in ((SLB, "CreateLoadBalancer"), (RDS, "ModifySecurityIps")):
        assert refused(here, version, action, RegionId=REGION)[:2] == (404, "InvalidAction.NotFound")


# ---- official clients


def tea(cloud, client):
    return client(Config(access_key_id=signing.KEY_ID, access_key_secret=signing.SECRET, endpoint=cloud.server.endpoint,
                         protocol="http", region_id=REGION))


def test_current_clients(here):
    slb, rds = tea(here, SlbClient), tea(here, RdsClient)
    body = slb.describe_load_balancer_attribute(slb_models.DescribeLoadBalancerAttributeRequest(
        region_id=REGION, load_balancer_id="lb-1")).body
    assert (body.load_balancer_status, body.listener_ports.listener_port) == ("active", [80, 443])
    assert [(each.server_id, each.weight) for each in body.backend_servers.backend_server] == [("i-1", 50)]
    added = slb.add_backend_servers(slb_models.AddBackendServersRequest(
        region_id=REGION, load_balancer_id="lb-1", backend_servers='[{"ServerId":"i-2","Weight":"100","Type":"ecs"}]')).body
    assert [(each.server_id, each.weight) for each in added.backend_servers.backend_server] == [("i-1", "50"), ("i-2", "100")]
    left = slb.remove_backend_servers(slb_models.RemoveBackendServersRequest(
        region_id=REGION, load_balancer_id="lb-1", backend_servers='[{"ServerId":"i-1"}]')).body
    assert [(each.server_id, each.weight) for each in left.backend_servers.backend_server] == [("i-2", 100)]
    slb.set_load_balancer_status(slb_models.SetLoadBalancerStatusRequest(
        region_id=REGION, load_balancer_id="lb-1", load_balancer_status="inactive"))
    assert attribute(here)["LoadBalancerStatus"] == "inactive"
    body = rds.describe_dbinstances(rds_models.DescribeDBInstancesRequest(region_id=REGION, engine="MySQL")).body
    assert [(each.dbinstance_id, each.dbinstance_status) for each in body.items.dbinstance] == [("rm-1", "Running")]
    assert (body.total_record_count, body.page_record_count) == (1, 1)
    body = rds.describe_dbinstance_iparray_list(rds_models.DescribeDBInstanceIPArrayListRequest(dbinstance_id="rm-1")).body
    assert [each.dbinstance_iparray_name for each in body.items.dbinstance_iparray] == ["default", "tools"]


def test_first_clients(here):
    client = AcsClient(signing.KEY_ID, signing.SECRET, REGION)

    def do(request, **values):
        request.set_endpoint(here.server.endpoint)
        request.set_protocol_type("http")
        request.set_accept_format("json")
        for name, value in values.items():
            getattr(request, f"set_{name}")(value)
        return json.loads(client.do_action_with_exception(request))

    do(AddBackendServersRequest(), LoadBalancerId="lb-1", BackendServers=json.dumps([{"ServerId": "i-3", "Weight": 9}]))
    do(RemoveBackendServersRequest(), LoadBalancerId="lb-1", BackendServers=json.dumps(["i-1"]))
    do(SetLoadBalancerStatusRequest(), LoadBalancerId="lb-1", LoadBalancerStatus="inactive")
    reply = do(DescribeLoadBalancerAttributeRequest(), LoadBalancerId="lb-1")
    assert reply["LoadBalancerStatus"] == "inactive"
    assert [(each["ServerId"], each["Weight"]) for each in reply["BackendServers"]["BackendServer"]] == [("i-3", 9)]
    reply = do(DescribeDBInstancesRequest(), DBInstanceStatus="Rebooting")
    assert [each["DBInstanceId"] for each in reply["Items"]["DBInstance"]] == ["rm-2"]
    reply = do(DescribeDBInstanceIPArrayListRequest(), DBInstanceId="rm-2")
    assert [each["SecurityIPList"] for each in reply["Items"]["DBInstanceIPArray"]] == ["127.0.0.1"]
    with pytest.raises(ServerException) as refusal:
        do(DescribeLoadBalancerAttributeRequest(), LoadBalancerId="lb-9")
    assert (refusal.value.get_http_status(), refusal.value.get_error_code()) == (404, "InvalidLoadBalancerId.NotFound")
