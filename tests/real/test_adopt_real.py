"""An operator's own guest: given the API, detached from, and let go of as it was."""

import subprocess

import pytest

from cloud import Refused
from guests import Guest
from libvirtd import guest_folder, wait_for

NAME = "theirs"


@pytest.fixture(scope="module")
def theirs(libvirtd):
    """A domain with two disks of its own, that Cleat has never heard of."""
    folder, guest = libvirtd.folder, guest_folder()
    subprocess.run(["qemu-img", "create", "-q", "-f", "raw", folder / "root.raw", "1G"], check=True)
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", folder / "data.qcow2", "1G"], check=True)
    ports = "<controller type='pci' model='pcie-root-port'/>" * 8
    (folder / "theirs.xml").write_text(f"""
<domain type='qemu'><name>{NAME}</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type><kernel>{guest}/vmlinuz</kernel><initrd>{guest}/initrd</initrd>
    <cmdline>console=ttyS0 quiet rdinit=/init</cmdline></os><features><acpi/></features>
  <devices><controller type='pci' index='0' model='pcie-root'/>{ports}<controller type='usb' model='none'/>
    <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{folder}/root.raw'/>
      <target dev='vda' bus='virtio'/><serial>root</serial></disk>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{folder}/data.qcow2'/>
      <target dev='vdb' bus='virtio'/><serial>data</serial></disk>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel><serial type='pty'/>
  </devices></domain>""", encoding="utf-8")
    libvirtd.virsh("define", str(folder / "theirs.xml"))
    libvirtd.virsh("start", NAME)
    guest = Guest(libvirtd, NAME).wait()
    yield guest
    libvirtd.virsh("destroy", NAME, check=False)
    libvirtd.virsh("undefine", NAME)


def adopt(real, status=200, **more):
    return real.server.control("POST", "/_cleat/adopt", {"machine": NAME, **more}, status=status)


def drifts(real):
    return real.server.control("GET", "/_cleat/drift")["drifts"]


def test_machine_with_a_backup_under_way_is_refused(real, libvirtd, theirs):
    """Libvirt's own: it goes on until who began it ends it."""
    folder = libvirtd.folder
    (folder / "backup.xml").write_text(f"<domainbackup mode='pull'><server transport='unix' socket='{folder}/backup'/><disks>"
                                       f"<disk name='vdb' backup='yes' type='file'><scratch file='{folder}/scratch'/></disk></disks></domainbackup>", encoding="ascii")
    libvirtd.virsh("backup-begin", NAME, str(folder / "backup.xml"))
    refused = adopt(real, 409)["error"]
    assert refused["reason"] == "machine-busy"
    libvirtd.virsh("domjobabort", NAME)
    assert theirs and adopt(real, dry_run=True)["instance"] == ""


def test_story_of_an_adopted_machine(real, libvirtd, theirs, cleat):
    def run(*words):
        return cleat(*words, "--endpoint", real.server.url, "--control-token-file", real.server.token_file)

    before = libvirtd.virsh("dumpxml", "--inactive", NAME)
    # A backup or block job under way would meet the detach.
    libvirtd.virsh("blockcopy", NAME, "vdb", "--dest", str(libvirtd.folder / "copy.qcow2"), "--transient-job")
    refused = adopt(real, 409)["error"]
    assert refused["reason"] == "machine-busy" and "a block job on vdb" in refused["message"]
    libvirtd.virsh("blockjob", NAME, "vdb", "--abort")
    # What would be taken.
    dry = adopt(real, dry_run=True)
    assert dry["instance"] == "" and [disk["native"] for disk in dry["disks"]] == [
        f"raw:{libvirtd.folder}/root.raw", f"qcow2:{libvirtd.folder}/data.qcow2"]
    said = run("adopt", NAME, "--dry-run")
    assert said.returncode == 0 and said.stdout.startswith("theirs would be an instance") and "data.qcow2" in said.stdout
    assert real.cloud.instances() == []
    # Taken.
    taken = adopt(real)
    instance, (root, data) = taken["instance"], [disk["disk"] for disk in taken["disks"]]
    shown = real.cloud.instance(instance)
    assert shown["Status"] == "Running" and shown["SerialNumber"].lower() == taken["uuid"] and shown["DeletionProtection"]
    assert real.cloud.disk(data)["Device"] == "/dev/xvdb" and not real.cloud.disk(data)["DeleteWithInstance"]
    assert adopt(real, 409)["error"]["reason"] == "machine-held"
    with pytest.raises(Refused):
        real.cloud.DeleteInstance(InstanceId=instance, Force=True)
    assert libvirtd.virsh("dumpxml", "--inactive", NAME) == before  # nothing was written there
    assert drifts(real) == []
    # In use, and then not.
    theirs.sh("/sbin/mke2fs -q -F -t ext4 /dev/vdb && mount -t ext4 /dev/vdb /mnt && echo kept >/mnt/file && sync")
    real.cloud.DetachDisk(DiskId=data, InstanceId=instance)
    wait_for(lambda: "/mnt (ext4) is mounted" in real.why(data), "the detach is refused")
    theirs.sh("umount /mnt")
    real.detach(data, instance)
    assert "data.qcow2" not in libvirtd.virsh("domblklist", NAME) + libvirtd.virsh("domblklist", NAME, "--inactive")
    # It goes to a machine of Cleat's own, and back.
    own = real.run()
    real.attach(data, own)
    device = real.device(data, own)
    assert real.guest(own).sh(f"mount -t ext4 {device} /mnt && cat /mnt/file && umount /mnt") == "kept"
    real.detach(data, own)
    real.attach(data, instance)
    # Also after a restart the server knows which is which.
    real.server.kill9()
    real.server.start()
    real.detach(data, instance)
    # Cleat does not delete what it did not make.
    real.cloud.DeleteDisk(DiskId=data)
    wait_for(lambda: "Cleat did not make this disk" in real.why(data), "the deletion is refused")
    assert real.cloud.disk(data)["Status"] == "Available" and (libvirtd.folder / "data.qcow2").exists()
    # Others' edits are told, and left.
    libvirtd.virsh("destroy", NAME)
    libvirtd.virsh("detach-disk", NAME, "vda", "--config")
    assert [(drift["disk"], drift["message"]) for drift in drifts(real)] == [
        ("", "the machine is off, and on record as Running"), (root, "the machine does not have the disk any more")]
    assert "the machine does not have the disk any more" in run("drift").stdout
    assert "root.raw" not in libvirtd.virsh("domblklist", NAME, "--inactive")
    # Let go.
    assert real.server.control("POST", "/_cleat/adopt/release", {"id": own}, status=409)["error"]["reason"] == "not-adopted"
    assert run("release", instance).returncode == 0
    real.server.control("POST", "/_cleat/adopt/release", {"id": data})
    assert [each["InstanceId"] for each in real.cloud.instances()] == [own]
    assert NAME in libvirtd.virsh("list", "--all", "--name").split()
    assert (libvirtd.folder / "root.raw").exists() and (libvirtd.folder / "data.qcow2").exists()
    real.remove(own)


