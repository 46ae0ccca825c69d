"""An office's seal on a PDF: put on (PAdES) and looked at. Pure: no database, no Django; network only for time stamps.

A seal certifies its file: only further signatures may be added after it, everything else is a change.
"""

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.metadata.info import view_from_info_dict
from pyhanko.pdf_utils.metadata.xmp_xml import meta_from_xmp, parse_xmp
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import signers, validation
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import (
    DocumentTimestampStatus,
    ModificationInfo,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    TimestampSignatureStatus,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD = "Seal"
MOST_SIGNATURES = 20  # that one file may bring to be checked
TSA_SECONDS = 10
#: What may have come after a signature: signatures and what helps to check them.
_SIGNING = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)
_ANY_SIGNING_KEY = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)

# What is wrong with a stranger's file is told by `Found` and `Unreadable`; the log is no place for it.
for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)


class Unsealed(Exception):
    """A file could not be sealed; the message says why."""


class Unreadable(Exception):
    """Not a PDF whose signatures can be read; the message says what was met."""


@dataclass(frozen=True)
class Found:
    """One signature in a file. `end` is the first byte after what it covers."""

    field: str
    signer: str
    certificate_sha256: str
    at: datetime | None  # as the signer claims
    intact: bool  # what it covers is as it was signed
    trusted: bool  # an authority asked about vouches for the signer, whatever became of the file
    covers_all: bool  # to the last byte of the file
    changed_after: bool  # something else than a signature was added after it
    timestamped: bool  # it bears a sound time stamp, of whatever authority
    end: int


def seal(
    pdf: bytes,
    *,
    key_pem: bytes,
    certificate_pem: str,
    between_pem: str,
    at: datetime,
    name: str,
    reason: str,
    tsa_url: str = "",
) -> bytes:
    """The file with an invisible seal after it (PAdES B-B, with a time stamp B-T). Its own bytes stay as they are.

    Raises Unsealed where the certificate is not valid at that moment or the time stamping authority fails.
    """
    certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        span = f"{certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d}"
        raise Unsealed(f"The seal's certificate is valid from {span}, not on {at:%Y-%m-%d}. Renew the seal.")
    signer = _Signer(
        signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.FILL_FORMS,
            name=name,
            reason=reason,
        ),
        _holder(key_pem, certificate_pem, between_pem),
        timestamper=_time_stamper(tsa_url) if tsa_url else None,
        new_field_spec=SigFieldSpec(
            FIELD,
            readable_field_name=f"ตราประทับอิเล็กทรอนิกส์ของ{name}",
            # PDF/A forbids a hidden field, PDF/UA an untagged one on the page: it lies beside the page.
            invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
        ),
    )
    signer.at = at
    try:
        sealed = signer.sign_pdf(_Writer(BytesIO(pdf)), output=BytesIO())
    except (OSError, TimeoutError, ValueError, PdfError) as error:
        raise Unsealed(f"The paper could not be sealed: {error}") from error
    return bytes(sealed.getbuffer())


def examine(pdf: bytes, *, roots_pem: list[str]) -> list[Found]:
    """Every signature in a file, the oldest first; `trusted` means by one of these authorities. Asks nobody else.

    Certificates are judged at the moment the signer claims, so that a seal outlives its certificate. The claim is
    the signer's own word: whoever holds the key can put any date, and the caller compares with its own record.
    Raises Unreadable. A file made for it may take long or much memory: call it where it can be stopped.
    """
    roots = [one for pem in roots_pem for one in _certificates(pem)]
    try:
        reader = PdfFileReader(BytesIO(pdf))
        if reader.encrypted:
            raise Unreadable("The file is encrypted.")
        signatures = reader.embedded_signatures
        if len(signatures) > MOST_SIGNATURES:
            raise Unreadable(f"The file has more than {MOST_SIGNATURES} signatures.")
        found = [_found(one, pdf, roots) for one in signatures]
    except Unreadable:
        raise
    except Exception as error:  # a damaged file breaks the reader in ways nobody can list
        raise Unreadable(f"{type(error).__name__}: {error}"[:300]) from error
    return found if any(one.covers_all for one in found) else [replace(one, changed_after=True) for one in found]


def fingerprint(certificate_pem: str) -> str:
    """A certificate's sha256, in hex."""
    return x509.load_pem_x509_certificate(certificate_pem.encode()).fingerprint(hashes.SHA256()).hex()


