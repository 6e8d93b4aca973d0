"""A libvirt of the test's own, with the pool `cleat`, and the guest that its machines boot (tools/private-libvirtd,
tools/guest-image)."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds; what takes milliseconds on a machine at rest


def guest_folder():
    """Where vmlinuz and initrd are; built if they are not."""
    folder = ROOT / os.environ.get("CLEAT_GUEST", "build/guest")
    subprocess.run([ROOT / "tools/guest-image", folder], check=True, stdin=subprocess.DEVNULL)
    return folder


def wait_for(what, said, patience=PATIENCE):
    """Waits until what() is true, and returns that; `said` names it if it never is."""
    end = time.monotonic() + patience
    while True:
        value = what()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"never happened in {patience} s: {said}")
        time.sleep(0.05)


class Libvirtd:
    """Started by `with`; kill() and start() in between are the daemon's alone, its machines go on."""

    def __init__(self):
        # Sockets' names are short; so is the path.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="clv", dir="/tmp"))
        self.process = None
        self.ending = False  # the end of the daemon is the test's doing
        self.crashes = 0

    @property
    def uri(self):
        return (self.folder / "uri").read_text(encoding="ascii").strip()

    def virsh(self, *words, check=True):
        done = subprocess.run(["virsh", "-q", "-c", self.uri, *words], check=False, capture_output=True, text=True)
        if check and done.returncode:
            raise AssertionError(f"virsh {' '.join(words)}: {done.stderr}")
        return done.stdout.strip() if done.returncode == 0 else None

    def start(self):
        self.ending = False
        log = open(self.folder / "output", "ab")
        self.process = subprocess.Popen([ROOT / "tools/private-libvirtd", self.folder], stdin=subprocess.DEVNULL,
                                        stdout=log, stderr=log, start_new_session=True)
        log.close()
        threading.Thread(target=self.watch, args=(self.process,), daemon=True).start()
        wait_for(self.answers, "libvirtd answers: " + str(self.folder / "libvirtd.log"))

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "output").read_text(encoding="utf-8"))
        return (self.folder / "uri").exists() and self.virsh("version", check=False) is not None

    def watch(self, process):
        """libvirtd 9.0 sometimes crashes when a client of its is killed: it is started again, as a service would be."""
        process.wait()
        if process is self.process and not self.ending:
            self.crashes += 1
            self.start()

    def kill(self):
        """As by the kernel: at once. It stays away until start()."""
        self.ending = True
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def __enter__(self):
        self.start()
        (self.folder / "pool").mkdir()
        self.virsh("pool-define-as", "cleat", "dir", "--target", str(self.folder / "pool"))
        self.virsh("pool-start", "cleat")
        self.virsh("pool-autostart", "cleat")
        return self

    def machines(self):
        """Processes of QEMU that have something below the folder open; of this libvirt alone."""
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                words = pathlib.Path("/proc", pid, "cmdline").read_bytes().split(b"\0")
                root = os.readlink(f"/proc/{pid}/exe")
            except OSError:
                continue
            if "qemu-system" in root and any(str(self.folder).encode() in word for word in words):
                yield int(pid)

    def __exit__(self, *_):
        for name in (self.virsh("list", "--name", check=False) or "").split():
            self.virsh("destroy", name, check=False)
        self.ending = True
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