@pytest.fixture
def raw_disks(libvirtd):
    """A domain of two raw disks, whose serial numbers are what libvirt allows."""
    folder, guest = libvirtd.folder, guest_folder()
    disks = ""
    for target, serial in (("vda", "WD_12+345 a"), ("vdb", "WD_12+345 b")):
        subprocess.run(["qemu-img", "create", "-q", "-f", "raw", folder / f"{target}.raw", "1G"], check=True)
        disks += (f"<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{folder}/{target}.raw'/>"
                  f"<target dev='{target}' bus='virtio'/><serial>{serial}</serial></disk>")
    ports = "<controller type='pci' model='pcie-root-port'/>" * 8
    (folder / "raw.xml").write_text(f"""
<domain type='qemu'><name>raw</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type><kernel>{guest}/vmlinuz</kernel><initrd>{guest}/initrd</initrd>
    <cmdline>console=ttyS0 quiet rdinit=/init acpiphp.disable=1</cmdline></os><features><acpi/></features>
  <devices><controller type='pci' index='0' model='pcie-root'/>{ports}<controller type='usb' model='none'/>{disks}
    <serial type='pty'/></devices></domain>""", encoding="utf-8")
    libvirtd.virsh("define", str(folder / "raw.xml"))
    libvirtd.virsh("start", "raw")
    yield "raw"
    libvirtd.virsh("destroy", "raw", check=False)
    libvirtd.virsh("undefine", "raw")


def test_disk_that_was_cut_off_does_not_come_back_as_what_is_left_of_it(real, libvirtd, raw_disks):
    taken = real.server.control("POST", "/_cleat/adopt", {"machine": raw_disks})
    instance, (_, data) = taken["instance"], [disk["disk"] for disk in taken["disks"]]
    real.server.control("POST", "/_cleat/fence", {"disk": data, "instance": instance})
    real.wait_disk(data, "Available")
    opened = subprocess.run(["qemu-io", "-f", "raw", "-c", "read 0 512", libvirtd.folder / "vdb.raw"], capture_output=True,
                            text=True, check=False)
    assert "read 512/512" in opened.stdout, opened.stderr
    # Its device is there still, and reaches nothing.
    assert "vdb.raw" in libvirtd.virsh("domblklist", raw_disks)
    real.cloud.AttachDisk(DiskId=data, InstanceId=instance)
    wait_for(lambda: "restart the machine first" in real.why(data), "it is refused")
    assert real.cloud.status(data) == "Available"
    real.cloud.RebootInstance(InstanceId=instance, ForceStop=True)
    real.wait_instance(instance, "Running")
    real.attach(data, instance)
    assert "vdb.raw" in libvirtd.virsh("domblklist", raw_disks)
    real.cloud.StopInstance(InstanceId=instance, ForceStop=True)
    real.wait_instance(instance, "Stopped")
    real.server.control("POST", "/_cleat/adopt/release", {"id": instance})


def test_what_cannot_be_adopted(real, libvirtd):
    missing = real.server.control("POST", "/_cleat/adopt", {"machine": "nobody"}, status=404)["error"]
    assert missing["reason"] == "machine-unknown" and "there is no such machine" in missing["message"]
    assert real.server.control("POST", "/_cleat/adopt/release", {"id": "i-none"}, status=404)["error"]["reason"] == "instance-unknown"
