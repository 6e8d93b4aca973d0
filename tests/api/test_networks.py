"""VPCs and VSwitches: each row of their errors, what they show, and what depends on what."""

import pytest

from cloud import REGION, TIME_SECONDS, ZONE, Cloud, edit_store
from network import (make_group, make_network, make_vpc, make_vswitch, vpc_call, vpc_of, vpc_refused, vpc_xml,
                     vswitch_of)

NO_REGION = (404, "InvalidRegionId.NotFound", 'Specified value of "regionId" is not supported.')
NO_VPC = (404, "InvalidVpcId.NotFound", "Specified VPC does not exist.")
NO_VSWITCH = (404, "InvalidVSwitchId.NotFound", "The specified virtual switch does not exists.")
EMPTY = (400, "MissingParameter", "Miss mandatory parameter.")
VPC_STATE = (400, "IncorrectVpcStatus", "Current VPC status does not support this operation.")
VPC_NAME = (400, "InvalidVpcName.Malformed", "Specified VPC name is not valid.")
VPC_DESCRIPTION = (400, "InvalidVpcDiscription.Malformed", "Specified VPC description is not valid.")
VSWITCH_NAME = (400, "InvalidVSwitchName.Malformed", "Specified virtual switch name is not valid.")
VSWITCH_DESCRIPTION = (400, "InvalidVSwitchDiscription.Malformed", "Specified virtual switch description is not valid.")
IPV6 = (400, "OperationUnsupported.Ipv6Feature", "The IPv6 feature is not supported in the region.")
TAG_TWICE = (400, "Forbidden.TagKey.Duplicated", "The specified tag key already exists.")
TAG_KEY = (400, "InvalidTagKey", "The specified tag key is invalid.")
TAG_VALUE = (400, "InvalidTagValue", "The specified tag value is invalid.")
DRY_RUN = (400, "DryRunOperation", "Request validation has been passed with DryRun flag set.")
MARS = {"RegionId": "mars"}
BAD_TAGS = [
    ({"Tag.1.Key": "a", "Tag.2.Key": "a"}, TAG_TWICE),
    ({"Tag.1.Key": "aliyun-key"}, TAG_KEY),
    ({"Tag.1.Key": "see-http://x"}, TAG_KEY),
    ({"Tag.1.Key": "k" * 129}, TAG_KEY),
    ({"Tag.1.Key": "a", "Tag.1.Value": "acs:x"}, TAG_VALUE),
    ({"Tag.1.Key": "a", "Tag.1.Value": "v" * 129}, TAG_VALUE),
]


@pytest.fixture(scope="module")
def vpc(shared_cloud):
    return make_vpc(shared_cloud)


@pytest.fixture(scope="module")
def vswitch(shared_cloud, vpc):
    return make_vswitch(shared_cloud, vpc)


# ---- CreateVpc


@pytest.mark.parametrize("more, expected", [
    (MARS, NO_REGION),
    ({"RegionId": ""}, EMPTY),
    ({"EnableIpv6": True}, IPV6),
    ({"Ipv4IpamPoolId": "ipam-pool-1"}, (404, "ResourceNotFound.IpamPool", "The dependent IPAM pool is not found.")),
    ({"UserCidr": "1.0.0.0/8,2.0.0.0/8,3.0.0.0/8,4.0.0.0/8"},
     (400, "InvalidUserCidr.Quota", "Specified UserCidr number is greater than 3.")),
    ({"UserCidr": "1.0.0.0/8,2.0.0.1/8"}, (400, "InvalidParameter", "Specified UserCidr invalid format.")),
    ({"VpcName": "http://x"}, VPC_NAME),
    ({"VpcName": "n" * 129}, VPC_NAME),
    ({"Description": "https://x"}, VPC_DESCRIPTION),
    ({"Description": "d" * 257}, VPC_DESCRIPTION),
    ({"DryRun": True}, DRY_RUN),
    *BAD_TAGS,
], ids=str)
def test_rows_of_create_vpc(cloud, more, expected):
    assert vpc_refused(cloud, "CreateVpc", more) == expected


@pytest.mark.parametrize("cidr", ["10.0.0.0/7", "10.0.0.0/29", "10.0.0.1/8", "10.0.0/8", "10.0.0.0", "100.64.0.0/12", "224.0.0.0/8",
                                  "127.0.0.0/16", "169.254.0.0/24", "2001:db8::/32", "010.0.0.0/8", "10.0.0.0/8 "])
