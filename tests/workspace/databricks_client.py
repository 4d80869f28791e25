"""The unmodified databricks-sdk against the workspace room."""

import base64
import io
import logging
import os

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import ResourceAlreadyExists, ResourceDoesNotExist
from databricks.sdk.service.workspace import (
    ExportFormat,
    ImportFormat,
    Language,
    ObjectType,
)

warnings: list[str] = []


class Collect(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        warnings.append(record.getMessage())


logging.getLogger("databricks.sdk").addHandler(Collect(logging.WARNING))
client = WorkspaceClient(host=os.environ["MILLRACE_URL"], token="any")
assert client.config.workspace_id == "1", client.config.workspace_id
assert client.get_workspace_id() == 1
home = f"/Users/{client.current_user.me().user_name}/sdk"
client.workspace.mkdirs(home)

# A source notebook, as the SDK sends it: multipart, language from the extension.
client.workspace.upload(f"{home}/train.py", io.BytesIO(b"print('hi')\n"))
status = client.workspace.get_status(f"{home}/train.py")
assert status.object_type == ObjectType.NOTEBOOK, status
assert status.language == Language.PYTHON, status
with client.workspace.download(f"{home}/train.py") as stream:
    assert stream.read() == b"print('hi')\n"

# A plain file stays a file with AUTO.
client.workspace.upload(f"{home}/data.csv", io.BytesIO(b"a,b\n1,2\n"), format=ImportFormat.AUTO)
assert client.workspace.get_status(f"{home}/data.csv").object_type == ObjectType.FILE

# JSON import and export.
client.workspace.import_(
    f"{home}/query",
    content=base64.b64encode(b"select 1").decode(),
    format=ImportFormat.SOURCE,
    language=Language.SQL,
)
exported = client.workspace.export(f"{home}/query", format=ExportFormat.SOURCE)
assert base64.b64decode(exported.content or "") == b"select 1", exported

names = sorted(item.path.rsplit("/", 1)[1] for item in client.workspace.list(home) if item.path)
assert names == ["data.csv", "query", "train.py"], names

try:
    client.workspace.upload(f"{home}/data.csv", io.BytesIO(b""), format=ImportFormat.AUTO)
except ResourceAlreadyExists:
    pass
else:
    raise AssertionError("an existing file was replaced without overwrite")

client.workspace.delete(home, recursive=True)
try:
    client.workspace.get_status(home)
except ResourceDoesNotExist:
    pass
else:
    raise AssertionError("the folder is still there")
assert warnings == [], warnings
print("ok")
