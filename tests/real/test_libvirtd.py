"""The libvirt of the tests themselves."""

import os
import pwd

import pytest

from libvirtd import Libvirtd, guest_folder

CONTAINER = "-all,+" + ",+".join(["chown", "dac_override", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "net_bind_service",
                                   "net_raw", "sys_chroot", "mknod", "audit_write", "setfcap"])
MACHINE = """<domain type='qemu'><name>one</name><memory unit='MiB'>64</memory>
<os><type arch='x86_64' machine='q35'>hvm</type><kernel>{guest}/vmlinuz</kernel><initrd>{guest}/initrd</initrd></os>
<devices><disk type='volume' device='disk'><driver name='qemu' type='raw'/><source pool='cleat' volume='one'/>
<target dev='vda' bus='virtio'/></disk></devices></domain>"""


@pytest.mark.skipif(os.getuid() != 0, reason="others have no rights to lose")
def test_root_of_a_container_has_machines(tmp_path):
    """With the rights that it has by default in most."""
    with Libvirtd(under=["setpriv", "--bounding-set", CONTAINER, "--inh-caps", "-all"]) as daemon:
        assert os.stat(f"/proc/{daemon.process.pid}").st_uid == pwd.getpwnam("nobody").pw_uid
        daemon.virsh("vol-create-as", "cleat", "one", "1M")
        (tmp_path / "one.xml").write_text(MACHINE.format(guest=guest_folder()), encoding="utf-8")
        daemon.virsh("create", str(tmp_path / "one.xml"))
        assert daemon.virsh("domstate", "one") == "running"
