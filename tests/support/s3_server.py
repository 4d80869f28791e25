"""An S3 server in memory, which prints its port: moto behind botocore's check of signatures."""

import datetime
import hashlib
import io
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.server import create_backend_app
from werkzeug.serving import make_server

access_key, secret_key, region, bucket = sys.argv[1:5]
Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Signed:
    """Lets through what is signed with the one key there is, as AWS's own signer signs it."""

    def __init__(self, app: Callable[[Environ, StartResponse], Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        problem = fault(environ, body)
        if problem is None:
            return self.app(environ, start_response)
        answer = f"<Error><Code>{problem}</Code><Message>refused</Message></Error>".encode()
        start_response("403 Forbidden", [("Content-Length", str(len(answer)))])
        return [answer]


def fault(environ: Environ, body: bytes) -> str | None:
    parts = urlsplit(environ["RAW_URI"])
    query = parse_qsl(parts.query, keep_blank_values=True)
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    header = headers.pop("authorization", None)
    if header is None:
        given = dict(query)
    else:
        pairs = header.removeprefix("AWS4-HMAC-SHA256 ").split(", ")
        given = {f"X-Amz-{name}": value for name, value in (pair.split("=", 1) for pair in pairs)}
        given["X-Amz-Date"] = headers["x-amz-date"]
        payload = headers["x-amz-content-sha256"]
        if payload not in ("UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()):
            return "XAmzContentSHA256Mismatch"
    if "X-Amz-Signature" not in given and "X-Amz-Credential" not in given:
        return "AccessDenied"
    if header is None and is_over(given["X-Amz-Date"], int(given["X-Amz-Expires"])):
        return "ExpiredToken"
    wanted = given.get("X-Amz-Signature")
    unsigned = [(name, value) for name, value in query if name != "X-Amz-Signature"]
    encoded = "&".join(f"{quote(n, safe='-_.~')}={quote(v, safe='-_.~')}" for n, v in unsigned)
    request = AWSRequest(
        method=environ["REQUEST_METHOD"],
        url=f"http://{environ['HTTP_HOST']}{parts.path}" + (f"?{encoded}" if encoded else ""),
        headers={
            name: headers[name]
            for name in given["X-Amz-SignedHeaders"].split(";")
            if name != "host"
        },
    )
    request.context["timestamp"] = given["X-Amz-Date"]
    kind = S3SigV4QueryAuth if header is None else S3SigV4Auth
    auth = kind(Credentials(access_key, secret_key), "s3", region)
    to_sign = auth.string_to_sign(request, auth.canonical_request(request))
    return None if auth.signature(to_sign, request) == wanted else "SignatureDoesNotMatch"


def is_over(start: str, seconds: int) -> bool:
    begun = datetime.datetime.strptime(start, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
    return datetime.datetime.now(datetime.UTC) > begun + datetime.timedelta(seconds=seconds)


inner = create_backend_app("s3")
server = make_server("127.0.0.1", 0, Signed(inner), threaded=True)


def make_bucket() -> None:
    environ = {
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": f"/{bucket}",
        "RAW_URI": f"/{bucket}",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": str(server.port),
        "HTTP_HOST": f"127.0.0.1:{server.port}",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }
    list(inner(environ, lambda *_: None))


make_bucket()
print(server.port, flush=True)
server.serve_forever()
