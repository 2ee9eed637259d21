"""A real IMAP server, Dovecot, with a folder and a port of its own."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from imapclient import IMAPClient

from tests.support.certificates import make_certificate
from tests.support.service import free_port

PASSWORD = "sésame/ouvre@toi"

_CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = guichet-tests
log_path = {folder}/log
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """A server that knows one user, `aide`.

    Raises:
        FileNotFoundError: If Dovecot is not installed.
    """

    def __init__(self) -> None:
        self._binary = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if self._binary is None:
            raise FileNotFoundError("dovecot")
        self.port, self.tls_port = free_port(), free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="guichet-dovecot-"))
        self._folder.chmod(0o755)
        self._process: subprocess.Popen[bytes] | None = None
        root = os.geteuid() == 0
        me = pwd.getpwuid(os.geteuid()).pw_name
        owner = "dovecot" if root else me
        mail = self._folder / "mail"
        mail.mkdir(mode=0o700)
        if root:
            # Dovecot serves no mailbox that is root's.
            entry = pwd.getpwnam(owner)
            os.chown(mail, entry.pw_uid, entry.pw_gid)
        group = grp.getgrgid(pwd.getpwnam(owner).pw_gid).gr_name
        users = self._folder / "users"
        users.write_text(f"aide:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
        users.chmod(0o644)
        self.certificate, key = make_certificate(self._folder)
        (self._folder / "dovecot.conf").write_text(
            _CONFIGURATION.format(
                certificate=self.certificate, key=key, tls_port=self.tls_port,
                folder=self._folder, port=self.port, owner=owner, group=group,
                internal=me, internal_group="root" if root else group,
                login="dovenull" if root else me,
            )
        )  # fmt: skip

    @property
    def url(self) -> str:
        """The value for `GUICHET_IMAP_URL`."""
        return f"imap://aide:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/INBOX?starttls=never"

    @property
    def tls_url(self) -> str:
        """The same over TLS, with a certificate that only `certificate` vouches for."""
        return f"imaps://aide:{quote(PASSWORD, safe='')}@127.0.0.1:{self.tls_port}/INBOX"

    def start(self) -> Dovecot:
        """Start it, and wait until it answers."""
        assert self._binary
        self._process = subprocess.Popen(
            [self._binary, "-F", "-c", str(self._folder / "dovecot.conf")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                    probe.settimeout(5)
                    if probe.recv(10).startswith(b"* OK"):
                        return self
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise RuntimeError((self._folder / "log").read_text())

    def stop(self) -> None:
        """Stop it; its mails stay."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def forget(self) -> None:
        """Stop it, and delete all of it."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def client(self) -> IMAPClient:
        """Return a client that reads the mailbox as its owner would."""
        client = IMAPClient("127.0.0.1", port=self.port, ssl=False, timeout=20)
        client.plain_login("aide", PASSWORD)
        client.select_folder("INBOX")
        return client

    def deliver(self, raw: bytes) -> None:
        """Put a mail into the mailbox."""
        client = self.client()
        client.append("INBOX", raw)
        client.logout()

    def flags(self, folder: str = "INBOX") -> list[set[bytes]]:
        """Return the flags of each mail of a folder."""
        client = self.client()
        client.select_folder(folder, readonly=True)
        found = client.get_flags(client.search())
        client.logout()
        return [set(found[number]) - {b"\\Recent"} for number in sorted(found)]

    def empty(self) -> None:
        """Delete all mails."""
        client = self.client()
        if numbers := client.search():
            client.delete_messages(numbers)
            client.expunge()
        client.logout()
