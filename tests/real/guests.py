"""Guests that boot in two seconds, and what is said to them: by their agent, through libvirt."""

import base64
import json

from libvirtd import guest_folder, wait_for

IMAGES = {  # id: what its kernel is told besides
    "tiny": "",
    "mute": "guest.mute",  # no agent
    "slow": "guest.delay=2",
    "deaf": "acpiphp.disable=1",  # never hears of a hot unplug
}


CONTENT = b"what an image holds" * 1000


def fleet_file(path):
    """Writes a fleet whose catalogue has the images and the type test.tiny, and an account of each cloud; its path."""
    guest = guest_folder()
    images = [{"id": name, "kernel": str(guest / "vmlinuz"), "initrd": str(guest / "initrd"),
               "cmdline": f"console=ttyS0 quiet rdinit=/init no_timer_check {more}", "size_gib": 1}
              for name, more in IMAGES.items()]
    # The other cloud's: the same machines, of ids of their own.
    images += [{**image, "id": f"huawei-{image['id']}", "realm": "huawei"} for image in images]
    # Bytes, a hole, and bytes.
    content = path.parent / "content.raw"
    with open(content, "wb") as file:
        file.write(CONTENT)
        file.seek(8 << 20)
        file.write(CONTENT)
        file.truncate(16 << 20)
    images.append({"id": "content", "path": str(content), "size_gib": 20})
    types = [{"id": "test.tiny", "family": "test", "cpus": 1, "memory_mib": 128}]
    types.append({**types[0], "id": "huawei.tiny", "realm": "huawei"})
    accounts = [{"access_keys": [{"id": "first", "secret": "first-secret"}]}, {"realm": "huawei"}]
    path.write_text(json.dumps({"cleat_fleet": 1, "catalogue": {"instance_types": types, "images": images}, "accounts": accounts}),
                    encoding="utf-8")
    return path


class Guest:
    """What runs in an instance, spoken to by its agent."""

    def __init__(self, libvirtd, instance):
        self.libvirtd, self.instance = libvirtd, instance

    def agent(self, command, **arguments):
        text = json.dumps({"execute": command, "arguments": arguments} if arguments else {"execute": command})
        reply = self.libvirtd.virsh("qemu-agent-command", self.instance, text, check=False)
        return None if reply is None else json.loads(reply)["return"]

    def start(self, script):
        """Begins it; the process id."""
        return self.agent("guest-exec", path="/bin/sh", arg=["-c", script], **{"capture-output": True})["pid"]

    def ended(self, pid):
        """What the agent tells of a program that has ended; None before. It tells that once."""
        status = self.agent("guest-exec-status", pid=pid)
        return status if status and status["exited"] else None

    def sh(self, script):
        """Its output; a status other than 0 fails."""
        pid = self.start(script)
        status = wait_for(lambda: self.ended(pid), f"the guest has done: {script}")
        output = base64.b64decode(status.get("out-data", "")).decode()
        assert status["exitcode"] == 0, f"{script}: {output} {base64.b64decode(status.get('err-data', '')).decode()}"
        return output.strip()

    def wait(self):
        wait_for(lambda: self.agent("guest-ping") is not None, f"the agent of {self.instance} answers")
        return self

    def device(self, disk_serial):
        """/dev/vdb, once the guest has it."""
        find = f'for b in /sys/block/vd*; do [ "$(cat $b/serial)" = "{disk_serial}" ] && echo /dev/${{b##*/}}; done; true'
        return wait_for(lambda: self.sh(find), f"{self.instance} sees {disk_serial}")
