"""A fork server waits for whoever has started it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PYTHON_FOLDER = str(Path(__file__).parent.parent)

# Alone for a tenth of a second is alone enough here; the imports take three times that.
PROGRAM = """
import sys
from millrace_worker import forkserver
forkserver._LONELY_S = 0.1
sys.exit(forkserver.main([sys.argv[1]]))
"""


class ForkServerTest(unittest.TestCase):
    def test_slow_imports_do_not_count_as_being_alone(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "slow_to_import.py").write_text("import time\ntime.sleep(0.3)\n")
            path = os.path.join(folder, "f.sock")
            options = json.dumps({"socket": path, "preload": ["slow_to_import"], "spares": 0})
            environment = {**os.environ, "PYTHONPATH": f"{PYTHON_FOLDER}{os.pathsep}{folder}"}
            server = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, options],
                stdout=subprocess.PIPE,
                env=environment,
            )
            try:
                assert server.stdout is not None
                self.assertEqual(server.stdout.readline(), b"ready\n")
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect(path)
                    with self.assertRaises(subprocess.TimeoutExpired):
                        server.wait(0.5)
                # Once nobody is there, it leaves by itself.
                self.assertEqual(server.wait(20), 0)
            finally:
                server.kill()
                server.wait()
                if server.stdout:
                    server.stdout.close()
