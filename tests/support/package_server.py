"""A package index over HTTP or HTTPS whose misbehaviour a test chooses."""

import base64
import hashlib
import http.server
import ssl
import subprocess
import threading
from pathlib import Path


class PackageServer:
    """Serves the files of a folder under /files and an index of them under /simple.

    ``cut_after``: bytes of a file after which the connection breaks, as often as ``cuts`` says. ``page``: HTML
    instead of files. ``ranges`` False answers each request with the whole file. ``asked`` lists (path, range).
    """

    def __init__(self, folder, certificate=None):
        self.folder = Path(folder)
        self.cut_after, self.cuts, self.page, self.ranges, self.pause = 0, 0, "", True, None
        self.asked = []
        self.login = None  # "name:word" that it wants to see
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if certificate is not None else "http"
        host = "localhost" if certificate is not None else "127.0.0.1"  # pip 25 asks certificates for names alone
        self.url = f"{scheme}://{host}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_details):
        if self.pause is not None:
            self.pause.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def index(self):
        """The address for pip's --index-url."""
        return f"{self.url}/simple"

    def files_asked(self):
        """Names of the files that were fetched, in order."""
        return [path.rpartition("/")[2] for path, _range in self.asked if path.startswith("/files/")]

    def _links(self, project):
        wanted = project.replace("-", "_").lower()
        for path in sorted(self.folder.glob("*.whl")):
            if path.name.split("-")[0].lower() == wanted:
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                yield f'<a href="/files/{path.name}#sha256={digest}">{path.name}</a>'

    def _handler(self):
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_args):
                pass

            def do_HEAD(self):
                self._answer(with_body=False)

            def do_GET(self):
                self._answer(with_body=True)

            def _is_welcome(self):
                given = self.headers.get("Authorization", "").partition("Basic ")[2]
                return server.login is None or base64.b64decode(given).decode() == server.login

            def _answer(self, with_body):
                if not self._is_welcome():
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="packages"')
                    self.send_header("Content-Length", "0")
                    return self.end_headers()
                if with_body:
                    server.asked.append((self.path, self.headers.get("Range")))
                if self.path.startswith("/simple/"):
                    links = "\n".join(server._links(self.path.split("/")[2]))
                    return self._send(
                        f"<!DOCTYPE html><html><body>{links}</body></html>".encode(), "text/html", with_body
                    )
                if server.page:
                    return self._send(server.page.encode(), "text/html", with_body)
                path = server.folder / self.path.rpartition("/")[2]
                if not path.is_file():
                    self.send_error(404)
                    return None
                return self._send_file(path.read_bytes(), with_body)

            def _send(self, body, kind, with_body):
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if with_body:
                    self.wfile.write(body)

            def _send_file(self, body, with_body):
                asked = self.headers.get("Range")
                first = int(asked.partition("=")[2].partition("-")[0]) if asked and server.ranges else 0
                if first >= len(body) > 0:
                    self.send_response(416)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.send_response(206 if asked and server.ranges else 200)
                if asked and server.ranges:
                    self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
                self.send_header("Content-Type", "application/octet-stream")
                self.send_header("Content-Length", str(len(body) - first))
                self.end_headers()
                if with_body:
                    self._send_body(body[first:])

            def _send_body(self, body):
                if server.cuts > 0:
                    server.cuts -= 1
                    self.wfile.write(body[: server.cut_after])
                    self.wfile.flush()
                    self.connection.close()
                    self.close_connection = True
                elif server.pause is not None:
                    self.wfile.write(body[: server.cut_after])
                    self.wfile.flush()
                    server.pause.wait(60)
                else:
                    self.wfile.write(body)

        return Handler


def untrusted_certificate(folder):
    """A certificate for this machine that nobody has signed but itself: (certificate, key)."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key
