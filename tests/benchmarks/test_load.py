"""The load client sends what it should, believes nothing but the expected answer, and keeps within its bounds."""

from __future__ import annotations

import http.server
import threading
import time
from collections import Counter

import pytest

from tests.benchmarks.load import LoadError, Request, run


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by path: /slow after a while, /chunked in chunks, /gone with 404; notes what it was sent."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    seen: list[tuple[str, str, bytes]] = []
    connections: Counter[tuple[str, int]] = Counter()

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((self.command, self.path, body))
        self.connections[self.client_address] += 1
        if self.path == "/slow":
            time.sleep(0.2)
        if self.path == "/hangup":
            self.close_connection = True
            return
        self.send_response(404 if self.path == "/gone" else 200)
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for _ in range(3):
                self.wfile.write(b"5\r\nhello\r\n")
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
            return
        self.send_header("Content-Length", "300000")
        self.end_headers()
        self.wfile.write(b"x" * 300_000)

    do_GET = do_POST = answer  # noqa: N815

    def log_message(self, *_):
        """Silent."""


@pytest.fixture
def base():
    Handler.seen.clear()
    Handler.connections.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_every_request_is_sent_once_over_a_connection_kept_alive(base):
    scripts = [[Request("POST", f"/{client}", body={"n": n, "词": "单杠"}) for n in range(5)] for client in range(3)]
    result = run(base, scripts, seconds=10)
    assert result.requests == 15
    assert result.failures == {}
    assert sorted(Handler.connections.values()) == [5, 5, 5]
    mine = [body.decode() for _, path, body in Handler.seen if path == "/1"]
    assert mine == [f'{{"n": {n}, "词": "单杠"}}' for n in range(5)]
    assert 0 < result.median <= result.p95


def test_an_unexpected_status_is_a_failure_and_not_a_measurement(base):
    result = run(base, [[Request("GET", "/"), Request("GET", "/gone"), Request("GET", "/gone", expect=404)]], seconds=10)
    assert result.requests == 2
    assert result.failures == {"404 instead of 200": 1}
    assert result.first_failure.startswith("HTTP/1.1 404")


def test_the_time_ends_a_run_but_not_between_a_request_and_its_follower(base):
    pair = [Request("GET", "/slow", followed=True), Request("GET", "/")]
    run(base, [pair * 100], seconds=0.3)
    assert [path for _, path, _ in Handler.seen] == ["/slow", "/", "/slow", "/"]


def test_the_warm_up_is_not_counted(base):
    result = run(base, [[Request("GET", "/slow")] * 100], seconds=0.5, warm_up=0.5)
    assert result.requests < len(Handler.seen)
    assert 0.3 < result.seconds < 0.8


def test_a_chunked_answer_is_read_to_its_end(base):
    result = run(base, [[Request("GET", "/chunked"), Request("GET", "/")]], seconds=10)
    assert (result.requests, result.failures) == (2, {})


def test_a_server_that_hangs_up_stops_the_run(base):
    with pytest.raises(LoadError, match="closed the connection"):
        run(base, [[Request("GET", "/hangup")]], seconds=10)


def test_another_machine_is_never_put_under_load():
    with pytest.raises(LoadError, match="loopback only"):
        run("http://192.0.2.1:80", [[Request("GET", "/")]], seconds=1)


@pytest.mark.parametrize(("count", "seconds"), [(1, 121), (500_001, 1)])
def test_a_run_is_bounded_in_time_and_number(base, count, seconds):
    with pytest.raises(LoadError, match="asked for"):
        run(base, [[Request("GET", "/")] * count], seconds=seconds)
    assert Handler.seen == []
