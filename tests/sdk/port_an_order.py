"""Ports an order with the carrier's official SDK, pointed at the simulator.

Usage: port_an_order.py ORIGIN

ORIGIN is the simulator's address without a path. Its clock must run by itself, in wire time as the
rest of the world (signatures are checked with the SDK's tolerance of five minutes). Prints one line
for each step and exits 0, or raises.
"""

import http.server
import json
import sys
import threading
import time
import urllib.request

import telnyx
from telnyx.lib.webhook_verification import WebhookVerificationError, verify_webhook_signature

ORIGIN = sys.argv[1]
WEBHOOKS = []


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        WEBHOOKS.append((body, dict(self.headers)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{ORIGIN}/control{path}", data=data, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def put_on_file(name, *numbers):
    control(
        "POST",
        "/customers",
        {
            "provider": "cascadia",
            "record": {
                "account_number": f"CCV-{name}",
                "billing_name": f"{name} Books",
                "authorized_person": "Nora Quist",
                "service_address": {"street": "5 Pine Street", "city": "Seattle", "state": "WA", "zip": "98101"},
            },
            "numbers": [{"phone_number": number} for number in numbers],
        },
    )


def fill(client, order_id, name, webhook_url):
    loa = client.documents.upload_json(document={"file": "JVBERi0xLjQgbG9h", "filename": "loa.pdf"}).data
    bill = client.documents.upload(document={"file": "JVBERi0xLjQgYmlsbA==", "filename": "bill.pdf"}).data
    windows = client.porting_orders.retrieve_allowed_foc_windows(order_id).data
    return client.porting_orders.update(
        order_id,
        end_user={
            "admin": {"entity_name": f"{name} Books", "auth_person_name": "Nora Quist", "account_number": f"CCV-{name}"},
            "location": {
                "street_address": "5 Pine Street",
                "locality": "Seattle",
                "administrative_area": "WA",
                "postal_code": "98101",
                "country_code": "US",
            },
        },
        documents={"loa": loa.id, "invoice": bill.id},
        misc={"type": "full"},
        activation_settings={"foc_datetime_requested": windows[0].started_at.isoformat()},
        webhook_url=webhook_url,
    ).data


def wait_for(what, seen, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = seen()
        if found:
            return found
        time.sleep(0.05)
    raise SystemExit(f"{what} did not come within {seconds} s")


def check(what, have, want):
    if have != want:
        raise SystemExit(f"{what}: {have!r}, but {want!r} was expected")
    print(f"ok: {what}")


def main():
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    webhook_url = f"http://127.0.0.1:{receiver.server_port}/hooks"
    put_on_file("Quist", "+12065550140", "+12065550141")
    put_on_file("Later", "+12065550142")
    client = telnyx.Telnyx(api_key="KEY_test", base_url=f"{ORIGIN}/v2")

    checked = client.portability_checks.run(phone_numbers=["+12065550140"]).data
    check("portable", checked[0].portable, True)
    orders = client.porting_orders.create(phone_numbers=["+12065550140", "+12065550141"], customer_reference="sdk-1").data
    check("one order", len(orders), 1)
    order = fill(client, orders[0].id, "Quist", webhook_url)
    check("filled", (order.status.value, order.requirements_met), ("draft", True))
    confirmed = client.porting_orders.actions.confirm(order.id).data
    check("confirmed", confirmed.status.value, "in-process")
    comment = client.porting_orders.comments.create(order.id, body="When will it be?").data
    check("commented", (comment.body, comment.user_type), ("When will it be?", "user"))
    check("comments", [c.body for c in client.porting_orders.comments.list(order.id)], ["When will it be?"])
    listed = list(client.porting_orders.list(filter={"customer_reference": "sdk-1"}))
    check("listed", [o.id for o in listed], [order.id])
    check("listed by another reference", list(client.porting_orders.list(filter={"customer_reference": "x"})), [])
    pdf = client.porting_orders.retrieve_loa_template(order.id)
    check("LOA template", pdf.read()[:5], b"%PDF-")
    check("exception types", len(client.porting_orders.retrieve_exception_types().data), 21)

    wait_for("ported", lambda: client.porting_orders.retrieve(order.id).data.status.value == "ported")
    ported = client.porting_orders.retrieve(order.id).data
    check("active", [n.activation_status for n in ported.phone_numbers], ["Active", "Active"])
    events = list(client.porting.events.list(filter={"porting_order_id": order.id}))
    check("events", sorted(e.payload.status.value for e in events), ["foc-date-confirmed", "in-process", "ported", "submitted"])

    wait_for("four webhooks", lambda: len(WEBHOOKS) >= 4)
    key = control("GET", "/public_key")["public_key"]
    for body, headers in WEBHOOKS:
        verify_webhook_signature(body, headers, key)
        client.webhooks.unwrap(body, headers=headers, key=key)
    body, headers = WEBHOOKS[0]
    try:
        verify_webhook_signature(body.replace("in-process", "ported"), headers, key)
    except WebhookVerificationError:
        check("a changed webhook is refused", True, True)
    else:
        raise SystemExit("a changed webhook was accepted")

    second = client.porting_orders.create(phone_numbers=["+12065550142"], customer_reference="sdk-2").data[0]
    try:
        client.porting_orders.actions.confirm(second.id)
    except telnyx.UnprocessableEntityError as error:
        check("what is missing is named", error.response.json()["errors"][0]["code"], "10004")
    fill(client, second.id, "Later", webhook_url)
    client.porting_orders.actions.confirm(second.id)
    check("cancelled", client.porting_orders.actions.cancel(second.id).data.status.value, "cancel-pending")
    third = client.porting_orders.create(phone_numbers=["+12065550142"]).data[0]
    client.porting_orders.delete(third.id)
    try:
        client.porting_orders.retrieve(third.id)
    except telnyx.NotFoundError:
        check("deleted", True, True)
    else:
        raise SystemExit("a deleted order is still there")


main()
