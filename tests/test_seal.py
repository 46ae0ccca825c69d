"""The office's seal: made, taken in, replaced; put on a paper; and found whole or changed by whoever holds the file."""

import io
import json
import re
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import typst
from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import translation
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from audit import chain
from audit.models import Event
from documents import keys, orders, sealing, seals, typesetting, verification
from documents.models import Authority, Form, Paper, Print, Seal
from organization.models import Organization
from organization.refusals import NotNow
from tests.cast import at

NOW = at(hour=15)
CODE = "7K3M9QPX2T"
FONTS = Path(typesetting.__file__).parent / "fonts"


# --- what the tests hold in their hands


def page(code: str = CODE, text: str = "เห็นควรอนุมัติ") -> bytes:
    """One page that claims what every paper claims, with its code in its keywords as papers have it."""
    source = f'#set document(title: "บันทึก", keywords: ("memo", "{code}", "อบต."))\n#set text(lang: "th")\n= {text}'
    return typst.compile(
        source.encode(),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        pdf_standards=typesetting.STANDARDS,
        timestamp=NOW.astimezone(UTC),
    )


class Holder:
    """Somebody with a key and a certificate of their own."""

    def __init__(
        self, key: Any = None, name: str = "คนนอก", days: int = 365, usage: str = "content_commitment"
    ) -> None:
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=400))
            .not_valid_after(NOW - timedelta(days=400) + timedelta(days=400 + days))
            .add_extension(seals._usage(**{usage: True}), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .sign(self.key, hashes.SHA256())
        )

    @property
    def pem(self) -> str:
        return seals._pem(self.certificate)

    def p12(self, passphrase: str = "ความลับ", others: Any = None) -> bytes:
        lock = serialization.BestAvailableEncryption(passphrase.encode())
        return pkcs12.serialize_key_and_certificates(b"seal", self.key, self.certificate, others, lock)

    def asn1(self) -> tuple[Any, Any]:
        [certificate] = load_certs_from_pemder_data(self.pem.encode())
        return certificate, load_private_key_from_pemder_data(seals._key_pem(self.key), None)

    def sign(self, pdf: bytes, field: str = "Second") -> bytes:
        """A further signature, as another program adds it: invisible, with its own dates in the metadata."""
        meta = signers.PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, name="คนนอก")
        signer = signers.SimpleSigner(*self.asn1(), SimpleCertificateStore())
        done = signers.PdfSigner(meta, signer, new_field_spec=SigFieldSpec(field)).sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(pdf)), output=io.BytesIO()
        )
        return bytes(done.getbuffer())


def sealed(pdf: bytes, seal: Seal, when: datetime = NOW, **more: Any) -> bytes:
    return sealing.seal(
        pdf,
        key_pem=keys.decrypt(bytes(seal.key)),
        certificate_pem=seal.certificate,
        between_pem=seal.between,
        at=when,
        name="องค์การบริหารส่วนตำบลกำแพงแสน",
        reason="บันทึก",
        **more,
    )


def issue(office: Organization, code: str = CODE, when: datetime = NOW) -> bytes:
    """A paper of the office, printed and sealed with the seal in use."""
    data = orders.paper_of(Form.MEMO, {}, organization=office, title="บันทึก", at=when, code=code)
    frozen = orders.frozen(data, organization_id=office.pk, about="memo:0", sealed=True, at=when)
    [paper] = orders.place([frozen], by=None, at=when)
    seal = seals.in_use(office.pk)
    assert seal is not None
    pdf = sealed(page(code), seal, when)
    Print.objects.create(paper=paper, sha256=sha256(pdf), size=len(pdf), seal=seal, at=when)
    return pdf


def sha256(data: bytes) -> str:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return digest.finalize().hex()