def test_blocks_that_a_vpc_cannot_have(cloud, cidr):
    assert vpc_refused(cloud, "CreateVpc", CidrBlock=cidr) == (400, "InvalidParameter", "Specified CIDR block is not valid")


def test_vpc_from_its_making_to_its_end(slow_cloud):
    cloud = slow_cloud
    made = vpc_call(cloud, "CreateVpc", VpcName="main", Description="of all", UserCidr="1.0.0.0/8,2.0.0.0/8", ClientToken="one",
                    EnableDnsHostname=True, ResourceGroupId="rg-1", **{"Tag.1.Key": "team", "Tag.1.Value": "a"})
    assert set(made) == {"RequestId", "VpcId", "VRouterId", "RouteTableId", "ResourceGroupId"}
    assert [made[name].split("-")[0] for name in ("VpcId", "VRouterId", "RouteTableId")] == ["vpc", "vrt", "vtb"]
    vpc = made["VpcId"]
    again = {"VpcName": "main", "Description": "of all", "UserCidr": "1.0.0.0/8,2.0.0.0/8", "ClientToken": "one",
             "EnableDnsHostname": True, "ResourceGroupId": "rg-1", "Tag.1.Key": "team", "Tag.1.Value": "a"}
    assert vpc_call(cloud, "CreateVpc", again)["VpcId"] == vpc
    assert vpc_refused(cloud, "CreateVpc", ClientToken="one")[1] == "IdempotentParameterMismatch"
    found = vpc_of(cloud, vpc)
    assert found["Status"] == "Pending"
    assert (found["CidrBlock"], found["VpcName"], found["Description"]) == ("172.16.0.0/12", "main", "of all")
    assert (found["VRouterId"], found["DnsHostnameStatus"], found["IsDefault"]) == (made["VRouterId"], "ENABLED", False)
    assert found["UserCidrs"] == {"UserCidr": ["1.0.0.0/8", "2.0.0.0/8"]}
    assert found["Tags"] == {"Tag": [{"Key": "team", "Value": "a"}]}
    assert TIME_SECONDS.fullmatch(found["CreationTime"])
    for action in ("DeleteVpc", "ModifyVpcAttribute"):
        assert vpc_refused(cloud, action, VpcId=vpc) == VPC_STATE
    assert vpc_refused(cloud, "CreateVSwitch", VpcId=vpc, ZoneId=ZONE, CidrBlock="172.16.0.0/24") == VPC_STATE
    assert cloud.refused("CreateSecurityGroup", RegionId=REGION, VpcId=vpc) == VPC_STATE[:2]
    cloud.server.advance(10)
    assert vpc_of(cloud, vpc)["Status"] == "Available"
    vpc_call(cloud, "DeleteVpc", VpcId=vpc)
    assert vpc_refused(cloud, "DescribeVpcAttribute", VpcId=vpc) == NO_VPC
    assert vpc_call(cloud, "ListTagResources", ResourceType="VPC")["TagResources"] == {"TagResource": []}


def test_so_many_vpcs_and_no_more(own_cloud):
    cloud = own_cloud()
    for _ in range(100):
        make_vpc(cloud)
    assert vpc_refused(cloud, "CreateVpc") == (400, "QuotaExceeded.Vpc", "VPC quota exceeded.")
    vpc_call(cloud, "CreateVpc", RegionId="cn-shanghai")


# ---- ModifyVpcAttribute, DeleteVpc


@pytest.mark.parametrize("more, expected", [
    (MARS, NO_REGION),
    ({"VpcId": ""}, EMPTY),
    ({"VpcId": "vpc-nothing"}, NO_VPC),
    ({"RegionId": "cn-shanghai"}, NO_VPC),
    ({"EnableIPv6": True}, IPV6),
    ({"CidrBlock": "10.0.0.0"}, (400, "InvalidCidrBlock.Malformed", "Specified CIDR block is not valid.")),
    ({"CidrBlock": "10.1.0.0/16"}, (400, "InvalidCidrBlock.Malformed", "Specified CIDR block is not valid.")),
    ({"VpcName": "http://x"}, VPC_NAME),
    ({"Description": "http://x"}, VPC_DESCRIPTION),
], ids=str)
def test_rows_of_modify_vpc(cloud, vpc, vswitch, more, expected):
    assert vpc_refused(cloud, "ModifyVpcAttribute", {"VpcId": vpc, **more}) == expected


