"""Filter.N of the lists: a filter that is not whole is refused in the words of the operation, never passed over."""

import pytest

from cloud import REGION

WHEN = "2020-01-01T00:00Z"
KEY = (404, "InvalidFilterKey.NotFound")
VALUE = (404, "InvalidFilterValue")
TWICE = {"Filter.1.Key": "CreationStartTime", "Filter.1.Value": WHEN, "Filter.2.Key": "CreationStartTime",
         "Filter.2.Value": "2021-01-01T00:00Z"}
LISTS = ["DescribeDisks", "DescribeInstances", "DescribeSnapshots", "DescribeImages"]


@pytest.mark.parametrize("operation", LISTS)
@pytest.mark.parametrize("filters, is_value", [
    ({"Filter.1.Key": "CreationStartTime"}, True),
    ({"Filter.1.Key": "CreationEndTime", "Filter.1.Value": ""}, True),
    ({"Filter.1.Value": WHEN}, False),
    ({"Filter.1.Key": "", "Filter.1.Value": WHEN}, False),
    ({"Filter.1.Key": "CreationStartTime", "Filter.1.Value": WHEN, "Filter.2.Value": WHEN}, False),
    (TWICE, False),
])
def test_filter_that_is_not_whole(cloud, operation, filters, is_value):
    expected = VALUE if is_value and operation == "DescribeDisks" else KEY
    assert cloud.refused(operation, RegionId=REGION, **filters) == expected


@pytest.mark.parametrize("operation", LISTS)
def test_filters_that_say_nothing_or_differ(cloud, operation):
    cloud.call(operation, RegionId=REGION, **{"Filter.1.Key": "", "Filter.1.Value": ""})
    cloud.call(operation, RegionId=REGION, **{**TWICE, "Filter.2.Key": "CreationEndTime"})
