//! The value of a seal: a CMS signature (RFC 5652) of the form that PAdES B-B asks for.
//!
//! It holds one certificate, one signer, no content, and exactly three signed attributes: the content
//! type, the digest of the document, and the fingerprint of the certificate (RFC 5035). The time of
//! sealing is in the PDF beside it (ETSI EN 319 142-1 forbids it here), under the same signature.

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{ObjectIdentifier, OctetString, SetOfVec};
use der::{Any, Decode, Encode, Tag};
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{DerSignature, VerifyingKey};
use sha2::{Digest, Sha256};
use spki::AlgorithmIdentifierOwned;
use x509_cert::attr::Attribute;

use super::{SealCertificate, SealError, SealKey, write_error};

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const ECDSA_WITH_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
/// Two integers of 33 bytes with their heads.
const LONGEST_SIGNATURE: usize = 72;

/// Signs the digest of a document; the same key and digest always give the same value (RFC 6979).
pub(super) fn sign(key: &SealKey, digest: [u8; 32]) -> Result<Vec<u8>, SealError> {
    let attributes = attributes(key.certificate(), digest)
        .and_then(|set| set.to_der())
        .map_err(write_error)?;
    let signature: DerSignature = key.signer().try_sign(&attributes).map_err(write_error)?;
    assemble(key.certificate(), digest, signature.as_bytes()).map_err(write_error)
}

/// The most bytes that a value of this certificate's key may have.
pub(super) fn longest(certificate: &SealCertificate) -> Result<usize, SealError> {
    Ok(assemble(certificate, [0; 32], &[0; LONGEST_SIGNATURE])
        .map_err(write_error)?
        .len())
}

/// The certificate that the value names as its signer's; nothing about it is proved.
pub(super) fn certificate_in(value: &[u8]) -> Option<SealCertificate> {
    let signed = read(value)?;
    match signed.certificates?.0.get(0)? {
        CertificateChoices::Certificate(certificate) => {
            SealCertificate::new(certificate.clone()).ok()
        }
        CertificateChoices::Other(_) => None,
    }
}

/// Whether the value is the one that this certificate's key gives for the digest.
///
/// The value is made anew from certificate, digest and signature and must equal the given one, so
/// that no byte of it is free, although a CMS signature covers only a part of its own bytes.
pub(super) fn holds(certificate: &SealCertificate, digest: [u8; 32], value: &[u8]) -> bool {
    let holds = || {
        let signed = read(value)?;
        let signature = signed.signer_infos.0.get(0)?.signature.as_bytes();
        let mut again = assemble(certificate, digest, signature).ok()?;
        again.resize(longest(certificate).ok()?, 0);
        if again != value {
            return None;
        }
        let covered = attributes(certificate, digest).ok()?.to_der().ok()?;
        let key: VerifyingKey = certificate.verifying_key()?;
        key.verify(&covered, &DerSignature::from_bytes(signature).ok()?)
            .ok()
    };
    holds().is_some()
}

/// Reads the value; the zeros behind it only fill the room.
fn read(value: &[u8]) -> Option<SignedData> {
    let mut reader = der::SliceReader::new(value).ok()?;
    let info = ContentInfo::decode(&mut reader).ok()?;
    info.content.decode_as().ok()
}

fn attributes(certificate: &SealCertificate, digest: [u8; 32]) -> der::Result<SetOfVec<Attribute>> {
    let one = |oid, value| {
        der::Result::Ok(Attribute {
            oid,
            values: SetOfVec::try_from(vec![value])?,
        })
    };
    // SigningCertificateV2 { certs { ESSCertIDv2 { certHash } } }; SHA-256 is its default.
    let mut fingerprint = vec![0x30, 0x24, 0x30, 0x22, 0x04, 0x20];
    fingerprint.extend(Sha256::digest(certificate.der()));
    SetOfVec::try_from(vec![
        one(CONTENT_TYPE, Any::encode_from(&DATA)?)?,
        one(
            MESSAGE_DIGEST,
            Any::encode_from(&OctetString::new(digest)?)?,
        )?,
        one(
            SIGNING_CERTIFICATE_V2,
            Any::new(Tag::Sequence, fingerprint)?,
        )?,
    ])
}

fn assemble(
    certificate: &SealCertificate,
    digest: [u8; 32],
    signature: &[u8],
) -> der::Result<Vec<u8>> {
    let algorithm = |oid| AlgorithmIdentifierOwned {
        oid,
        parameters: None,
    };
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: certificate.x509().tbs_certificate.issuer.clone(),
            serial_number: certificate.x509().tbs_certificate.serial_number.clone(),
        }),
        digest_alg: algorithm(SHA_256),
        signed_attrs: Some(attributes(certificate, digest)?),
        signature_algorithm: algorithm(ECDSA_WITH_SHA_256),
        signature: OctetString::new(signature)?,
        unsigned_attrs: None,
    };
    let signed = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![algorithm(SHA_256)])?,
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: DATA,
            econtent: None,
        },
        certificates: Some(CertificateSet(SetOfVec::try_from(vec![
            CertificateChoices::Certificate(certificate.x509().clone()),
        ])?)),
        crls: None,
        signer_infos: SignerInfos(SetOfVec::try_from(vec![signer])?),
    };
    ContentInfo {
        content_type: SIGNED_DATA,
        content: Any::encode_from(&signed)?,
    }
    .to_der()
}