def test_what_is_modified_of_a_vpc_is_shown(cloud):
    vpc = make_vpc(cloud, VpcName="before", Description="before")
    vpc_call(cloud, "ModifyVpcAttribute", VpcId=vpc, VpcName="after", EnableDnsHostname=True, CidrBlock="10.0.0.0/9")
    found = vpc_of(cloud, vpc)
    assert (found["VpcName"], found["Description"], found["CidrBlock"], found["DnsHostnameStatus"]) == \
        ("after", "before", "10.0.0.0/9", "ENABLED")
    vpc_call(cloud, "ModifyVpcAttribute", VpcId=vpc, Description="", EnableDnsHostname=False)
    found = vpc_of(cloud, vpc)
    assert (found["VpcName"], found["Description"], found["DnsHostnameStatus"]) == ("after", "", "DISABLED")


def test_rows_of_delete_vpc(cloud):
    vpc, vswitch, group = make_network(cloud)
    assert vpc_refused(cloud, "DeleteVpc", {**MARS, "VpcId": vpc}) == NO_REGION
    assert vpc_refused(cloud, "DeleteVpc", VpcId="") == EMPTY
    assert vpc_refused(cloud, "DeleteVpc", VpcId="vpc-nothing") == NO_VPC
    assert vpc_refused(cloud, "DeleteVpc", VpcId=vpc) == \
        (400, "DependencyViolation.VSwitch", "Specified object has dependent resources")
    vpc_call(cloud, "DeleteVSwitch", VSwitchId=vswitch)
    assert vpc_refused(cloud, "DeleteVpc", VpcId=vpc) == \
        (400, "DependencyViolation.SecurityGroup", "Specified object has dependent resources SecurityGroup.")
    cloud.DeleteSecurityGroup(RegionId=REGION, SecurityGroupId=group)
    assert vpc_refused(cloud, "DeleteVpc", VpcId=vpc, DryRun=True) == DRY_RUN
    assert vpc_call(cloud, "DeleteVpc", VpcId=vpc, ClientToken="end-" + vpc).keys() == {"RequestId"}
    assert vpc_call(cloud, "DeleteVpc", VpcId=vpc, ClientToken="end-" + vpc).keys() == {"RequestId"}
    assert vpc_refused(cloud, "DeleteVpc", VpcId=vpc, ClientToken="end-" + vpc, ForceDelete=True)[1] == "IdempotentParameterMismatch"


# ---- CreateVSwitch


@pytest.mark.parametrize("more, expected", [
    (MARS, NO_REGION),
    ({"VpcId": ""}, EMPTY),
    ({"VpcId": "vpc-nothing"}, NO_VPC),
    ({"ZoneId": "cn-hangzhou-z"}, (404, "InvalidZoneId.NotFound", "Specified zone does not exist.")),
    ({"CidrBlock": "10.9.0.1/24"}, (400, "InvalidCidrBlock.Malformed", "Specified CIDR block is not valid.")),
    ({"CidrBlock": "10.8.0.0/15"}, (400, "InvalidCirdrBlock.MaskLength", "Specified CIDR block is not valid .")),
    ({"CidrBlock": "10.9.0.0/30"}, (400, "InvalidCirdrBlock.MaskLength", "Specified CIDR block is not valid .")),
    ({"CidrBlock": "11.0.0.0/24"}, (400, "InvalidParameter", "Specified CIDR block is not valid in VPC.")),
    ({"CidrBlock": "10.0.0.128/25"},
     (400, "InvalidCidrBlock.Overlapped", "Specified CIDR block overlapped with other subnets.")),
    ({"CidrBlock": "10.0.0.0/16"},
     (400, "InvalidCidrBlock.Overlapped", "Specified CIDR block overlapped with other subnets.")),
    ({"VSwitchName": "http://x"}, VSWITCH_NAME),
    ({"Description": "https://x"}, VSWITCH_DESCRIPTION),
    *BAD_TAGS,
], ids=str)
def test_rows_of_create_vswitch(cloud, vpc, vswitch, more, expected):
    given = {"VpcId": vpc, "ZoneId": ZONE, "CidrBlock": "10.9.0.0/24", **more}
    assert vpc_refused(cloud, "CreateVSwitch", given) == expected


def test_so_many_vswitches_and_no_more(cloud):
    vpc = make_vpc(cloud)
    for number in range(150):
        make_vswitch(cloud, vpc, CidrBlock=f"10.0.{number}.0/24")
    assert vpc_refused(cloud, "CreateVSwitch", VpcId=vpc, ZoneId=ZONE, CidrBlock="10.1.0.0/24") == \
        (400, "QuotaExceeded.VSwitch", "Virtual switch quota exceeded.")