def updated(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """The file with an update at its end, as an editor saves it."""
    writer, out = IncrementalPdfFileWriter(io.BytesIO(pdf)), io.BytesIO()
    change(writer)
    writer.write(out)
    return out.getvalue()


def annotate(writer: IncrementalPdfFileWriter) -> None:
    leaf = writer.root["/Pages"]["/Kids"][0]
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (100, 100, 300, 200))),
            generic.pdf_name("/Contents"): generic.pdf_string("ไม่อนุมัติ"),
        }
    )
    leaf["/Annots"] = generic.ArrayObject([*leaf.get("/Annots", []), writer.add_object(note)])
    writer.update_container(leaf)


def retitle(writer: IncrementalPdfFileWriter) -> None:
    writer.document_meta.title = "คำสั่ง"
    writer.update_root()


def verdict(pdf: bytes, **more: Any) -> tuple[str, str]:
    found = verification.verify(pdf, **more)
    return found.verdict, found.why


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def office(db: Any) -> Organization:
    return Organization.objects.create(code="kps", name_th="องค์การบริหารส่วนตำบลกำแพงแสน", short_th="อบต.กำแพงแสน")


@pytest.fixture
def paper(office: Organization) -> bytes:
    seals.make(office, now=NOW)
    return issue(office)


# --- the keys


def test_what_is_encrypted_is_read_again_and_is_not_the_secret_itself() -> None:
    stored = keys.encrypt(b"secret")
    assert b"secret" not in stored
    assert keys.decrypt(stored) == b"secret"


