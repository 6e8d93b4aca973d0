"""That the checks which every reply goes through can fail (shapes.py)."""

import importlib
import importlib.util
import json
import pathlib
import xml.etree.ElementTree

import pytest
from alibabacloud_ecs20140526 import models

import shapes

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

SHAPE = {"Disks": {"Disk": [{"Size": "number", "Portable": "boolean", "DiskId": "string"}]}, "TotalCount": "number"}


@pytest.mark.parametrize("reply, says", [
    ({"Total": 1}, "the vendor has no X.Total"),
    ({"TotalCount": "1"}, "X.TotalCount is '1', the vendor's is a number"),
    ({"TotalCount": True}, "X.TotalCount is True"),
    ({"Disks": []}, "X.Disks"),
    ({"Disks": {"Disk": [{"Size": 1}, {"Sise": 1}]}}, r"the vendor has no X.Disks.Disk\[\].Sise"),
    ({"Disks": {"Disk": [{"Portable": "true"}]}}, "Portable is 'true'"),
])
def test_reply_that_differs_from_the_vendors_shape(reply, says):
    with pytest.raises(AssertionError, match=says):
        shapes.check_shape(reply, SHAPE, "X")


@pytest.mark.parametrize("reply", [{}, {"TotalCount": 1}, {"Disks": {"Disk": []}},
                                   {"Disks": {"Disk": [{"Size": 1, "Portable": True, "DiskId": ""}]}, "TotalCount": 0}])
def test_reply_that_fits(reply):
    shapes.check_shape(reply, SHAPE, "X")


def test_reply_that_lacks_what_a_client_reads():
    disks = {"Disk": [{"DiskId": "d-1"}, {}]}
    assert shapes.check_read({"Disks": disks}, ["Disks", "Disk"], "X")
    assert shapes.check_read({"Disks": disks}, ["Disks", "Disk[]", "DiskId?"], "X")
    assert not shapes.check_read({"Disks": disks}, ["Disks", "Disk[]", "Size?"], "X")
    with pytest.raises(AssertionError, match="lacks"):
        shapes.check_read({"Disks": disks}, ["Disks", "Disk[]", "DiskId"], "lacks")
    with pytest.raises(AssertionError, match="lacks"):
        shapes.check_read({}, ["Disks", "Disk[]", "DiskId"], "lacks")


@pytest.mark.parametrize("text, value", [
    ("<X><Disks></Disks><TotalCount>0</TotalCount></X>", {"Disks": {"Disk": []}, "TotalCount": 0}),
    ("<X><Disks><Disk><Size>20</Size><Portable>true</Portable></Disk><Disk><DiskId></DiskId></Disk></Disks></X>",
     {"Disks": {"Disk": [{"Size": 20, "Portable": True}, {"DiskId": ""}]}}),
])
def test_xml_is_read_as_json_would_be(text, value):
    assert shapes.read_xml(xml.etree.ElementTree.fromstring(text), SHAPE, "X") == value


@pytest.mark.parametrize("text", ["<X><Total>1</Total></X>", "<X><Disks><Disk><Portable>yes</Portable></Disk></Disks></X>",
                                  "<X><TotalCount>many</TotalCount></X>", "<X><TotalCount>1</TotalCount><TotalCount/></X>",
                                  "<X><TotalCount><Disk/></TotalCount></X>"])
def test_xml_that_differs(text):
    with pytest.raises((AssertionError, ValueError)):
        shapes.read_xml(xml.etree.ElementTree.fromstring(text), SHAPE, "X")


@pytest.fixture(scope="module")
def vendor_shapes():
    """tools/vendor_shapes.py, which writes the data from the official client's models."""
    spec = importlib.util.spec_from_file_location("vendor_shapes", ROOT / "tools" / "vendor_shapes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("operation", sorted(set(shapes.SHAPES) - {"_note"}))
def test_shapes_and_parameters_are_those_of_the_official_client(vendor_shapes, operation):
    assert shapes.SHAPES[operation] == vendor_shapes.reply_shape(getattr(models, operation + "ResponseBody"))
    known = json.loads((shapes.DATA / "aliyun_operations.json").read_text("utf-8"))[operation]["parameters"]
    of_client = vendor_shapes.parameters(getattr(models, operation + "Request"))
    assert of_client.items() <= known.items()


@pytest.mark.parametrize("product", ["rds", "slb"])
def test_shapes_of_other_products_are_those_of_their_clients(vendor_shapes, product):
    package, file = vendor_shapes.PRODUCTS[product]
    of_client = importlib.import_module(package.replace("-", "_") + ".models")
    for operation, shape in json.loads((shapes.DATA / file).read_text("utf-8")).items():
        assert shape == vendor_shapes.reply_shape(getattr(of_client, operation + "ResponseBody"))


def test_every_path_that_a_client_reads_is_in_the_vendors_shape():
    for operation, paths in shapes.READ.items():
        for path in paths:
            shape = shapes.SHAPES[operation]
            for name in path.removesuffix("?").split("."):
                shape = shape[name.removesuffix("[]")]
                shape = shape[0] if name.endswith("[]") else shape
