"""Scaling groups for the tests: calls to Auto Scaling in both its editions, and groups with instances."""

import json
import pathlib

import shapes
from cloud import IMAGE, REGION, TYPE, Refused
from products import ask

FIRST, LATER = "2014-08-28", "2022-02-22"
SHAPES = json.loads((pathlib.Path(__file__).resolve().parent.parent / "data" / "aliyun_ess_shapes.json").read_text("utf-8"))


def flat(value, prefix=""):
    """Parameters as they are sent: {"Tag": [{"Key": "a"}]} is {"Tag.1.Key": "a"}."""
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, (list, tuple)):
        items = ((str(i), child) for i, child in enumerate(value, 1))
    else:
        return {prefix: value}
    found = {}
    for name, child in items:
        found.update(flat(child, f"{prefix}.{name}" if prefix else name))
    return found


class Ess:
    """Calls operations of one edition: ess.DetachInstances(ScalingGroupId=group, InstanceId=[...]). Lists are named as in the
    first edition; the later one's names are made of them. Replies are held against the vendor's shape."""

    PLURALS = {"InstanceId": "InstanceIds", "LoadBalancerWeight": "LoadBalancerWeights", "RemovalPolicy": "RemovalPolicies",
               "ScalingActivityId": "ScalingActivityIds", "Tag": "Tags", "DataDisk": "DataDisks",
               "LoadBalancerConfig": "LoadBalancerConfigs", "ResourceId": "ResourceIds", "TagKey": "TagKeys", "SuspendedProcess": "SuspendedProcesses", "Process": "Processes"}

    def __init__(self, cloud, version=FIRST):
        self.cloud, self.version = cloud, version
        self.in_xml = False

    def spelled(self, action, parameters):
        if self.version == FIRST:
            return parameters
        plurals = {**self.PLURALS, "ScalingGroupId": "ScalingGroupIds"}
        return {plurals[name] if isinstance(value, (list, tuple)) and name in plurals else name: value
                for name, value in parameters.items()}

    def ask(self, action, xml=False, **parameters):
        return ask(self.cloud, self.version, action, flat(self.spelled(action, {"RegionId": REGION, **parameters})), xml=xml)

    def call(self, action, **parameters):
        """Replies of the first edition are asked for in JSON and XML in turn, as Cloud does; in XML of the later one a list
        that is empty is not there."""
        answered = {form for name, form in shapes.ANSWERED if name == f"ess {action}"}
        in_xml = self.version == FIRST and ("JSON" in answered if len(answered) == 1 else self.in_xml)
        reply = self.ask(action, xml=in_xml, **parameters)
        if reply.status != 200:
            raise Refused(*reply.fault)
        self.in_xml = not in_xml
        shape = SHAPES[self.version][action]
        value = shapes.read_xml(reply.xml, shape, action) if in_xml else reply.json
        assert not in_xml or reply.xml.tag == action + "Response"
        shapes.check_shape(value, shape, action)
        shapes.ANSWERED.add((f"ess {action}", "XML" if in_xml else "JSON"))
        return value

    def __getattr__(self, action):
        if not action[0].isupper():
            raise AttributeError(action)
        return lambda **parameters: self.call(action, **parameters)

    def refused(self, action, **parameters):
        """The call must be refused: (status, code, message)."""
        return self.ask(action, **parameters).fault

    # ---- lists, whatever the edition

    def listed(self, reply, name, item):
        return reply[name][item] if self.version == FIRST else reply[name]

    def groups(self, *ids, **more):
        return self.listed(self.DescribeScalingGroups(**({"ScalingGroupId": list(ids)} if ids else {}), **more),
                           "ScalingGroups", "ScalingGroup")

    def group(self, group):
        found = self.groups(group)
        return found[0] if found else None

    def members(self, group, **more):
        return self.listed(self.DescribeScalingInstances(ScalingGroupId=group, **{"PageSize": 100, **more}),
                           "ScalingInstances", "ScalingInstance")

    def ids(self, group, **more):
        return {member["InstanceId"] for member in self.members(group, **more)}

    def activities(self, group, **more):
        return self.listed(self.DescribeScalingActivities(ScalingGroupId=group, **{"PageSize": 50, **more}),
                           "ScalingActivities", "ScalingActivity")

    def activity(self, activity):
        (found,) = self.listed(self.DescribeScalingActivities(ScalingActivityId=[activity]), "ScalingActivities",
                               "ScalingActivity")
        return found

    # ---- things

    def make_group(self, enable=True, configuration=True, **more):
        group = self.CreateScalingGroup(**{"MinSize": 0, "MaxSize": 10, **more})["ScalingGroupId"]
        if configuration:
            made = self.CreateScalingConfiguration(ScalingGroupId=group, ImageId=IMAGE, InstanceType=TYPE)
            if enable:
                self.EnableScalingGroup(ScalingGroupId=group, ActiveScalingConfigurationId=made["ScalingConfigurationId"])
        return group

    def make_attached(self, n=2, instances=None, **more):
        """(group, instances), the instances InService."""
        group = self.make_group(**more)
        instances = instances or self.cloud.make_instances(Amount=n)
        self.AttachInstances(ScalingGroupId=group, InstanceId=instances)
        return group, instances
