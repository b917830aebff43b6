"""Is a key that cannot sign recognised, with the reason, before anything is issued?"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from lms.config import Settings
from lms.signing.key import KeyProblem, KeyRefused, SigningKey, is_self_signed, load
from lms.signing.self_signed import write_self_signed
from tests import signing_keys
from tests.factories import BEGIN, settings_for
from tests.signing_keys import PASSWORD, Made


def settings(folder: Path, key: bytes, password: str = "", certificate: bytes | None = None) -> Settings:
    file, beside = folder / "own.key", folder / "own.crt"
    file.write_bytes(key)
    if certificate is not None:
        beside.write_bytes(certificate)
    plain = settings_for("sqlite://", folder)
    given = None if certificate is None else beside
    return replace(plain, signing_key_file=file, signing_key_password=password, signing_certificate_file=given)


def loaded(found: Settings) -> SigningKey:
    key = load(found)
    assert key is not None
    return key


FORMS: dict[str, Callable[[Made, Path], Settings]] = {
    "PEM": lambda made, folder: settings(folder, made.pem() + made.certificate_pem()),
    "PEM, two files": lambda made, folder: settings(folder, made.pem(), certificate=made.certificate_pem()),
    "PEM with a password": lambda made, folder: settings(folder, made.pem(PASSWORD) + made.certificate_pem(), PASSWORD),
    "PKCS#12": lambda made, folder: settings(folder, made.pkcs12(PASSWORD), PASSWORD),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_key_is_read_from_each_kind_of_file(form: str, tmp_path: Path) -> None:
    made = signing_keys.make()
    assert loaded(FORMS[form](made, tmp_path)).certificate == made.certificate


def test_an_rsa_key_of_usual_length_is_taken(tmp_path: Path) -> None:
    made = signing_keys.make(private=rsa.generate_private_key(65537, 2048))
    assert loaded(FORMS["PEM"](made, tmp_path)).certificate == made.certificate


def test_of_a_chain_in_the_file_the_certificate_of_the_key_signs(tmp_path: Path) -> None:
    authority = signing_keys.make("authority")
    made = signing_keys.make(authority=authority)
    key = loaded(settings(tmp_path, made.pem() + authority.certificate_pem() + made.certificate_pem()))
    assert (key.certificate, key.chain) == (made.certificate, (authority.certificate,))
    assert [is_self_signed(one) for one in (made.certificate, authority.certificate)] == [False, True]


def test_without_a_setting_the_file_in_the_data_folder_counts(tmp_path: Path) -> None:
    plain = settings_for("sqlite://", tmp_path)
    assert load(plain) is None
    write_self_signed(tmp_path / "signing.pem", "演示站", BEGIN)
    assert is_self_signed(loaded(plain).certificate)
    assert (tmp_path / "signing.pem").stat().st_mode & 0o77 == 0
    with pytest.raises(FileExistsError):
        write_self_signed(tmp_path / "signing.pem", "演示站", BEGIN)


def weak() -> Made:
    return signing_keys.make(private=rsa.generate_private_key(65537, 1024))  # noqa: S505 – that is the fault


FAULTS: dict[str, tuple[KeyProblem, Callable[[Path], Settings]]] = {
    "no file": (KeyProblem.MISSING, lambda folder: replace(settings(folder, b""), signing_key_file=folder / "none")),
    "a folder": (KeyProblem.MISSING, lambda folder: replace(settings(folder, b""), signing_key_file=folder)),
    "empty": (KeyProblem.UNREADABLE, lambda folder: settings(folder, b"")),
    "a text": (KeyProblem.UNREADABLE, lambda folder: settings(folder, b"this is my key")),
    "damaged PEM": (KeyProblem.UNREADABLE, lambda folder: settings(folder, signing_keys.make().pem().replace(b"M", b"N", 3))),
    "damaged PKCS#12": (KeyProblem.UNREADABLE, lambda folder: settings(folder, signing_keys.make().pkcs12(PASSWORD)[:200], PASSWORD)),
    "huge": (KeyProblem.UNREADABLE, lambda folder: settings(folder, b"\x30" * 200_000)),
    "wrong password of PEM": (KeyProblem.PASSWORD, lambda folder: settings(folder, signing_keys.make().pem(PASSWORD), "another")),
    "no password of PEM": (KeyProblem.PASSWORD, lambda folder: settings(folder, signing_keys.make().pem(PASSWORD))),
    "wrong password of PKCS#12": (KeyProblem.PASSWORD, lambda folder: settings(folder, signing_keys.make().pkcs12(PASSWORD), "another")),
    "no certificate": (KeyProblem.NO_CERTIFICATE, lambda folder: settings(folder, signing_keys.make().pem())),
    "another key's certificate": (
        KeyProblem.MISMATCH,
        lambda folder: settings(folder, signing_keys.make().pem(), certificate=signing_keys.make().certificate_pem()),
    ),
    "short RSA": (KeyProblem.KIND, lambda folder: FORMS["PEM"](weak(), folder)),
    "Ed25519": (KeyProblem.KIND, lambda folder: FORMS["PEM"](signing_keys.make(private=ed25519.Ed25519PrivateKey.generate()), folder)),
    "another curve": (
        KeyProblem.KIND,
        lambda folder: FORMS["PEM"](signing_keys.make(private=ec.generate_private_key(ec.SECP256K1())), folder),
    ),
    "not for signatures": (KeyProblem.USAGE, lambda folder: FORMS["PEM"](signing_keys.make(usage=False), folder)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_key_is_refused_with_its_reason(fault: str, tmp_path: Path) -> None:
    problem, made = FAULTS[fault]
    with pytest.raises(KeyRefused) as refused:
        load(made(tmp_path))
    assert refused.value.problem is problem


def test_a_certificate_signs_in_its_period_only(tmp_path: Path) -> None:
    made = signing_keys.make(begins=BEGIN, ends=BEGIN + timedelta(days=10))
    key = loaded(FORMS["PEM"](made, tmp_path))
    days = {-1: KeyProblem.NOT_YET, 5: None, 11: KeyProblem.EXPIRED}
    assert {day: key.problem_at(BEGIN + timedelta(days=day)) for day in days} == days