def test_an_older_key_still_opens_and_the_newest_one_closes(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.MEMOFLOW_SEAL_KEYS = [old]
    stored = keys.encrypt(b"secret")
    settings.MEMOFLOW_SEAL_KEYS = [new, old]
    assert keys.decrypt(stored) == b"secret"
    later = keys.encrypt(b"secret")
    settings.MEMOFLOW_SEAL_KEYS = [new]
    assert keys.decrypt(later) == b"secret"
    with pytest.raises(keys.WrongSealKey):
        keys.decrypt(stored)


@pytest.mark.parametrize("configured", [[], ["short"], ["ก" * 44]])
def test_no_key_in_the_environment_is_said_as_such(settings: Any, configured: list[str]) -> None:
    settings.MEMOFLOW_SEAL_KEYS = configured
    with pytest.raises(keys.NoSealKey):
        keys.encrypt(b"secret")


# --- making, taking in, replacing


def test_a_seal_is_made_with_an_authority_of_the_offices_own(office: Organization) -> None:
    seal = seals.make(office, now=NOW)
    root = x509.load_pem_x509_certificate(seal.authority.certificate.encode())
    certificate = x509.load_pem_x509_certificate(seal.certificate.encode())
    certificate.verify_directly_issued_by(root)
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    assert (certificate.not_valid_after_utc - NOW).days == 3 * 365
    assert (root.not_valid_after_utc - NOW).days == 30 * 365
    [common] = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert common.value == "อบต.กำแพงแสน"
    assert b"PRIVATE KEY" not in bytes(seal.key) + bytes(seal.authority.key or b"")
    assert seals.in_use(office.pk) == seal
    assert seals.roots() == [seal.authority.certificate]


def test_a_long_thai_name_fits_into_a_certificate(office: Organization) -> None:
    office.name_th, office.short_th = "องค์การบริหารส่วนตำบล" * 8, ""
    office.save()
    certificate = x509.load_pem_x509_certificate(seals.make(office, now=NOW).certificate.encode())
    [common] = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert office.name_th.startswith(str(common.value))
    assert 60 < len(str(common.value).encode()) <= 64


def test_every_act_on_a_seal_is_in_its_chain(office: Organization) -> None:
    first = seals.make(office, now=NOW)
    second = seals.rotate(office, now=NOW)
    seals.reencrypt(now=NOW)
    third = seals.take_in(office, Holder().p12(), "ความลับ", now=NOW, replacing=True)
    told = {seal.pk: [event.verb for event in chain.history_of(seal)] for seal in (first, second, third)}
    assert told == {
        first.pk: ["made", "retired", "reencrypted"],
        second.pk: ["made", "reencrypted", "retired"],
        third.pk: ["taken_in"],
    }
    made = Event.objects.get(subject_id=first.pk, verb="made")
    assert made.data["certificate"] == sealing.fingerprint(first.certificate)
    assert made.data["authority"] == sealing.fingerprint(first.authority.certificate)
    assert not list(chain.verify())


def test_an_office_has_one_seal_in_use(office: Organization) -> None:
    first = seals.make(office, now=NOW)
    for again in (
        lambda: seals.make(office, now=NOW),
        lambda: seals.take_in(office, Holder().p12(), "ความลับ", now=NOW),
    ):
        with pytest.raises(NotNow, match="already"):
            again()
    assert list(Seal.objects.all()) == [first]


def test_nothing_is_made_without_a_key_in_the_environment(office: Organization, settings: Any) -> None:
    settings.MEMOFLOW_SEAL_KEYS = []
    with pytest.raises(keys.NoSealKey):
        seals.make(office, now=NOW)
    assert not Authority.objects.exists()


def test_a_new_seal_takes_the_old_ones_place_under_the_same_authority(office: Organization) -> None:
    old = seals.make(office, now=NOW)
    new = seals.rotate(office, now=NOW + timedelta(days=900))
    old.refresh_from_db()
    assert old.retired_at == NOW + timedelta(days=900)
    assert (new.authority, seals.in_use(office.pk)) == (old.authority, new)
    assert new.certificate != old.certificate


def test_where_there_is_no_seal_none_is_replaced(office: Organization) -> None:
    with pytest.raises(NotNow, match="no seal yet"):
        seals.rotate(office, now=NOW)


def test_a_seal_of_another_authority_is_not_replaced_by_our_own(office: Organization) -> None:
    taken = seals.take_in(office, Holder().p12(), "ความลับ", now=NOW)
    with pytest.raises(NotNow, match="PKCS#12"):
        seals.rotate(office, now=NOW)
    assert seals.in_use(office.pk) == taken


def test_every_stored_key_goes_under_the_newest_one(office: Organization, settings: Any) -> None:
    seal, before = seals.make(office, now=NOW), settings.MEMOFLOW_SEAL_KEYS
    secret, new = keys.decrypt(bytes(seal.key)), Fernet.generate_key().decode()
    settings.MEMOFLOW_SEAL_KEYS = [new, *before]
    assert seals.reencrypt(now=NOW) == 2
    settings.MEMOFLOW_SEAL_KEYS = [new]
    seal = Seal.objects.get()
    assert keys.decrypt(bytes(seal.key)) == secret
    assert seals.rotate(office, now=NOW).pk


def test_keys_that_do_not_open_are_left_as_they_are(office: Organization, settings: Any) -> None:
    seals.make(office, now=NOW)
    settings.MEMOFLOW_SEAL_KEYS = [Fernet.generate_key().decode()]
    before = bytes(Seal.objects.get().key)
    for act in (seals.reencrypt, lambda now: seals.rotate(office, now=now)):
        with pytest.raises(keys.WrongSealKey):
            act(now=NOW)
    assert bytes(Seal.objects.get(retired_at=None).key) == before


def test_a_seal_is_taken_in_with_all_certificates_up_to_its_authority(office: Organization) -> None:
    outside = Organization.objects.create(code="ca", name_th="ผู้ออกใบรับรอง", short_th="ผู้ออกใบรับรอง")
    issued = seals.make(outside, now=NOW)
    key = serialization.load_pem_private_key(keys.decrypt(bytes(issued.key)), None)
    certificate, root = (
        x509.load_pem_x509_certificate(pem.encode()) for pem in (issued.certificate, issued.authority.certificate)
    )
    p12 = pkcs12.serialize_key_and_certificates(
        b"seal", key, certificate, [Holder().certificate, root], serialization.NoEncryption()
    )
    seal = seals.take_in(office, p12, "", now=NOW)
    assert seal.certificate == issued.certificate
    assert (seal.authority.certificate, seal.authority.key, seal.between) == (seals._pem(root), None, "")
    [found] = sealing.examine(sealed(page(), seal), roots_pem=[seal.authority.certificate])
    assert found.intact and found.trusted


def test_a_self_signed_seal_of_rsa_is_taken_in_and_seals(office: Organization) -> None:
    seals.take_in(office, Holder(rsa.generate_private_key(65537, 2048)).p12(), "ความลับ", now=NOW)
    pdf = issue(office)
    assert verdict(pdf) == ("intact", "same_bytes")
    [found] = verification.verify(pdf).seals
    assert (found.signer, found.intact, found.trusted) == ("คนนอก", True, True)


@pytest.mark.parametrize(
    ("p12", "passphrase", "why"),
    [
        (lambda: Holder().p12(), "อื่น", "passphrase"),
        (lambda: b"not a PKCS#12", "", "passphrase"),
        (lambda: Holder(days=-1).p12(), "ความลับ", "not now"),
        (lambda: Holder(ec.generate_private_key(ec.SECP384R1())).p12(), "ความลับ", "P-256"),
        (lambda: Holder(rsa.generate_private_key(65537, 1024)).p12(), "ความลับ", "P-256"),
        (lambda: Holder(usage="key_cert_sign").p12(), "ความลับ", "not meant for signing"),
    ],
)
def test_a_file_that_is_no_seal_is_refused_with_its_reason(
    office: Organization, p12: Callable[[], bytes], passphrase: str, why: str
) -> None:
    with pytest.raises(ValidationError, match=why):
        seals.take_in(office, p12(), passphrase, now=NOW)
    assert not Seal.objects.exists()


def test_a_seal_without_its_authority_is_refused(office: Organization) -> None:
    outside = Organization.objects.create(code="ca", name_th="ผู้ออกใบรับรอง")
    issued = seals.make(outside, now=NOW)
    key = serialization.load_pem_private_key(keys.decrypt(bytes(issued.key)), None)
    certificate = x509.load_pem_x509_certificate(issued.certificate.encode())
    p12 = pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, serialization.NoEncryption())
    with pytest.raises(ValidationError, match="authority"):
        seals.take_in(office, p12, "", now=NOW)


