"""Webhooks."""

from suite import check, unique, wire


@check
def webhook_life():
    body = {
        "name": unique("hook"),
        "url": "https://example.com/hook",
        "events": [{"entity": "MODEL_VERSION", "action": "CREATED"}],
    }
    status, made = wire("POST", "webhooks", body)
    assert status == 200, made
    hook = made["webhook"]["webhook_id"]
    status, answer = wire("PATCH", f"webhooks/{hook}", {"status": "DISABLED"})
    assert status == 200 and answer["webhook"]["status"] == "DISABLED"
    _, listed = wire("GET", "webhooks")
    assert hook in [w["webhook_id"] for w in listed["webhooks"]]
    assert wire("DELETE", f"webhooks/{hook}", {})[0] == 200
    assert wire("GET", f"webhooks/{hook}")[0] == 404
