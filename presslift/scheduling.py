"""What cron or systemd is to be given to keep an OUT in step."""

from __future__ import annotations

import hashlib
import re
import shlex
from pathlib import Path

from presslift.errors import UsageError
from presslift.spans import UNITS, seconds_of

MINUTE, HOUR, DAY = UNITS["m"], UNITS["h"], UNITS["d"]


def cron_line(out: Path, every: str, command: str) -> str:
    """A line for ``crontab -e``. The minute is chosen by the folder's name, so that not all sites are asked on the hour.

    Raises ``UsageError`` for a span that no line means, such as 7h.
    """
    return f"{_cron_times(every, _minute(out))} {_for_cron(shlex.join([command, '--quiet', '--log-format', 'json', 'sync', str(out)]))}"


def _cron_times(every: str, minute: int) -> str:
    seconds = seconds_of(every)
    if seconds % MINUTE == 0 and HOUR % seconds == 0:
        step = seconds // MINUTE
        return f"{minute % step}-59/{step} * * * *" if step > 1 else "* * * * *"
    if seconds % HOUR == 0 and DAY % seconds == 0:
        hours = seconds // HOUR
        return f"{minute} {'*' if hours == 1 else f'*/{hours}' if hours < 24 else minute % 5} * * *"
    if seconds == 7 * DAY:
        return f"{minute} {minute % 5} * * {minute % 7}"
    raise UsageError(f"--every {every}: cron has no line for it; take a span that divides the hour or the day, 1d or 7d, or --as systemd")


def _for_cron(command: str) -> str:
    # Cron takes a percent sign for the end of the line.
    return command.replace("%", r"\%")


def systemd_units(out: Path, every: str, command: str) -> dict[str, str]:
    """File name → text of a service and its timer; ``systemctl enable --now`` the timer. Raises ``UsageError``."""
    if seconds_of(every) < MINUTE:
        raise UsageError(f"--every {every}: at least a minute")
    name = unit_name(out)
    seconds = seconds_of(every)
    service = f"""[Unit]
Description=Sync of {_described(out)} by presslift
Documentation=man:systemd.service(5)
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart={" ".join(_quoted(part) for part in (command, "--quiet", "--log-format", "json", "sync", str(out)))}
# Some pages failed, or another run holds OUT: the next run tries again.
SuccessExitStatus=1 4 143
# Credentials, if the site asks for any: PRESSLIFT_USER, PRESSLIFT_PASSWORD, …
EnvironmentFile=-/etc/presslift/{name}.env
Nice=10
IOSchedulingClass=idle
TimeoutStartSec=infinity
TimeoutStopSec=60
NoNewPrivileges=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectSystem=strict
ProtectHome=read-only
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
ReadWritePaths={_quoted(str(out))}
"""
    timer = f"""[Unit]
Description=Sync of {_described(out)} by presslift, every {every}

[Timer]
OnBootSec=5min
OnUnitInactiveSec={seconds}s
RandomizedDelaySec={max(1, seconds // 10)}s
AccuracySec=1min

[Install]
WantedBy=timers.target
"""
    return {f"{name}.service": service, f"{name}.timer": timer}


def unit_name(out: Path) -> str:
    """``presslift-OUT-3f2a``: readable, and another for each folder."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", out.name).strip("-").lower()[:40] or "out"
    return f"presslift-{words}-{_digest(out)[:4]}"


def _quoted(text: str) -> str:
    """A word of a unit's line: per cent signs and dollars are its own, spaces and quotes end words."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if escaped != text or re.search(r"[\s';]", text) else text


def _described(out: Path) -> str:
    return str(out).replace("%", "%%").replace("\n", " ")


def _digest(out: Path) -> str:
    return hashlib.sha256(str(out).encode("utf-8", "surrogateescape")).hexdigest()


def _minute(out: Path) -> int:
    return int(_digest(out)[:8], 16) % 60