# --- sealing


def test_a_sealed_paper_is_whole_and_its_seal_is_trusted(office: Organization) -> None:
    seal = seals.make(office, now=NOW)
    pdf = sealed(page(), seal)
    [found] = sealing.examine(pdf, roots_pem=seals.roots())
    assert found == sealing.Found(
        field="Seal",
        signer="อบต.กำแพงแสน",
        certificate_sha256=sealing.fingerprint(seal.certificate),
        at=NOW,
        intact=True,
        trusted=True,
        covers_all=True,
        changed_after=False,
        timestamped=False,
        end=len(pdf),
    )


def test_sealing_leaves_the_bytes_of_the_paper_and_its_claims_as_they_were(office: Organization) -> None:
    plain = page()
    pdf = sealed(plain, seals.make(office, now=NOW))
    assert pdf.startswith(plain)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.check_pdf_syntax() == []
        assert opened.pdf_version == "1.7"
        assert "/Version" not in opened.Root
        meta = opened.open_metadata()
        assert (meta.pdfa_status, meta["pdfuaid:part"]) == ("3A", "1")
        assert meta["xmp:ModifyDate"] == "2021-09-14T08:00:00+00:00"


def test_the_field_is_named_for_a_screen_reader_and_lies_beside_the_page(office: Organization) -> None:
    """PDF/UA wants a name, and a field on the page in its tags; PDF/A wants it printed and not hidden."""
    with pikepdf.open(io.BytesIO(sealed(page(), seals.make(office, now=NOW)))) as opened:
        [field] = opened.Root.AcroForm.Fields
        assert str(field.TU) == "ตราประทับอิเล็กทรอนิกส์ขององค์การบริหารส่วนตำบลกำแพงแสน"
        assert int(field.F) & 0b111 == 0b100
        assert all(value < 0 for value in field.Rect)
        [reference] = field.V.Reference
        assert (reference.TransformMethod, reference.TransformParams.P) == ("/DocMDP", 2)
        assert opened.Root.Perms.DocMDP.objgen == field.V.objgen
        assert all(leaf.obj.Tabs == "/S" for leaf in opened.pages if "/Annots" in leaf.obj)


