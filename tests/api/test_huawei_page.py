"""The programs of docs/huawei.md run as they stand there."""

import pathlib
import re
import subprocess
import sys

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "huawei.md"


def test_the_program_of_the_page_runs(server):
    programs = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)
    assert "http://127.0.0.1:7480" in programs[0]
    program = "".join(programs).replace("http://127.0.0.1:7480", server.url)
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "available\n2\navailable\n['/dev/sda', '/dev/sdb']\n"), ran.stderr
