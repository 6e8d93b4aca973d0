"""What a reset of the fleet takes away and what it leaves, as docs/fleet.md says."""

from cloud import REGION, Cloud
from network import make_group, make_vpc, make_vswitch, vpc_call


def test_what_a_reset_leaves(make_server):
    server = make_server(clock="manual")
    cloud = Cloud(server)
    disk, _ = cloud.make_attached()
    vpc = make_vpc(cloud)
    server.advance(60)
    make_vswitch(cloud, vpc)
    make_group(cloud, vpc)
    keys, now = server.control("GET", "/_cleat/keys"), server.control("GET", "/_cleat/clock")["now"]
    server.control("POST", "/_cleat/faults", {"operation": "DetachDisk", "code": "InternalError"})
    calls = len(server.control("GET", "/_cleat/journal")["calls"])
    server.control("POST", "/_cleat/fleet/reset")
    assert cloud.disks() == [] and cloud.instances() == [] and cloud.disk(disk) is None
    assert server.control("GET", "/_cleat/faults")["faults"] == []
    assert server.control("GET", "/_cleat/keys") == keys
    assert server.control("GET", "/_cleat/clock")["now"] >= now
    assert len(server.control("GET", "/_cleat/journal")["calls"]) >= calls
    assert [cloud.DescribeSecurityGroups(RegionId=REGION)["TotalCount"],
            *(vpc_call(cloud, action)["TotalCount"] for action in ("DescribeVpcs", "DescribeVSwitches"))] == [0, 0, 0]