def test_a_seal_outlives_its_certificate(office: Organization) -> None:
    seal = seals.make(office, now=NOW)
    last_day = NOW + timedelta(days=3 * 365 - 1)
    [found] = sealing.examine(sealed(page(), seal, last_day), roots_pem=seals.roots())
    assert datetime.now(UTC) > last_day
    assert (found.at, found.intact, found.trusted) == (last_day, True, True)


@pytest.mark.parametrize("days", [-2, 3 * 365 + 1])
def test_nothing_is_sealed_outside_the_certificates_time(office: Organization, days: int) -> None:
    seal = seals.make(office, now=NOW)
    with pytest.raises(sealing.Unsealed, match="valid from"):
        sealed(page(), seal, NOW + timedelta(days=days))


def test_what_is_no_pdf_is_not_sealed(office: Organization) -> None:
    seal = seals.make(office, now=NOW)
    with pytest.raises(sealing.Unsealed):
        sealed(b"no PDF", seal)


def test_a_wrong_key_in_the_environment_is_said_before_sealing(office: Organization, settings: Any) -> None:
    seal = seals.make(office, now=NOW)
    settings.MEMOFLOW_SEAL_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(keys.WrongSealKey, match="MEMOFLOW_SEAL_KEYS"):
        sealed(page(), seal)


def test_a_time_stamp_is_put_on_where_an_authority_is_named(office: Organization, monkeypatch: Any) -> None:
    authority = DummyTimeStamper(*Holder(rsa.generate_private_key(65537, 2048)).asn1(), fixed_dt=NOW)
    monkeypatch.setattr(sealing, "_time_stamper", lambda url: authority)
    pdf = sealed(page(), seals.make(office, now=NOW), tsa_url="https://tsa.example")
    [found] = sealing.examine(pdf, roots_pem=seals.roots())
    assert found.intact and found.trusted and found.timestamped


def test_a_time_stamping_authority_that_is_away_is_said(office: Organization) -> None:
    seal = seals.make(office, now=NOW)
    with pytest.raises(sealing.Unsealed):
        sealed(page(), seal, tsa_url="http://127.0.0.1:9/")


def test_a_seal_of_an_unknown_authority_is_intact_and_not_trusted(office: Organization) -> None:
    pdf = sealed(page(), seals.make(office, now=NOW))
    for roots in ([], [Holder().pem]):
        [found] = sealing.examine(pdf, roots_pem=roots)
        assert (found.intact, found.trusted) == (True, False)


# --- verifying


def test_a_paper_as_it_was_printed_is_intact(paper: bytes) -> None:
    found = verification.verify(paper, code=CODE)
    assert (found.verdict, found.why) == ("intact", "same_bytes")
    assert found.paper == Paper.objects.get()
    assert found.print == Print.objects.get()
    assert [one.trusted for one in found.seals] == [True]


