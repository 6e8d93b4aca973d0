"""The libvirt of the tests themselves."""

import os
import pwd

import pytest

from libvirtd import Libvirtd, guest_folder

MACHINE = """<domain type='qemu'><name>one</name><memory unit='MiB'>64</memory>
<os><type arch='x86_64' machine='q35'>hvm</type><kernel>{guest}/vmlinuz</kernel><initrd>{guest}/initrd</initrd></os>
<devices><disk type='volume' device='disk'><driver name='qemu' type='raw'/><source pool='cleat' volume='one'/>
<target dev='vda' bus='virtio'/></disk></devices></domain>"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root is given a mount namespace")
def test_root_that_may_not_mount_has_machines_all_the_same(tmp_path):
    """As in most containers."""
    with Libvirtd(under=["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-all"]) as daemon:
        assert os.stat(f"/proc/{daemon.process.pid}").st_uid == pwd.getpwnam("nobody").pw_uid
        daemon.virsh("vol-create-as", "cleat", "one", "1M")
        (tmp_path / "one.xml").write_text(MACHINE.format(guest=guest_folder()), encoding="utf-8")
        daemon.virsh("create", str(tmp_path / "one.xml"))
        assert daemon.virsh("domstate", "one") == "running"
