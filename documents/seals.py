"""The offices' seals: made here or taken in, put in the place of one another, never deleted.

An office without a certificate becomes its own authority: whoever trusts the authority's certificate trusts its seals,
also those that are retired. Every act is in the audit chain of the seal it concerns.
"""

from datetime import datetime, timedelta
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit import chain
from documents import keys, sealing
from documents.models import Authority, Seal
from organization.models import Organization
from organization.refusals import NotNow

OF_AN_AUTHORITY = timedelta(days=30 * 365)
OF_A_SEAL = timedelta(days=3 * 365)
SLOW_CLOCKS = timedelta(days=1)  # a certificate is valid a little before it is made
LONGEST = 64  # of a name in a certificate (X.520)

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def in_use(organization_id: UUID) -> Seal | None:
    return Seal.objects.filter(organization_id=organization_id, retired_at=None).select_related("authority").first()


def roots() -> list[str]:
    """The certificates (PEM) that vouch for every seal of this house, retired ones as well."""
    return list(Authority.objects.order_by("certificate").values_list("certificate", flat=True).distinct())


@transaction.atomic
def make(organization: Organization, *, now: datetime) -> Seal:
    """An authority of the office's own, and its first seal. Raises NotNow or keys.SealKeyError."""
    if _locked(organization):
        raise _second()
    key = ec.generate_private_key(ec.SECP256R1())
    authority = Authority.objects.create(
        organization=organization,
        certificate=_pem(_authority_certificate(organization, key, now)),
        key=keys.encrypt(_key_pem(key)),
        made_at=now,
    )
    return _issued(authority, now=now)


@transaction.atomic
def rotate(organization: Organization, *, now: datetime) -> Seal:
    """A new seal by the same authority; the one in use is retired. Raises NotNow or keys.SealKeyError."""
    old = _locked(organization)
    if old is None:
        raise NotNow(_("The office has no seal yet; there is none to be replaced."))
    if old.authority.key is None:
        raise NotNow(_("The key of this seal's authority is not here. Replace the seal by a new PKCS#12 file."))
    _retire(old, now=now)
    return _issued(old.authority, now=now)


@transaction.atomic
def take_in(organization: Organization, p12: bytes, passphrase: str, *, now: datetime, replacing: bool = False) -> Seal:
    """The seal of a PKCS#12 file: its key, its certificate, and up to the authority every certificate between.

    Raises NotNow (there is a seal, and it is not to be replaced), ValidationError or keys.SealKeyError.
    """
    key, certificates = _opened(p12, passphrase)
    certificate, *between, root = _way_up(certificates)
    for one in {certificate, *between, root}:
        _still_valid(one, now)
    old = _locked(organization)
    if old and not replacing:
        raise _second()
    if old:
        _retire(old, now=now)
    seal = Seal.objects.create(
        organization=organization,
        authority=_authority(organization, _pem(root), now),
        certificate=_pem(certificate),
        between="".join(map(_pem, between)),
        key=keys.encrypt(_key_pem(key)),
        made_at=now,
    )
    _tell(seal, "taken_in", now=now)
    return seal


@transaction.atomic
def reencrypt(*, now: datetime) -> int:
    """Every stored key under the environment's newest; returns how many. Raises keys.SealKeyError and changes none."""
    seals = list(Seal.objects.select_for_update())
    authorities = list(Authority.objects.select_for_update().exclude(key=None))
    holders: list[Seal | Authority] = [*seals, *authorities]
    for one in holders:
        assert one.key is not None
        one.key = keys.encrypt(keys.decrypt(bytes(one.key)))
        one.save(update_fields=["key"])
    for seal in seals:
        chain.record(seal, "reencrypted", by=None, at=now)
    return len(holders)


def _locked(organization: Organization) -> Seal | None:
    """The seal in use; nobody else changes the office's seals until the transaction ends."""
    Organization.objects.select_for_update().get(pk=organization.pk)
    return in_use(organization.pk)


def _second() -> NotNow:
    return NotNow(_("The office has a seal already. A new one takes its place with --rotate."))


def _retire(seal: Seal, *, now: datetime) -> None:
    seal.retired_at = now
    seal.save(update_fields=["retired_at"])
    chain.record(seal, "retired", by=None, at=now, certificate=sealing.fingerprint(seal.certificate))


