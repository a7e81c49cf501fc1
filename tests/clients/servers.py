"""Servers on loopback that are always stopped, and the environment of their clients."""
import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time

# How long a server may take to start and to stop, in seconds.
DEADLINE = 30


def environment(**more):
    """The environment without the user's AWS settings and proxies, with static credentials."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("AWS_") and not name.lower().endswith("_proxy")}
    return kept | {
        "AWS_ACCESS_KEY_ID": "plangate", "AWS_SECRET_ACCESS_KEY": "plangate",
        "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    } | more


def stop_on_sigterm():
    """Turns SIGTERM into an exit, so that what is running is stopped on the way out."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


@contextlib.contextmanager
def running(command, **options):
    """A process for as long as the block runs."""
    process = subprocess.Popen([str(part) for part in command], env=environment(), **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def emulate(plangate, *options):
    """`plangate emulate` on a free port; gives its endpoint."""
    command = [plangate, "emulate", *options]
    with running(command, stdout=subprocess.PIPE, text=True) as process:
        lines = queue.Queue()
        threading.Thread(target=lambda: [lines.put(line) for line in process.stdout], daemon=True).start()
        end = time.monotonic() + DEADLINE
        while True:
            try:
                line = lines.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                raise SystemExit(f"no ready line from {' '.join(map(str, command))}") from None
            if line.startswith("ready: "):
                break
        yield dict(pair.split("=", 1) for pair in line.split()[1:])["AWS_ENDPOINT_URL"]


@contextlib.contextmanager
def moto_server(program, log):
    """moto's server; gives its endpoint. It cannot choose a port by itself, so one that was free is taken."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with open(log, "w") as out, running([program, "-H", "127.0.0.1", "-p", port], stdout=out, stderr=out) as process:
        end = time.monotonic() + DEADLINE
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"moto_server does not listen; its words are in {log}")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