class _Writer(IncrementalPdfFileWriter):
    """Leaves the metadata as the press wrote them: their claims, their title and their date are part of the paper."""

    def _update_meta(self) -> None:
        pass


class _Signer(signers.PdfSigner):
    """Signs at the moment it is told, not at the machine's, and keeps the file a PDF/A-3."""

    at: datetime

    def init_signing_session(self, *args: Any, **options: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **options)
        session.system_time = self.at
        return session

    def register_extensions(self, pdf_out: BasePdfFileWriter, *, md_algorithm: str) -> None:
        """PAdES alone: for the curve, pyHanko would make the file a PDF 2.0, which no PDF/A-3 is."""
        pdf_out.register_extension(ESIC_EXTENSION_1)


def _holder(key_pem: bytes, certificate_pem: str, between_pem: str) -> signers.SimpleSigner:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(_certificates(between_pem))
    [certificate] = _certificates(certificate_pem)
    return signers.SimpleSigner(certificate, load_private_key_from_pemder_data(key_pem, None), store)


def _certificates(pem: str) -> list[Any]:
    """As pyHanko wants them: asn1crypto's."""
    return list(load_certs_from_pemder_data(pem.encode())) if pem.strip() else []


def _time_stamper(url: str) -> TimeStamper:
    from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper  # half a second to load

    return HTTPTimeStamper(url, timeout=TSA_SECONDS)


def _found(signature: EmbeddedPdfSignature, pdf: bytes, roots: list[Any]) -> Found:
    at, certificate = _claimed(signature), signature.signer_cert
    trust = ValidationContext(trust_roots=roots, moment=at, allow_fetching=False)
    status: PdfSignatureStatus | DocumentTimestampStatus
    stamp: TimestampSignatureStatus | None
    if signature.sig_object_type == "/DocTimeStamp":
        status = validation.validate_pdf_timestamp(signature, trust)
        at, stamp = status.timestamp, status
    else:
        status = validation.validate_pdf_signature(signature, trust, key_usage_settings=_ANY_SIGNING_KEY)
        stamp = status.timestamp_validity
    return Found(
        field=signature.field_name,
        signer=_name(certificate),
        certificate_sha256=certificate.sha256.hex(),
        at=at,
        intact=status.intact and status.valid and _plain(signature, pdf),
        trusted=status.valid and status.trust_problem_indic is None and status.validation_path is not None,
        covers_all=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        changed_after=_changed_after(signature, status),
        timestamped=stamp is not None and stamp.intact and stamp.valid,
        end=int(signature.byte_range[2]) + int(signature.byte_range[3]),
    )


def _plain(signature: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """Is the signature written as signers write it, with nothing but zeros after it? No signature covers this place."""
    written = pdf[int(signature.byte_range[1]) + 1 : int(signature.byte_range[2]) - 1].decode("ascii", "replace")
    content = signature.pkcs7_content
    ends = content.rstrip(b"\0").endswith(signature.signed_data.dump().rstrip(b"\0"))
    return ends and written in (content.hex(), content.hex().upper())


def _claimed(signature: EmbeddedPdfSignature) -> datetime | None:
    at = signature.self_reported_timestamp
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


def _name(certificate: Any) -> str:
    subject = certificate.subject.native
    return str(subject.get("common_name") or subject.get("organization_name") or certificate.subject.human_friendly)


def _changed_after(signature: EmbeddedPdfSignature, status: ModificationInfo) -> bool:
    """Was anything but signatures added after this one? pyHanko lets the metadata go; a paper's title has to stay."""
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return False
    if not status.docmdp_ok or status.modification_level not in _SIGNING:
        return True
    return _told(signature.reader) != _told(signature.reader.get_historical_resolver(signature.signed_revision))


def _told(file: PdfFileReader | HistoricalResolver) -> list[Any]:
    """What a file's metadata say of it, but for the dates and tools that a signing program may set anew."""
    views = []
    if "/Info" in file.trailer_view:
        views.append(view_from_info_dict(file.trailer_view["/Info"], strict=False))
    if "/Metadata" in file.root:
        views.append(meta_from_xmp(parse_xmp(BytesIO(file.root["/Metadata"].read_data(DecodePurpose.XMP_METADATA)))))
    return [(view.title, view.author, view.subject, view.keywords) for view in views]
