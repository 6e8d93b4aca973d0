"""A `cleat serve` as a process of its own, on a free port of 127.0.0.1, for tests.

Environment: CLEAT_BINARY (the binary; otherwise `cleat` on the PATH), CLEAT_SLOWER (a factor for timeouts, under sanitizers
say), CLEAT_WRAPPER (a command to run the binary with)."""

import http.client
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import time

BINARY = pathlib.Path(os.environ.get("CLEAT_BINARY") or shutil.which("cleat") or "cleat").resolve()
WRAPPER = shlex.split(os.environ.get("CLEAT_WRAPPER", ""))
SLOWER = float(os.environ.get("CLEAT_SLOWER", "1"))
SANITIZER_REPORTS = ("ERROR: AddressSanitizer", "WARNING: ThreadSanitizer", "ERROR: LeakSanitizer", ": runtime error: ")

OBSERVERS = []  # called with a server before it is stopped


def clean_environment(**more):
    """The environment without settings of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLEAT_")}
    return {**kept, **{name: str(value) for name, value in more.items()}}


class Running:
    """A server that somebody else started, and ends: `url` is http://HOST:PORT."""

    log = ""

    def __init__(self, url, token_file):
        self.endpoint, self.token_file = url.split("//")[-1].rstrip("/"), pathlib.Path(token_file)

    @property
    def url(self):
        return f"http://{self.endpoint}"

    @property
    def token(self):
        return self.token_file.read_text(encoding="ascii").strip()

    def http(self, method, path, body=None, headers=None, timeout=30):
        """One request on a connection of its own: (status, headers, body)."""
        connection = http.client.HTTPConnection(self.endpoint, timeout=timeout * SLOWER)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            reply = connection.getresponse()
            return reply.status, dict(reply.getheaders()), reply.read()
        finally:
            connection.close()


class Server(Running):
    """`cleat serve` with --dev-key, pace instant and every transaction run twice, unless flags say otherwise.

    Flags are options with underscores (clock="manual", max_body=2048); True is a flag without a value, None and False
    leave it out. `durable` keeps the data in `folder`/data over restarts; otherwise the server is --ephemeral.
    """

    def __init__(self, folder, durable=False, env=None, **flags):  # pylint: disable=super-init-not-called
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "data" if durable else None
        self.env = env or {}
        self.flags = {"listen": "127.0.0.1:0", "dev_key": True, "pace": "instant", "store_run_twice": True, **flags}
        self.log_file = self.folder / "server.log"
        self.port_file = self.folder / "port"
        self.token_file = self.data / "control_token" if durable else self.folder / "control_token"
        self.process = None
        self.port = None

    @property
    def pid(self):
        return self.process.pid

    @property
    def endpoint(self):
        return f"127.0.0.1:{self.port}"

    @property
    def log(self):
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    def command(self):
        flags = {"port_file": self.port_file, **self.flags}
        if self.data:
            flags["data"] = self.data
        else:
            flags.update(ephemeral=True, control_token_file=self.token_file)
        words = [*WRAPPER, str(BINARY), "serve"]
        for name, value in flags.items():
            if value is True:
                words.append("--" + name.replace("_", "-"))
            elif value is not None and value is not False:
                words += ["--" + name.replace("_", "-"), str(value)]
        return words

    def start(self, wait=True):
        """Starts it and waits until it is ready. With wait=False the caller looks after the rest."""
        self.port_file.unlink(missing_ok=True)
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=clean_environment(**self.env))
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=15):
        deadline = time.monotonic() + seconds * SLOWER
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"cleat serve ended with {self.process.returncode} at its start:\n{self.log[-4000:]}")
            text = self.port_file.read_text(encoding="ascii").strip() if self.port_file.exists() else ""
            if text:
                self.port = int(text)
                try:
                    if self.http("GET", "/readyz")[0] == 200:
                        return
                except OSError:
                    pass
            time.sleep(0.005)
        raise AssertionError(f"cleat serve is not ready after {seconds * SLOWER:.0f} s:\n{self.log[-4000:]}")

    def control(self, method, path, body=None, status=200, token=None):
        """Asks the control API; the reply as JSON. Another status than the expected one fails."""
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        text = None if body is None else json.dumps(body)
        got, _, reply = self.http(method, path, text, headers)
        assert got == status, f"{method} {path}: {got} {reply[:500]!r}"
        return json.loads(reply) if reply else None

    def advance(self, seconds):
        """Moves the clock of a server with clock="manual"; gives the new time."""
        return self.control("POST", "/_cleat/clock/advance", {"milliseconds": int(seconds * 1000)})["now"]

    def kill9(self):
        """Ends it at this instant, as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds=20):
        """SIGTERM. Everything but an orderly end fails, and so does a sanitizer's report."""
        if self.process is None:
            return
        for observer in OBSERVERS:
            observer(self)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds * SLOWER)
            except subprocess.TimeoutExpired:
                self.kill9()
                raise AssertionError(f"cleat serve did not end after SIGTERM:\n{self.log[-4000:]}") from None
        status = self.process.returncode
        self.process = None
        reports = [report for report in SANITIZER_REPORTS if report in self.log]
        if reports or status not in (0, -signal.SIGKILL):
            start = min((self.log.find(report) for report in reports), default=len(self.log) - 4000)
            raise AssertionError(f"cleat serve ended with {status}:\n{self.log[max(start - 200, 0):][:8000]}")

    def restart(self):
        self.stop()
        return self.start()
