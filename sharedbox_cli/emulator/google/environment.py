"""The environment variables and the key file that Google clients need to find this tenant."""

from __future__ import annotations

import json
from pathlib import Path

from sharedbox_cli.emulator.google.store import Store
from sharedbox_cli.emulator.keys import rsa_key

KEY_ID = "emulator"


def google_environment(store: Store, origin: str, ca_file: Path) -> dict[str, str]:
    """Return the variables. Creates a key of the first service account, in a file next to the certificate."""
    account = store.row("select * from g_service_accounts order by rowid limit 1")
    if account is None:
        return {}
    path = ca_file.parent / "service-account.json"
    if not path.exists():
        path.write_text(json.dumps(_key_file(store, account["email"], account["client_id"], origin)), encoding="utf-8")
        path.chmod(0o600)
    return {
        "HTTPLIB2_CA_CERTS": str(ca_file),
        "GOOGLE_APPLICATION_CREDENTIALS": str(path),
        "SHAREDBOX_GOOGLE_URL": origin,
        "SHAREDBOX_GOOGLE_ADMIN": store.tenant.meta("google:admin"),
        "SHAREDBOX_GOOGLE_CUSTOMER": store.customer,
    }


def _key_file(store: Store, email: str, client_id: str, origin: str) -> dict[str, str]:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    key = rsa_key("service-account")
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    store.run("update g_service_accounts set keys = ? where email = ?", json.dumps({KEY_ID: public}), email)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {
        "type": "service_account",
        "project_id": "emulator",
        "private_key_id": KEY_ID,
        "private_key": private,
        "client_email": email,
        "client_id": client_id,
        "token_uri": f"{origin}/token",
        "universe_domain": "googleapis.com",
    }