def test_no_flipped_byte_leaves_a_paper_intact(paper: bytes) -> None:
    """Everywhere in the file; inside the seal's own dictionary, which no signature covers whole, much closer."""
    inside = paper.rindex(b"/Contents <")
    start, end = paper.rindex(b" obj", 0, inside), paper.index(b"endobj", inside)
    places = {*range(0, len(paper), len(paper) // 200), *range(start, inside + 12), *range(inside, end, 11)}
    for place in places:
        flipped = paper[:place] + bytes([paper[place] ^ 1]) + paper[place + 1 :]
        found = verification.verify(flipped)
        assert found.verdict == "changed", place


def test_the_seal_alone_finds_flipped_bytes_in_what_it_covers(paper: bytes) -> None:
    """Also in the zeros after the signature, and where a hexadecimal digit is only written in another way."""
    roots = seals.roots()
    inside = paper.rindex(b"/Contents <") + len(b"/Contents <")
    after = paper.index(b">", inside)
    letter = re.compile(rb"[A-F]").search(paper, inside)
    assert letter
    for place, flip in [*((one, 1) for one in range(0, inside, inside // 100)), (after - 1, 1), (letter.start(), 32)]:
        flipped = paper[:place] + bytes([paper[place] ^ flip]) + paper[place + 1 :]
        assert verification.by_seal(flipped, roots).verdict != "intact", place


@pytest.mark.parametrize("tail", [b"\n", b"0", b"%%EOF\n", b"\n1 0 obj\n<<>>\nendobj\n"])
def test_bytes_after_the_end_are_a_change(paper: bytes, tail: bytes) -> None:
    found = verification.verify(paper + tail)
    assert (found.verdict, found.paper) == ("changed", Paper.objects.get())
    assert verification.by_seal(paper + tail, seals.roots()).verdict != "intact"


@pytest.mark.parametrize("change", [annotate, retitle])
def test_an_update_that_adds_a_note_or_another_title_is_a_change(
    paper: bytes, change: Callable[[IncrementalPdfFileWriter], None]
) -> None:
    for pdf in (updated(paper, change), Holder().sign(updated(paper, change))):
        assert verdict(pdf) == ("changed", "changed_after")
        assert verification.by_seal(pdf, seals.roots()).verdict == "changed"


def test_an_update_that_nobody_signed_is_a_change_whatever_it_says(paper: bytes) -> None:
    pdf = updated(paper, lambda writer: writer.update_root())
    assert verdict(pdf) == ("changed", "changed_after")
    assert verification.by_seal(pdf, seals.roots()).verdict == "changed"


def test_a_paper_saved_anew_by_another_program_is_a_change(paper: bytes) -> None:
    anew = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper)) as opened:
        opened.save(anew)
    found = verification.verify(anew.getvalue())
    assert found.verdict == "changed"
    assert found.paper == Paper.objects.get()


def test_further_signatures_leave_a_paper_intact(paper: bytes) -> None:
    twice = Holder().sign(Holder().sign(paper), "Third")
    found = verification.verify(twice)
    assert (found.verdict, found.why) == ("intact", "signed_further")
    assert [(one.field, one.intact, one.trusted, one.changed_after) for one in found.seals] == [
        ("Seal", True, True, False),
        ("Second", True, False, False),
        ("Third", True, False, False),
    ]
    assert [one.covers_all for one in found.seals] == [False, False, True]
    assert verification.by_seal(twice, seals.roots()).verdict == "intact"


def test_a_flipped_byte_in_what_a_further_signature_covers_is_a_change(paper: bytes) -> None:
    twice = Holder().sign(paper)
    start = twice.rindex(b"/Contents <")
    end = twice.index(b">", start)
    for place in [*range(len(paper), start, (start - len(paper)) // 30), *range(end + 1, len(twice), 20)]:
        flipped = twice[:place] + bytes([twice[place] ^ 1]) + twice[place + 1 :]
        assert verification.verify(flipped).verdict == "changed", place


def test_a_paper_stays_intact_when_its_seal_is_replaced(office: Organization, paper: bytes) -> None:
    seals.rotate(office, now=NOW + timedelta(days=900))
    later = issue(office, "8888888888", NOW + timedelta(days=901))
    seals.take_in(office, Holder(days=3000).p12(), "ความลับ", now=NOW + timedelta(days=902), replacing=True)
    for pdf in (paper, later):
        assert verdict(pdf) == ("intact", "same_bytes")
        assert [one.trusted for one in verification.verify(pdf).seals] == [True]
        assert verdict(Holder().sign(pdf)) == ("intact", "signed_further")


def test_an_intact_paper_under_another_papers_code_is_named_as_what_it_is(office: Organization, paper: bytes) -> None:
    issue(office, "8888888888")
    found = verification.verify(paper, code="8888888888")
    assert (found.verdict, found.why) == ("other", "other_paper")
    assert found.paper and found.paper.code == CODE


def test_a_forgery_that_bears_a_code_of_ours_is_a_change(paper: bytes) -> None:
    """Unsealed, sealed by another, or sealed by us but never printed."""
    ours = Seal.objects.get()
    forged = page(text="ไม่อนุมัติ")
    for pdf in (forged, Holder().sign(forged), sealed(forged, ours)):
        found = verification.verify(pdf)
        assert (found.verdict, found.why) == ("changed", "bytes_differ")
        assert found.paper == Paper.objects.get()


def test_a_file_with_our_seal_that_we_never_printed_is_a_change(paper: bytes) -> None:
    found = verification.verify(sealed(page("0000000000"), Seal.objects.get()))
    assert (found.verdict, found.paper) == ("changed", None)


def test_a_file_of_another_house_is_unknown(paper: bytes) -> None:
    assert verdict(page("0000000000")) == ("unknown", "no_seal")
    assert verdict(Holder().sign(page("0000000000"))) == ("unknown", "not_ours")


# --- strangers' files


def _encrypted() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(page("0000000000"))) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def _built(root: bytes, more: bytes = b"", trailer: bytes = b"") -> bytes:
    """A file with one object and a table of it."""
    body = b"%PDF-1.7\n1 0 obj\n" + root + b"\nendobj\n" + more
    table = b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<</Size 2/Root 1 0 R" + trailer
    return body + table + b">>\nstartxref\n%d\n%%%%EOF\n" % len(body)


def _looping_xref() -> bytes:
    start = len(_built(b"<</Type/Catalog>>").split(b"xref\n")[0])
    return _built(b"<</Type/Catalog>>", trailer=b"/Prev %d" % start)


def _looping_fields() -> bytes:
    return _built(b"<</Type/Catalog/AcroForm<</Fields[1 0 R]>>/Kids[1 0 R]/T(a)/FT/Sig/V 1 0 R>>")


def _bomb() -> bytes:
    """A cross-reference stream of a few kilobytes which unpacks to 200 MB."""
    packed = zlib.compress(bytes(200_000_000), 9)
    stream = b"%%PDF-1.7\n1 0 obj\n<</Type/XRef/W[1 4 2]/Size 9/Root 1 0 R/Filter/FlateDecode/Length %d>>" % len(packed)
    return stream + b"\nstream\n" + packed + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"",
        lambda: bytes(1_000_000),
        lambda: b"%PDF-1.7\n",
        lambda: page("0000000000")[:-200],
        _encrypted,
        lambda: _built(b"[" * 100_000),
        lambda: _built(b"<</Type/Catalog/AcroForm" + b"<</Fields" * 20_000),
        lambda: _built(b"<</Type/Catalog/AcroForm 1 0 R/Fields 1 0 R>>"),
        _looping_xref,
        _looping_fields,
        _bomb,
        lambda: b"%PDF-1.7\nstartxref\n-1\n%%EOF",
        lambda: b"%PDF-1.7\nstartxref\n99999999999999999999\n%%EOF",
    ],
)
def test_a_hostile_file_is_unknown_and_no_accident(db: Any, make: Callable[[], bytes]) -> None:
    found = verification.verify(make())
    assert found.verdict == "unknown"
    assert found.why in ("unreadable", "no_seal", "not_ours")


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.99])
def test_a_paper_cut_short_is_not_intact(paper: bytes, keep: float) -> None:
    assert verification.verify(paper[: int(len(paper) * keep)]).verdict in ("changed", "unknown")


