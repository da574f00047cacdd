"""Witnesses on loopback: ours as it serves, and one that nobody here wrote, behind the same few lines of HTTP."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import uvicorn

from ledger.serving import WitnessApp


@contextmanager
def served(witness):
    """Our witness, over the wire. Gives its address."""
    config = uvicorn.Config(
        WitnessApp(witness), host="127.0.0.1", port=0, log_level="error", lifespan="off", interface="asgi3"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    ready = threading.Event()
    startup = server.startup

    async def start(*arguments, **named):
        await startup(*arguments, **named)
        ready.set()

    server.startup = start
    thread.start()
    assert ready.wait(60)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join(60)


@contextmanager
def answering(answer):
    """Any witness: `answer(path, body)` gives status, content type and body. Gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            status, content_type, said = answer(self.path, body)
            self.send_response(status)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(said.encode())))
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_):
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join(60)
        server.server_close()


class Ours:
    """The contract's view of our witness: a body in, status and body out."""

    def __init__(self, witness):
        self.witness = witness
        self.verifier = witness.key.cosigner.to_text()

    def answer(self, body):
        answer = self.witness.answer(body)
        return int(answer.status), answer.content_type, answer.body


class Theirs:
    """The same of witness-log's."""

    def __init__(self, service):
        self.service = service
        self.verifier = service.vkey()

    def answer(self, body):
        return self.service.handle_add_checkpoint_http(body)