def test_vswitch_from_its_making_to_its_end(slow_cloud):
    cloud = slow_cloud
    vpc = make_vpc(cloud)
    cloud.server.advance(10)
    given = {"VpcId": vpc, "ZoneId": ZONE, "CidrBlock": "10.0.0.0/28", "VSwitchName": "one", "Description": "the first",
             "ClientToken": "one", "Tag.1.Key": "team", "Tag.1.Value": "a"}
    vswitch = vpc_call(cloud, "CreateVSwitch", given)["VSwitchId"]
    assert vpc_call(cloud, "CreateVSwitch", given)["VSwitchId"] == vswitch
    assert vpc_refused(cloud, "CreateVSwitch", {**given, "VSwitchName": "two"})[1] == "IdempotentParameterMismatch"
    assert vswitch_of(cloud, vswitch)["Status"] == "Pending"
    assert vpc_refused(cloud, "DeleteVSwitch", VSwitchId=vswitch) == \
        (400, "IncorrectVSwitchStatus", "vpc subnet status not working.")
    group = make_group(cloud, vpc)
    cloud.server.advance(10)
    found = vswitch_of(cloud, vswitch)
    expected = {"Status": "Available", "VpcId": vpc, "ZoneId": ZONE, "CidrBlock": "10.0.0.0/28", "VSwitchName": "one",
                "Description": "the first", "AvailableIpAddressCount": 12, "IsDefault": False, "Ipv6CidrBlock": "",
                "Tags": {"Tag": [{"Key": "team", "Value": "a"}]}}
    assert {name: found[name] for name in expected} == expected
    assert vpc_of(cloud, vpc)["VSwitchIds"] == {"VSwitchId": [vswitch]}
    instance = cloud.make_instance(VSwitchId=vswitch, SecurityGroupId=group)
    assert vswitch_of(cloud, vswitch)["AvailableIpAddressCount"] == 11
    assert vpc_refused(cloud, "DeleteVSwitch", VSwitchId=vswitch) == \
        (400, "DependencyViolation", "Specified object has dependent resources.")
    cloud.server.advance(60)
    cloud.DeleteInstance(InstanceId=instance, Force=True)
    assert vpc_refused(cloud, "DeleteVSwitch", VSwitchId=vswitch)[1] == "DependencyViolation"
    cloud.server.advance(60)
    assert vpc_refused(cloud, "DeleteVSwitch", VSwitchId=vswitch, DryRun=True) == DRY_RUN
    vpc_call(cloud, "DeleteVSwitch", VSwitchId=vswitch)
    assert vpc_refused(cloud, "DescribeVSwitchAttributes", VSwitchId=vswitch) == NO_VSWITCH


@pytest.mark.parametrize("more, expected", [
    (MARS, NO_REGION),
    ({"VSwitchId": ""}, EMPTY),
    ({"VSwitchId": "vsw-nothing"}, NO_VSWITCH),
    ({"VSwitchName": "http://x"}, VSWITCH_NAME),
    ({"Description": "http://x"}, VSWITCH_DESCRIPTION),
], ids=str)
def test_rows_of_modify_vswitch(cloud, vswitch, more, expected):
    assert vpc_refused(cloud, "ModifyVSwitchAttribute", {"VSwitchId": vswitch, **more}) == expected


def test_what_is_modified_of_a_vswitch_is_shown(cloud, vpc):
    vswitch = make_vswitch(cloud, vpc, CidrBlock="10.77.0.0/24", VSwitchName="before", Description="before")
    vpc_call(cloud, "ModifyVSwitchAttribute", VSwitchId=vswitch, VSwitchName="after")
    found = vswitch_of(cloud, vswitch)
    assert (found["VSwitchName"], found["Description"]) == ("after", "before")


@pytest.mark.parametrize("action", ["DeleteVSwitch", "DescribeVSwitchAttributes"])
def test_rows_that_name_a_vswitch(cloud, vswitch, action):
    assert vpc_refused(cloud, action, {**MARS, "VSwitchId": vswitch}) == NO_REGION
    assert vpc_refused(cloud, action, VSwitchId="") == EMPTY
    assert vpc_refused(cloud, action, VSwitchId="vsw-nothing") == NO_VSWITCH


# ---- lists


