"""A real WordPress on loopback: Debian's code, a MariaDB of its own on a socket, PHP's built-in server."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

CODE = Path("/usr/share/wordpress")
LANGUAGES = Path("/usr/share/wordpress/wp-content/languages")
HERE = Path(__file__).parent

CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', ''); define('DB_HOST', 'localhost:%(socket)s');
define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_CONTENT_DIR', '%(root)s/wp-content'); define('WP_HOME', '%(url)s'); define('WP_SITEURL', '%(url)s');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
foreach (['AUTH_KEY','SECURE_AUTH_KEY','LOGGED_IN_KEY','NONCE_KEY','AUTH_SALT','SECURE_AUTH_SALT','LOGGED_IN_SALT','NONCE_SALT'] as $k) define($k, $k);
$table_prefix = 'wp_'; define('WP_DEBUG', false);
define('WP_ENVIRONMENT_TYPE', 'local'); // Application passwords without https.
if (!defined('ABSPATH')) define('ABSPATH', '%(root)s/');
require_once ABSPATH . 'wp-settings.php';
"""

ROUTER = """<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$closed = @file_get_contents(__DIR__ . '/closed.txt') ?: '';
if (strpos($closed, 'sitemap') !== false && preg_match('~sitemap~', $_SERVER['REQUEST_URI'])) { http_response_code(404); echo 'closed'; return true; }
if (strpos($closed, 'feed') !== false && preg_match('~/feed/|feed=~', $_SERVER['REQUEST_URI'])) { http_response_code(404); echo 'closed'; return true; }
if ($path !== '/' && is_file(__DIR__ . $path) && substr($path, -4) !== '.php') return false;
if (substr($path, -4) === '.php' && is_file(__DIR__ . $path)) { require __DIR__ . $path; return true; }
$_SERVER['SCRIPT_NAME'] = '/index.php'; $_SERVER['SCRIPT_FILENAME'] = __DIR__ . '/index.php'; $_SERVER['PHP_SELF'] = '/index.php';
chdir(__DIR__); require __DIR__ . '/index.php'; return true;
"""

MUST_USE = """<?php
add_action('init', function () {
  register_taxonomy('genre', 'book', ['public' => true, 'show_in_rest' => true, 'label' => 'Genres', 'hierarchical' => true]);
  register_post_type('book', ['public' => true, 'has_archive' => true, 'show_in_rest' => true, 'label' => 'Books', 'taxonomies' => ['genre'],
    'supports' => ['title', 'editor', 'author', 'excerpt', 'thumbnail', 'comments', 'custom-fields']]);
  register_post_type('secret', ['public' => false, 'show_in_rest' => false, 'label' => 'Secrets']);
});
$closed = @file_get_contents(ABSPATH . 'closed.txt') ?: '';
if (strpos($closed, 'rest') !== false)
  add_filter('rest_authentication_errors', function ($r) {
    return new WP_Error('rest_cannot_access', 'Only authenticated users can access the REST API.', ['status' => 401]);
  });
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RealWordPress:
    """Started on entry, ended on exit by the ids of its own processes. ``truth`` is what its database holds."""

    def __init__(self, folder: Path, locale: str, theme: str):
        self.folder, self.locale, self.theme = folder, locale, theme
        self.root, self.port = folder / "site", free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.socket = folder / "db.sock"
        self.truth: list[dict[str, Any]] = []
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> RealWordPress:
        try:
            self._database()
            self._code()
            self.truth = json.loads(self.php("fill.php", self.locale, self.theme))
            self._serve()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        for process in reversed(self._processes):
            # PHP's server has workers of its own: its whole group ends.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM) if os.getpgid(process.pid) == process.pid else process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def close_doors(self, *doors: str) -> None:
        """Shut ``rest``, ``feed``, ``sitemap``; none opens all."""
        (self.root / "closed.txt").write_text(" ".join(doors))

    def php(self, script: str, *arguments: str) -> str:
        """Run a script of this folder inside WordPress; what it prints."""
        done = subprocess.run(
            ["php", "-d", "error_reporting=0", str(HERE / script), str(self.root), self.url, *arguments],
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
        return done.stdout

    def _database(self) -> None:
        data = self.folder / "db"
        user = ["--user=root"] if os.geteuid() == 0 else []
        install = [
            "mariadb-install-db",
            "--no-defaults",
            *user,
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ]
        done = subprocess.run(install, capture_output=True, text=True)
        if done.returncode != 0:
            # Its own server may not come up in time on a busy machine.
            shutil.rmtree(data, ignore_errors=True)
            done = subprocess.run(install, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
        mariadbd = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
        options = [
            f"--datadir={data}",
            f"--socket={self.socket}",
            "--skip-networking",
            f"--pid-file={self.folder}/db.pid",
            "--innodb-flush-log-at-trx-commit=0",
            "--skip-log-bin",
        ]
        self._processes.append(
            subprocess.Popen([mariadbd, "--no-defaults", *user, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        for _ in range(300):
            done = subprocess.run(
                [
                    "mariadb",
                    "--no-defaults",
                    "-uroot",
                    f"--socket={self.socket}",
                    "-e",
                    "CREATE DATABASE IF NOT EXISTS wordpress CHARACTER SET utf8mb4",
                ],
                capture_output=True,
            )
            if done.returncode == 0:
                return
            time.sleep(0.2)
        raise AssertionError(f"MariaDB did not come up: {done.stderr.decode()}")

    def _code(self) -> None:
        shutil.copytree(
            CODE,
            self.root,
            symlinks=False,
            ignore=lambda folder, names: [n for n in names if n == "languages" and folder.endswith("wp-content")],
        )
        languages = self.root / "wp-content" / "languages"
        languages.mkdir(exist_ok=True)
        for path in LANGUAGES.glob(f"*{self.locale}*.mo"):
            shutil.copy(path, languages)
        (self.root / "wp-content" / "mu-plugins").mkdir(exist_ok=True)
        (self.root / "wp-content" / "mu-plugins" / "types.php").write_text(MUST_USE)
        (self.root / "wp-content" / "uploads").mkdir(exist_ok=True)
        (self.root / "wp-config.php").write_text(CONFIG % {"socket": self.socket, "root": self.root, "url": self.url})
        (self.root / "router.php").write_text(ROUTER)

    def _serve(self) -> None:
        environment = os.environ | {"PHP_CLI_SERVER_WORKERS": "4"}
        command = [
            "php",
            "-d",
            "error_reporting=0",
            "-d",
            "display_errors=0",
            "-d",
            "opcache.enable_cli=1",
            "-S",
            f"127.0.0.1:{self.port}",
            "-t",
            str(self.root),
            str(self.root / "router.php"),
        ]
        self._processes.append(
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, start_new_session=True)
        )
        for _ in range(150):
            try:
                urllib.request.urlopen(self.url + "/robots.txt", timeout=10).read()
                return
            except OSError:
                time.sleep(0.2)
        raise AssertionError("PHP's server did not come up")
