"""Networks for the tests: calls to VPC 2016-04-28, and a VPC with what belongs into it."""

import json
import pathlib

import shapes
from cloud import REGION, ZONE
from products import ask, call, refused

VPC = "2016-04-28"
SHAPES = json.loads((pathlib.Path(__file__).resolve().parent.parent / "data" / "aliyun_vpc_shapes.json").read_text("utf-8"))


def vpc_call(cloud, action, parameters=None, **more):
    """The reply, held against the vendor's shape of it."""
    reply = call(cloud, VPC, action, {"RegionId": REGION, **(parameters or {})}, **more)
    shapes.check_shape(reply, SHAPES[action], action)
    return reply


def vpc_refused(cloud, action, parameters=None, **more):
    """The call must be refused: (status, code, message)."""
    return refused(cloud, VPC, action, {"RegionId": REGION, **(parameters or {})}, **more)


def vpc_xml(cloud, action, parameters=None, **more):
    return ask(cloud, VPC, action, {"RegionId": REGION, **(parameters or {})}, xml=True, **more)


def make_vpc(cloud, **more):
    return vpc_call(cloud, "CreateVpc", **{"CidrBlock": "10.0.0.0/8", **more})["VpcId"]


def make_vswitch(cloud, vpc, **more):
    return vpc_call(cloud, "CreateVSwitch", **{"VpcId": vpc, "ZoneId": ZONE, "CidrBlock": "10.0.0.0/24", **more})["VSwitchId"]


def make_group(cloud, vpc, **more):
    return cloud.CreateSecurityGroup(**{"RegionId": REGION, "VpcId": vpc, **more})["SecurityGroupId"]


def make_network(cloud, settle=lambda: None, **more):
    """(vpc, vswitch, group). `settle` is called where something has to become Available."""
    vpc = make_vpc(cloud)
    settle()
    vswitch, group = make_vswitch(cloud, vpc, **more), make_group(cloud, vpc)
    settle()
    return vpc, vswitch, group


def vpc_of(cloud, vpc):
    return vpc_call(cloud, "DescribeVpcAttribute", VpcId=vpc)


def vswitch_of(cloud, vswitch):
    return vpc_call(cloud, "DescribeVSwitchAttributes", VSwitchId=vswitch)


def rules_of(cloud, group, **more):
    reply = cloud.DescribeSecurityGroupAttribute(RegionId=REGION, SecurityGroupId=group, **more)
    return reply["Permissions"]["Permission"]
