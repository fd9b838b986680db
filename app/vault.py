"""Secret files of an installation: made once with mode 0400, refused when anybody else may read them."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

from app.errors import Unavailable

SEALING_KEY = "hosted-keys.key"
"""The one key that locks every secret in the database: signing keys of enterprises, keys of serial ranges."""

_NONCE = 12


class SecretExposed(Unavailable):
    """A secret file may be read by other users of the machine."""

    code = "vault.secret-exposed"


class SecretNotWritten(Unavailable):
    """A secret could not be kept: no room, or no right to write."""

    code = "vault.secret-not-written"


class Vault:
    """The folder `<home>/secrets`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, name: str) -> Path:
        """Where a secret lies."""
        return self._folder / name

    def load(self, name: str, make: Callable[[], bytes] | None = None) -> bytes:
        """The bytes of a secret, made on first use (32 random bytes unless `make` is given).

        Two processes that start together agree: the file is linked into place whole, the later one reads the earlier one's.
        Raises SecretExposed when group or others may read it.
        """
        path = self.path(name)
        if not path.exists():
            self._create(path, make() if make else secrets.token_bytes(32))
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SecretExposed(path=str(path), retry_after=60)
        return path.read_bytes()

    def seal(self, content: bytes, bound: bytes) -> bytes:
        """A secret as it may stand in the database: AES-256-GCM under a key of the vault (nonce of 12 bytes, then ciphertext and tag).

        bound: what it belongs to, so that no row can be given the secret of another.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self.load(SEALING_KEY)).encrypt(nonce, content, bound)

    def unseal(self, sealed: bytes, bound: bytes) -> bytes | None:
        """What was sealed; None when the key is not in this vault, or is another, or the secret belongs to something else."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if not self.path(SEALING_KEY).exists():  # never made anew here: the right one would not fit in its place any more
            return None
        try:
            return AESGCM(self.load(SEALING_KEY)).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound)
        except InvalidTag:
            return None

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        try:
            os.write(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _create(self, path: Path, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            self._write(draft, content)
            os.link(draft, path)
        except FileExistsError:
            return
        except OSError as error:
            raise SecretNotWritten(path=str(path), reason=error.strerror or "", retry_after=60) from error
        finally:
            draft.unlink(missing_ok=True)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