@pytest.mark.parametrize("action", ["DescribeVpcs", "DescribeVSwitches", "DescribeVpcAttribute", "DescribeVSwitchAttributes"])
def test_rows_of_what_only_looks(cloud, vpc, vswitch, action):
    given = {"VpcId": vpc, "VSwitchId": vswitch}
    assert vpc_refused(cloud, action, {**given, **MARS}) == NO_REGION
    assert vpc_refused(cloud, action, {**given, "DryRun": True}) == DRY_RUN


def test_rows_of_other_lists(cloud):
    assert vpc_refused(cloud, "DescribeRouteTableList", MARS) == NO_REGION
    assert vpc_refused(cloud, "DescribeVpcAttribute", VpcId="") == EMPTY
    assert vpc_refused(cloud, "DescribeVpcAttribute", VpcId="vpc-nothing") == NO_VPC


@pytest.fixture(scope="module")
def nets(make_module_server):
    cloud = Cloud(make_module_server())
    one = make_vpc(cloud, VpcName="one", ResourceGroupId="rg-1", **{"Tag.1.Key": "team", "Tag.1.Value": "a"})
    two = make_vpc(cloud, VpcName="two")
    ids = {"one": one, "two": two,
           "x": make_vswitch(cloud, one, VSwitchName="x", **{"Tag.1.Key": "team", "Tag.1.Value": "a"}),
           "y": make_vswitch(cloud, one, CidrBlock="10.0.1.0/24", ZoneId="cn-hangzhou-g"),
           "z": make_vswitch(cloud, two)}
    far = vpc_call(cloud, "CreateVpc", RegionId="cn-shanghai")["VpcId"]
    cloud.ids, cloud.names = {**ids, "far": far}, {id: name for name, id in [*ids.items(), ("far", far)]}
    return cloud


def named(nets, filters):
    return {name: ",".join(nets.ids.get(one, one) for one in value.split(",")) if isinstance(value, str) else value
            for name, value in filters.items()}


@pytest.mark.parametrize("filters, expected", [
    ({}, ["two", "one"]),
    ({"VpcId": "one"}, ["one"]),
    ({"VpcId": "one,two,vpc-nothing"}, ["two", "one"]),
    ({"VpcId": "far"}, []),
    ({"VpcName": "t*"}, ["two"]),
    ({"IsDefault": True}, []),
    ({"IsDefault": False}, ["two", "one"]),
    ({"EnableIpv6": True}, []),
    ({"DhcpOptionsSetId": "dopt-1"}, []),
    ({"ResourceGroupId": "rg-1"}, ["one"]),
    ({"Tag.1.Key": "team"}, ["one"]),
    ({"Tag.1.Key": "team", "Tag.1.Value": "b"}, []),
], ids=str)
def test_filters_of_vpcs(nets, filters, expected):
    filters = {name: value if name == "VpcName" else named(nets, {name: value})[name] for name, value in filters.items()}
    reply = vpc_call(nets, "DescribeVpcs", filters)
    assert sorted(nets.names[vpc["VpcId"]] for vpc in reply["Vpcs"]["Vpc"]) == sorted(expected)
    assert reply["TotalCount"] == len(expected)


@pytest.mark.parametrize("filters, expected", [
    ({}, ["z", "y", "x"]),
    ({"VpcId": "one"}, ["y", "x"]),
    ({"VSwitchId": "x,z"}, ["z", "x"]),
    ({"VSwitchId": "x", "VpcId": "two"}, []),
    ({"ZoneId": "cn-hangzhou-g"}, ["y"]),
    ({"VSwitchName": "x*"}, ["x"]),
    ({"IsDefault": True}, []),
    ({"EnableIpv6": True}, []),
    ({"ResourceGroupId": "rg-1"}, ["y", "x"]),
    ({"Tag.1.Key": "team", "Tag.1.Value": "a"}, ["x"]),
], ids=str)
def test_filters_of_vswitches(nets, filters, expected):
    filters = {name: value if name == "VSwitchName" else named(nets, {name: value})[name] for name, value in filters.items()}
    reply = vpc_call(nets, "DescribeVSwitches", filters)
    assert sorted(nets.names[vswitch["VSwitchId"]] for vswitch in reply["VSwitches"]["VSwitch"]) == sorted(expected)
    assert reply["TotalCount"] == len(expected)