# --- the commands


def say(capsys: Any, *arguments: Any) -> dict[str, Any]:
    call_command(*arguments, "--json")
    return json.loads(capsys.readouterr().out)


def test_make_seal_makes_one_and_writes_whom_to_trust(office: Organization, tmp_path: Path, capsys: Any) -> None:
    told = say(capsys, "make_seal", "kps", "--authority", tmp_path / "ca.pem")
    seal = seals.in_use(office.pk)
    assert seal is not None
    assert (tmp_path / "ca.pem").read_text() == seal.authority.certificate
    assert told["done"] == "made"
    assert told["certificate_sha256"] == sealing.fingerprint(seal.certificate)
    assert told["own_authority"] is True
    again = say(capsys, "make_seal", "kps", "--authority", tmp_path / "again.pem")
    assert (again["done"], again["seal"]) == ("in_use", str(seal.pk))
    with pytest.raises(CommandError, match="already"):
        call_command("make_seal", "kps")


def test_make_seal_replaces_stores_anew_and_takes_in(
    office: Organization, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    first = say(capsys, "make_seal", "kps")
    second = say(capsys, "make_seal", "kps", "--rotate")
    assert second["done"] == "rotated"
    assert (second["authority_sha256"], second["seal"] == first["seal"]) == (first["authority_sha256"], False)
    assert say(capsys, "make_seal", "kps", "--reencrypt")["reencrypted"] == 3
    file = tmp_path / "seal.p12"
    file.write_bytes(Holder(days=3650).p12())
    monkeypatch.setenv("SEAL_PASSPHRASE", "ความลับ")
    taken = say(capsys, "make_seal", "kps", "--pkcs12", file, "--passphrase-env", "SEAL_PASSPHRASE", "--rotate")
    assert (taken["done"], taken["own_authority"]) == ("taken_in", False)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["nowhere"], "no organization"),
        (["kps", "--rotate"], "no seal yet"),
        (["kps", "--reencrypt"], "no seal yet"),
        (["kps", "--pkcs12", "/nowhere.p12"], "No such file"),
        (["kps", "--pkcs12", __file__, "--passphrase-env", "NOT_THERE"], "NOT_THERE"),
        (["kps", "--pkcs12", __file__], "passphrase"),
    ],
)
def test_make_seal_says_in_a_sentence_why_not(office: Organization, arguments: list[str], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        call_command("make_seal", *arguments)


def test_verify_paper_leaves_with_0_only_for_an_intact_paper(paper: bytes, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "paper.pdf"
    file.write_bytes(paper)
    told = say(capsys, "verify_paper", file)
    assert (told["verdict"], told["why"], told["code"], told["form"]) == ("intact", "same_bytes", CODE, "memo")
    assert told["seals"][0]["at"] == "2021-09-14T15:00:00+07:00"
    assert told["sha256"] == sha256(paper)
    file.write_bytes(paper + b" ")
    with pytest.raises(SystemExit) as left:
        call_command("verify_paper", file, "--json")
    assert left.value.code == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "changed"
    with pytest.raises(CommandError) as refused:
        call_command("verify_paper", tmp_path / "none.pdf")
    assert refused.value.returncode == 2


def test_verify_paper_asks_the_seals_alone_where_an_authority_is_named(
    paper: bytes, tmp_path: Path, capsys: Any, django_assert_num_queries: Any
) -> None:
    (tmp_path / "paper.pdf").write_bytes(paper)
    (tmp_path / "ca.pem").write_text(Authority.objects.get().certificate)
    (tmp_path / "other.pem").write_text(Holder().pem)
    with django_assert_num_queries(0):
        told = say(capsys, "verify_paper", tmp_path / "paper.pdf", "--authority", tmp_path / "ca.pem")
    assert (told["verdict"], told["why"]) == ("intact", "sealed")
    with pytest.raises(SystemExit) as left:
        call_command("verify_paper", tmp_path / "paper.pdf", "--authority", tmp_path / "other.pem", "--json")
    assert left.value.code == 1
    assert json.loads(capsys.readouterr().out)["why"] == "not_ours"
    with pytest.raises(CommandError) as refused:
        call_command("verify_paper", tmp_path / "paper.pdf", "--authority", tmp_path / "paper.pdf")
    assert refused.value.returncode == 2


def test_verify_paper_without_records_asks_for_an_authority(tmp_path: Path, monkeypatch: Any) -> None:
    def no_database(pdf: bytes) -> None:
        raise DatabaseError("no such table")

    monkeypatch.setattr(verification, "verify", no_database)
    (tmp_path / "paper.pdf").write_bytes(page())
    with pytest.raises(CommandError, match="--authority") as refused:
        call_command("verify_paper", tmp_path / "paper.pdf")
    assert refused.value.returncode == 2
