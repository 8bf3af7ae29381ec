"""What Syncline's messages reach in the tests: an ERP, a TMS or a customer by signed HTTP, and a mail server.

A process of its own, with the reference library of Standard Webhooks. Prints its two ports as one line of JSON. Then:

PUT /behaviour/{path}  JSON {"secret": "whsec_…", "answers": [500, {"status": 429, "retry_after": 60}, "hang", 410]}: what the
                       next posts to /{path} get, in order; when they are used up, 200.
POST /echo             is answered with the challenge that it holds, /mirror with all that was sent.
GET /log               everything that came, as a JSON array in order.
"""

import asyncio
import json
import threading
import time
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.smtp import SMTP
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

lock = threading.Lock()
log = []
behaviour = {}


def keep(entry):
    with lock:
        log.append(entry)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def answer(self, status, text="", headers=()):
        body = text.encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        with lock:
            self.answer(200, json.dumps(log))

    def do_PUT(self):
        wanted = json.loads(self.body())
        with lock:
            behaviour[self.path.removeprefix("/behaviour")] = wanted
        self.answer(204)

    def do_POST(self):
        body = self.body()
        with lock:
            mine = behaviour.setdefault(self.path, {"answers": []})
            answer = mine["answers"].pop(0) if mine["answers"] else 200
        verified = None
        if mine.get("secret"):
            try:
                Webhook(mine["secret"]).verify(body, dict(self.headers))
                verified = True
            except WebhookVerificationError as error:
                verified = str(error)
        status = answer["status"] if isinstance(answer, dict) else answer
        keep({
            "path": self.path,
            "id": self.headers.get("webhook-id"),
            "verified": verified,
            "signature": self.headers.get("webhook-signature") or "",
            "answer": status,
            "event": json.loads(body),
        })
        if self.path == "/echo":
            self.answer(200, json.dumps({"challenge": json.loads(body)["data"]["challenge"]}))
        elif self.path == "/mirror":
            self.answer(200, body.decode())
        elif answer == "hang":
            time.sleep(3600)
        elif isinstance(answer, dict):
            self.answer(status, "later", [("retry-after", str(answer["retry_after"]))])
        else:
            self.answer(status, "said the receiver")


class Mailbox:
    async def handle_DATA(self, _server, _session, envelope):
        mail = message_from_bytes(envelope.content)
        keep({
            "mail": envelope.rcpt_tos,
            "subject": mail["subject"],
            "id": mail["message-id"],
            "unsubscribe": mail["list-unsubscribe"] or "",
            "text": mail.get_payload(decode=True).decode(),
        })
        return "250 taken"


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    async def listen():
        return await loop.create_server(lambda: SMTP(Mailbox(), loop=loop), "127.0.0.1", 0)

    mail = asyncio.run_coroutine_threadsafe(listen(), loop).result()
    mail_port = mail.sockets[0].getsockname()[1]
    print(json.dumps({"http": server.server_address[1], "smtp": mail_port}), flush=True)
    server.serve_forever()


main()
