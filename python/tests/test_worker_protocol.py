"""Frames survive any cut, and the fork server keeps its promises to a raw client."""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import unittest
from typing import Any

from millrace_worker import protocol

PYTHON_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
START = (
    f"import sys; sys.path.insert(0, {PYTHON_FOLDER!r}); "
    "from millrace_worker.forkserver import main; sys.exit(main(sys.argv[1:]))"
)


class Frames(unittest.TestCase):
    def test_come_out_as_they_went_in_however_they_are_cut(self) -> None:
        messages = [{"n": n, "text": "ü" * (n * 7 % 50)} for n in range(50)]
        data = b"".join(protocol.encode(message) for message in messages)
        chance = random.Random(7)
        reader = protocol.FrameReader()
        found: list[Any] = []
        while data:
            size = chance.randint(1, 60)
            found += reader.feed(data[:size])
            data = data[size:]
        self.assertEqual(found, messages)

    def test_refuses_a_frame_that_is_too_long(self) -> None:
        with self.assertRaisesRegex(ValueError, "at most"):
            list(protocol.FrameReader().feed(b"\xff\xff\xff\xff"))


class ForkServerCase(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def start(self, **options: Any) -> subprocess.Popen[bytes]:
        settings = json.dumps({"socket": f"{self.folder}/s", **options})
        command = [sys.executable, "-c", START, settings]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        def end() -> None:
            with contextlib.suppress(ProcessLookupError):
                server.kill()
            server.communicate()

        self.addCleanup(end)
        assert server.stdout is not None
        self.first_line = server.stdout.readline()
        return server

    def connect(self) -> socket.socket:
        client = socket.socket(socket.AF_UNIX)
        self.addCleanup(client.close)
        client.settimeout(20)
        client.connect(f"{self.folder}/s")
        return client

    def ask(self, client: socket.socket, op: str, **fields: Any) -> dict[str, Any]:
        protocol.send(client, {"id": 1, "op": op, **fields})
        answer = protocol.receive(client)
        assert answer is not None
        return answer

    def test_runs_one_server_a_socket(self) -> None:
        self.start()
        self.assertEqual(self.first_line, b"ready\n")
        second = self.start()
        self.assertEqual((self.first_line, second.wait()), (b"", 75))

    def test_tells_what_could_not_be_imported_and_serves_all_the_same(self) -> None:
        self.start(preload=["json", "no_such_module"])
        hello = self.ask(self.connect(), "hello")
        self.assertEqual(list(hello["preload_errors"]), ["no_such_module"])

    def test_answers_nonsense_with_an_error_and_lives_on(self) -> None:
        self.start()
        client = self.connect()
        self.assertIn("unknown op", self.ask(client, "fly")["error"])
        self.assertIn("KeyError", self.ask(client, "launch")["error"])
        broken = self.connect()
        broken.sendall(b"\x00\x00\x00\x02{{")
        self.assertEqual(broken.recv(10), b"")
        self.assertFalse(self.ask(client, "kill", attempt_id="x", grace_ms=0)["known"])

    def test_ends_what_runs_when_its_folder_was_removed(self) -> None:
        server = self.start(check_s=0.1)
        script = f"{self.folder}/wait.py"
        with open(script, "w") as file:
            file.write("import time; time.sleep(100)")
        attempt = {
            "attempt_id": "a",
            "folder": f"{self.folder}/a",
            "cwd": self.folder,
            "log": f"{self.folder}/a/log",
            "env": {},
            "entry": {"kind": "script", "path": script, "argv": []},
        }
        client = self.connect()
        self.assertEqual(self.ask(client, "launch", attempt=attempt)["state"], "started")
        os.unlink(f"{self.folder}/s")
        event = protocol.receive(client)
        assert event is not None
        self.assertEqual((event["event"], event["report"]["reason"]), ("exit", "killed"))
        self.assertEqual(server.wait(timeout=10), 0)

    def test_leaves_when_retired_with_nothing_running(self) -> None:
        server = self.start()
        self.ask(self.connect(), "retire")
        self.assertEqual(server.wait(timeout=10), 0)
        self.assertFalse(os.path.exists(f"{self.folder}/s"))


if __name__ == "__main__":
    unittest.main()
