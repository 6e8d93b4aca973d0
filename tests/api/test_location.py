"""Location: where clients learn the address of a product before their first call to it."""

import urllib.parse

import pytest
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.endpoint.location_service_endpoint_resolver import LocationServiceEndpointResolver
from aliyunsdkecs.request.v20140526.DescribeRegionsRequest import DescribeRegionsRequest

import signing
from cloud import REGION, UUID, leaves_of_json, leaves_of_xml
from products import LOCATION, STS, ask, call, refused


def endpoints(cloud, **parameters):
    return call(cloud, LOCATION, "DescribeEndpoints", Id=REGION, **parameters)["Endpoints"]["Endpoint"]


@pytest.mark.parametrize("service", ["ecs", "Ecs", "ess", "location", "sts", "bssopenapi", "slb", "rds"])
def test_products_are_where_the_client_called(cloud, service):
    reply = call(cloud, LOCATION, "DescribeEndpoints", Id=REGION, ServiceCode=service, Type="openAPI")
    assert UUID.fullmatch(reply.pop("RequestId"))
    assert reply == {"Success": True, "Endpoints": {"Endpoint": [
        {"Protocols": {"Protocols": ["HTTP", "HTTPS"]}, "Type": "openAPI", "Namespace": "", "Id": REGION, "SerivceCode": service,
         "Endpoint": cloud.server.endpoint}]}}


def test_address_is_that_of_the_host_header(cloud):
    """Behind a name, a forwarded port or a proxy the client's own view of the address is the one that works for it."""
    target = "/?" + urllib.parse.urlencode(signing.v1_sign("GET", signing.v1_common(
        "DescribeEndpoints", version=LOCATION, Format="JSON", Id=REGION, ServiceCode="ecs")))
    reply = cloud.send("GET", target, headers={"Host": "cloud.example:8443"}).json
    assert reply["Endpoints"]["Endpoint"][0]["Endpoint"] == "cloud.example:8443"


def test_type_and_namespace(cloud):
    assert endpoints(cloud, ServiceCode="ecs", Type="innerAPI") == []
    assert [found["Type"] for found in endpoints(cloud, ServiceCode="ecs", Type="")] == ["openAPI"]
    assert [found["Namespace"] for found in endpoints(cloud, ServiceCode="ecs", Namespace="26842")] == ["26842"]


def test_both_formats_tell_the_same(cloud):
    parameters = {"Id": REGION, "ServiceCode": "ecs"}
    in_json = leaves_of_json(ask(cloud, LOCATION, "DescribeEndpoints", parameters).json)
    in_xml = ask(cloud, LOCATION, "DescribeEndpoints", parameters, xml=True).xml
    assert in_xml.tag == "DescribeEndpointsResponse"
    assert [leaf[1] for leaf in leaves_of_xml(in_xml)[1:]] == [leaf[1] for leaf in in_json[1:]]
    assert in_xml.findtext("Endpoints/Endpoint/Protocols/Protocols") == "HTTP"


@pytest.mark.parametrize("parameters, expected", [
    ({"Id": "nowhere", "ServiceCode": "ecs"}, (404, "InvalidRegionId", "The specified region does not exist.")),
    ({"Id": "", "ServiceCode": "ecs"}, (404, "InvalidRegionId", "The specified region does not exist.")),
    ({"Id": REGION, "ServiceCode": "nothing"}, (400, "Illegal Parameter", "Please check the parameters")),
    ({"Id": REGION, "ServiceCode": ""}, (400, "Illegal Parameter", "Please check the parameters")),
    ({"Id": REGION}, (400, "MissingServiceCode", "ServiceCode is mandatory for this action.")),
    ({"ServiceCode": "ecs"}, (400, "MissingId", "Id is mandatory for this action.")),
])
def test_what_is_refused(cloud, parameters, expected):
    assert refused(cloud, LOCATION, "DescribeEndpoints", parameters) == expected


def test_errors_name_the_product_of_the_request(cloud):
    reply = ask(cloud, LOCATION, "DescribeEndpoints", Id=REGION, ServiceCode="nothing").json
    assert reply["Recommend"] == ("https://api.aliyun.com/troubleshoot?q=Illegal%20Parameter&product=Location"
                                  f"&requestId={reply['RequestId']}")
    reply = ask(cloud, STS, "DescribeDisks").json
    assert (reply["Code"], "product=Sts&" in reply["Recommend"]) == ("InvalidAction.NotFound", True)


def test_operations_are_found_in_their_own_product_only(cloud):
    assert refused(cloud, LOCATION, "DescribeDisks")[:2] == (404, "InvalidAction.NotFound")
    assert refused(cloud, signing.VERSION, "DescribeEndpoints")[:2] == (404, "InvalidAction.NotFound")
    status, code, message = refused(cloud, LOCATION, "DescribeServices")
    assert (status, code) == (404, "InvalidAction.NotFound") and "Alibaba Cloud has DescribeServices" in message


# ---- the official client's own resolver


@pytest.fixture
def resolver(cloud, monkeypatch, tmp_path):
    """It insists on https, and trusts whom it is told to."""
    trusted = tmp_path / "ca.pem"
    trusted.write_bytes(cloud.server.http("GET", "/_cleat/ca")[2])
    monkeypatch.setenv("ALIBABA_CLOUD_CA_BUNDLE", str(trusted))
    made = LocationServiceEndpointResolver(AcsClient(cloud.key_id, cloud.secret, REGION))
    made.set_location_service_endpoint(cloud.server.endpoint)
    return made


class Wanted:
    """What the resolver reads of a request."""

    def __init__(self, product="Ecs", service="ecs", region=REGION, endpoint_type="openAPI"):
        self.product_code, self.product_code_lower = product, product.lower()
        self.location_service_code, self.region_id, self.endpoint_type = service, region, endpoint_type


def test_official_resolver_finds_the_server(cloud, resolver):
    request = DescribeRegionsRequest()
    request.set_endpoint(resolver.resolve(Wanted()))
    request.set_protocol_type("http")
    assert request.endpoint == cloud.server.endpoint
    assert REGION.encode() in resolver._client.do_action_with_exception(request)


def test_official_resolver_knows_what_is_not_there(resolver):
    unknown_product, unknown_region = Wanted("Nope", "nope"), Wanted(region="nowhere-1")
    assert resolver.resolve(unknown_product) is None and resolver.resolve(unknown_region) is None
    assert not resolver.is_product_code_valid(unknown_product)
    assert resolver._invalid_region_ids == {"nowhere-1"}
    assert resolver.is_product_code_valid(Wanted())
    assert resolver.resolve(Wanted(endpoint_type="innerAPI")) is None
