"""Artifacts through a Millrace server on S3, as an unmodified mlflow client moves them: URL."""

import os
import sys
import tempfile
from pathlib import Path

import mlflow
import requests
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts

os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = str(6 * 2**20)
os.environ["MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE"] = str(5 * 2**20)
os.environ["MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE"] = str(5 * 2**20)
mlflow.set_tracking_uri(sys.argv[1])
client = MlflowClient()
run = client.create_run("0").info.run_id

calls: list[tuple[str, str]] = []
send = requests.Session.request


def record(self, method, url, **rest):
    calls.append((method.upper(), url.split("?")[0]))
    return send(self, method, url, **rest)


requests.Session.request = record


def went_directly(method):
    return sum(1 for called, url in calls if called == method and sys.argv[1] not in url)


with tempfile.TemporaryDirectory() as folder:
    large = Path(folder, "large file +ü.bin")
    large.write_bytes(os.urandom(11 * 2**20))
    small = Path(folder, "small.txt")
    small.write_text("hello")

    # The server's capabilities are used unasked, and also when the client insists.
    for setting in (None, "true"):
        calls.clear()
        if setting:
            os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"] = setting
            os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD"] = setting
        target = f"models/{setting}"
        client.log_artifact(run, str(large), target)
        client.log_artifact(run, str(small), target)
        assert went_directly("PUT") == 3, calls
        listed = {info.path: info.file_size for info in client.list_artifacts(run, target)}
        assert listed == {f"{target}/{large.name}": 11 * 2**20, f"{target}/small.txt": 5}, listed
        copy = download_artifacts(
            run_id=run, artifact_path=target, dst_path=str(Path(folder, str(setting)))
        )
        assert Path(copy, large.name).read_bytes() == large.read_bytes()
        assert Path(copy, "small.txt").read_text() == "hello"
        assert went_directly("GET") >= 3, calls

    # Through the server, when the client is told not to.
    os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"] = "false"
    os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD"] = "false"
    calls.clear()
    client.log_artifact(run, str(large), "whole")
    copy = download_artifacts(run_id=run, artifact_path="whole", dst_path=str(Path(folder, "w")))
    assert Path(copy, large.name).read_bytes() == large.read_bytes()
    assert went_directly("PUT") + went_directly("GET") == 0, calls

print("all ok")