def _tell(seal: Seal, verb: str, *, now: datetime) -> None:
    facts = {
        "certificate": sealing.fingerprint(seal.certificate),
        "authority": sealing.fingerprint(seal.authority.certificate),
    }
    chain.begin([seal], verb, by=None, at=now, data={seal.pk: facts})


# --- certificates of our own


def _issued(authority: Authority, *, now: datetime) -> Seal:
    assert authority.key is not None
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _seal_certificate(authority, key, now)
    seal = Seal.objects.create(
        organization=authority.organization,
        authority=authority,
        certificate=_pem(certificate),
        key=keys.encrypt(_key_pem(key)),
        made_at=now,
    )
    _tell(seal, "made", now=now)
    return seal


def _authority_certificate(
    organization: Organization, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.Certificate:
    name = _name(organization, "CA ")
    return (
        _certificate(name, name, key, now, now + OF_AN_AUTHORITY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _seal_certificate(authority: Authority, key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    root = x509.load_pem_x509_certificate(authority.certificate.encode())
    signing = serialization.load_pem_private_key(keys.decrypt(bytes(authority.key or b"")), None)
    assert isinstance(signing, ec.EllipticCurvePrivateKey)
    until = min(now + OF_A_SEAL, root.not_valid_after_utc)
    return (
        _certificate(_name(authority.organization), root.subject, key, now, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        .sign(signing, hashes.SHA256())
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLOW_CLOCKS)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(**true: bool) -> x509.KeyUsage:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**(dict.fromkeys(every, False) | true))


def _name(organization: Organization, before: str = "") -> x509.Name:
    """A common name is measured in bytes of UTF-8: 21 Thai letters, so it is the short name."""
    common = (before + (organization.short_th or organization.name_th)).encode()[:LONGEST].decode(errors="ignore")
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "TH"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization.name_th[:LONGEST]),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


# --- certificates of others


def _opened(p12: bytes, passphrase: str) -> tuple[PrivateKey, list[x509.Certificate]]:
    """The key and the certificates of a file, the key's own first. Raises ValidationError."""
    try:
        holder = pkcs12.load_pkcs12(p12, passphrase.encode() or None)
    except ValueError as error:
        raise ValidationError(
            _("The PKCS#12 file cannot be opened: the passphrase does not fit, or it is no such file.")
        ) from error
    key = holder.key
    if key is None or holder.cert is None:
        raise ValidationError(_("The PKCS#12 file does not hold both a key and its certificate."))
    if not _strong(key):
        raise ValidationError(_("A seal's key has to be P-256, or RSA of at least 2,048 bits."))
    certificate = holder.cert.certificate
    if not _for_signing(certificate):
        raise ValidationError(_("The certificate is not meant for signing."))
    assert isinstance(key, PrivateKey)
    return key, [certificate, *(one.certificate for one in holder.additional_certs)]


def _strong(key: object) -> bool:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return isinstance(key.curve, ec.SECP256R1)
    return isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048


def _for_signing(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:  # then it is for everything
        return True
    return usage.digital_signature or usage.content_commitment


def _way_up(certificates: list[x509.Certificate]) -> list[x509.Certificate]:
    """From the first certificate to the highest authority among them; a self-signed one stands above itself."""
    way, others = certificates[:1], certificates[1:]
    while above := next((one for one in others if _issued_by(way[-1], one)), None):
        way.append(above)
        others.remove(above)
    if len(way) == 1 and not _issued_by(way[0], way[0]):
        raise ValidationError(_("The PKCS#12 file lacks the certificate of the authority that issued the seal's."))
    return way if len(way) > 1 else way * 2


def _issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _still_valid(certificate: x509.Certificate, now: datetime) -> None:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise ValidationError(
            _("The certificate of %(name)s is valid from %(start)s to %(end)s, not now.")
            % {
                "name": certificate.subject.rfc4514_string(),
                "start": f"{certificate.not_valid_before_utc:%Y-%m-%d}",
                "end": f"{certificate.not_valid_after_utc:%Y-%m-%d}",
            }
        )


def _authority(organization: Organization, certificate: str, now: datetime) -> Authority:
    known = Authority.objects.filter(organization=organization, certificate=certificate).first()
    return known or Authority.objects.create(organization=organization, certificate=certificate, key=None, made_at=now)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
