"""Generate two clients from the OpenAPI document of the served demo, and let them ask it (``make clients``).

Generators and clients go into a temporary folder. Versions are pinned in ``tools/clients``.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

CLIENTS = Path(__file__).resolve().parent / "clients"
SECONDS_TO_START = 60
TOOLS = ("node", "npm", "npx")


def missing_tools() -> list[str]:
    """Return the programs that are needed and absent."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


@contextmanager
def served_demo(port: int) -> Iterator[str]:
    """Serve the bundled sample on a port, and give its address."""
    command = [sys.executable, "-m", "horde_model_reference", "serve", "--demo", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(f"{address}/api/readiness", server)
        yield address
    finally:
        server.terminate()
        server.wait()


def wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    end = time.perf_counter() + SECONDS_TO_START
    while server.poll() is None and time.perf_counter() < end:
        try:
            httpx.get(url, timeout=SECONDS_TO_START).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    sys.exit("error: the demo does not answer")


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command and return its output; where it fails, the output is the error."""
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"error: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def python_client(folder: Path, document: Path, address: str) -> str:
    """Generate a client with openapi-python-client, and return what it says of a service."""
    venv.create(folder / "venv", with_pip=True)
    binaries = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    pinned = CLIENTS / "requirements.txt"
    run(binaries / "pip", "install", "-q", "--disable-pip-version-check", "-r", pinned, cwd=folder)
    generate = ("generate", "--path", document, "--output-path", folder / "generated", "--meta", "none")
    run(binaries / "openapi-python-client", *generate, cwd=folder)
    shutil.copy(CLIENTS / "client.py", folder)
    return run(binaries / "python", "-W", "error", "client.py", address, cwd=folder)


def typescript_client(folder: Path, document: Path, address: str) -> str:
    """Generate types with openapi-typescript, check a client against them, and return what it says of a service."""
    for name in ("package.json", "tsconfig.json", "client.ts"):
        shutil.copy(CLIENTS / name, folder)
    run("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error", cwd=folder)
    # A field with a default may be left out of a request, which the generator denies by default.
    optional = ("--default-non-nullable", "false")
    run("npx", "openapi-typescript", document, "-o", "schema.d.ts", *optional, cwd=folder)
    run("npx", "tsc", cwd=folder)
    return run("node", "client.js", address, cwd=folder)


def main() -> None:
    """Serve the demo, generate both clients, and let them ask it."""
    if missing := missing_tools():
        sys.exit(f"error: {', '.join(missing)} is missing; on Debian and Ubuntu: apt-get install nodejs npm")
    with tempfile.TemporaryDirectory() as folder, served_demo(free_port()) as address:
        place = Path(folder)
        document = place / "openapi.json"
        document.write_bytes(httpx.get(f"{address}/api/openapi.json").raise_for_status().content)
        print(python_client(place, document, address), end="")
        print(typescript_client(place, document, address), end="")


if __name__ == "__main__":
    main()
