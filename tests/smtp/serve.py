"""A mail server on a free port of this machine, for tests.

Prints its port, then one line of JSON for each mail that it was given: the envelope, each header with all
of its values as Python's own parser reads them, the parts, and what stood on the wire. Ends when its
standard input ends.
"""

import asyncio
import base64
import email
import email.policy
import email.utils
import json
import sys

from aiosmtpd.smtp import SMTP


def parts(message):
    for part in message.walk():
        if not part.is_multipart():
            yield {
                "type": part.get_content_type(),
                "charset": part.get_content_charset(),
                "disposition": part.get_content_disposition(),
                "name": part.get_filename(),
                "id": part["content-id"],
                "text": part.get_content() if part.get_content_maintype() == "text" else None,
                "bytes": None if part.get_content_maintype() == "text" else base64.b64encode(part.get_payload(decode=True)).decode(),
            }


class Box:
    async def handle_DATA(self, _server, _session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        headers = {}
        for name, value in message.items():
            headers.setdefault(name.lower(), []).append(str(value))
        said = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": headers,
            "date": email.utils.parsedate_to_datetime(message["date"]).timestamp(),
            "addresses": {
                name: [list(pair) for pair in email.utils.getaddresses(headers.get(name, []))]
                for name in ("from", "to", "reply-to")
            },
            "type": message.get_content_type(),
            "parts": list(parts(message)),
            "defects": [str(defect) for part in message.walk() for defect in part.defects],
            "longest_line": max(len(line) for line in envelope.content.split(b"\r\n")),
            "raw": envelope.content.decode("utf-8", "replace"),
        }
        print(json.dumps(said), flush=True)
        return "250 taken"


async def main():
    loop = asyncio.get_running_loop()
    box = Box()
    server = await loop.create_server(lambda: SMTP(box, hostname="mail.example"), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