def test_pages(nets):
    for action, wrapper, item, id_name, all_ids in (("DescribeVpcs", "Vpcs", "Vpc", "VpcId", ["two", "one"]),
                                                    ("DescribeVSwitches", "VSwitches", "VSwitch", "VSwitchId", ["z", "y", "x"]),
                                                    ("DescribeRouteTableList", "RouterTableList", "RouterTableListType", "VpcId",
                                                     ["two", "one"])):
        found = []
        for number in range(1, len(all_ids) + 2):
            reply = vpc_call(nets, action, PageSize=1, PageNumber=number)
            assert (reply["TotalCount"], reply["PageSize"], reply["PageNumber"]) == (len(all_ids), 1, number)
            found += [nets.names[one[id_name]] for one in reply[wrapper][item]]
        assert sorted(found) == sorted(all_ids)
        assert vpc_refused(nets, action, PageSize=51)[:2] == (400, "InvalidParameter")


@pytest.mark.parametrize("filters, expected", [
    ({"VpcId": "one"}, ["one"]),
    ({"RouterId": "of one"}, ["one"]),
    ({"RouteTableId": "of two"}, ["two"]),
    ({"RouteTableType": "System", "RouterType": "VRouter"}, ["two", "one"]),
    ({"RouteTableType": "Custom"}, []),
    ({"RouterType": "VBR"}, []),
    ({"RouteTableName": "x"}, []),
    ({"ResourceGroupId": "rg-1"}, ["one"]),
    ({"Tag.1.Key": "team"}, []),
], ids=str)
def test_filters_of_route_tables(nets, filters, expected):
    known = {"of one": vpc_of(nets, nets.ids["one"])["VRouterId"],
             "of two": vpc_call(nets, "DescribeVpcs", VpcId=nets.ids["two"])["Vpcs"]["Vpc"][0]["RouterTableIds"]["RouterTableIds"][0]}
    filters = {name: known.get(value, nets.ids.get(value, value)) for name, value in filters.items()}
    found = vpc_call(nets, "DescribeRouteTableList", filters)["RouterTableList"]["RouterTableListType"]
    assert sorted(nets.names[table["VpcId"]] for table in found) == sorted(expected)


def test_what_a_route_table_shows(nets):
    (table,) = vpc_call(nets, "DescribeRouteTableList", VpcId=nets.ids["one"])["RouterTableList"]["RouterTableListType"]
    assert (table["RouteTableType"], table["RouterType"], table["Status"]) == ("System", "VRouter", "Available")
    assert table["RouterId"] == vpc_of(nets, nets.ids["one"])["VRouterId"]
    assert sorted(table["VSwitchIds"]["VSwitchId"]) == sorted(nets.ids[name] for name in "xy")
    (vswitch,) = vpc_call(nets, "DescribeVSwitches", VSwitchId=nets.ids["x"])["VSwitches"]["VSwitch"]
    assert vswitch["RouteTable"]["RouteTableId"] == table["RouteTableId"]


def test_xml_has_the_same_wrappers(nets):
    text = vpc_xml(nets, "DescribeVpcs", VpcId=nets.ids["one"]).text
    assert f"<Vpcs><Vpc><VpcId>{nets.ids['one']}</VpcId>" in text and "<UserCidrs></UserCidrs>" in text


# ---- who and where


def test_networks_outlive_a_kill(make_server):
    cloud = Cloud(make_server(durable=True))
    vpc, vswitch, group = make_network(cloud)
    before = vpc_of(cloud, vpc), vswitch_of(cloud, vswitch), cloud.DescribeSecurityGroups(RegionId=REGION)
    cloud.server.kill9()
    cloud.server.start()
    after = vpc_of(cloud, vpc), vswitch_of(cloud, vswitch), cloud.DescribeSecurityGroups(RegionId=REGION)
    for one, other in zip(before, after):
        assert {**one, "RequestId": ""} == {**other, "RequestId": ""}


def test_networks_of_another_account_are_not_there(make_server):
    cloud = Cloud(make_server(durable=True))
    vpc, vswitch, group = make_network(cloud)
    edit_store(cloud.server, *((f"UPDATE {table} SET account = 'other' WHERE id = ?", [id])
                               for table, id in (("vpc", vpc), ("vswitch", vswitch), ("security_group", group))))
    assert vpc_refused(cloud, "DescribeVpcAttribute", VpcId=vpc) == NO_VPC
    assert vpc_refused(cloud, "DescribeVSwitchAttributes", VSwitchId=vswitch) == NO_VSWITCH
    assert vpc_call(cloud, "DescribeVpcs")["TotalCount"] == 0
    assert cloud.refused("DeleteSecurityGroup", RegionId=REGION, SecurityGroupId=group) == (404, "InvalidSecurityGroupId.NotFound")
