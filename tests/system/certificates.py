"""Certificates by openssl, for one test run."""
import pathlib
import subprocess


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Pair:
    """A certificate and its key, as PEM files."""

    def __init__(self, folder, name):
        self.certificate = pathlib.Path(folder) / f"{name}.crt"
        self.private_key = pathlib.Path(folder) / f"{name}.key"


def self_signed(folder, name, subject="localhost", days=30):
    """A server's certificate for localhost and the loopback addresses."""
    pair = Pair(folder, name)
    _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", pair.private_key, "-out", pair.certificate, "-days", days,
             "-subj", f"/CN={subject}",
             "-addext", f"subjectAltName=DNS:{subject},IP:127.0.0.1,IP:::1")
    return pair


def issued(folder, name, authority, subject="client"):
    """A certificate that `authority` signed."""
    pair = Pair(folder, name)
    request = pathlib.Path(folder) / f"{name}.csr"
    _openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", pair.private_key, "-out", request, "-subj", f"/CN={subject}")
    _openssl("x509", "-req", "-in", request, "-CA", authority.certificate,
             "-CAkey", authority.private_key, "-CAcreateserial", "-days", 30,
             "-out", pair.certificate)
    return pair
