//! Addresses that answers go to: `replies+<token>@example.com`. The token names a request or a ticket and proves, by the
//! signature in it, that we made it.

use uuid::Uuid;

use crate::config::{ReplyAddress, TOKEN_LENGTH};
use crate::ids::Id;

/// The digits of a token (Crockford's base 32): no letter that looks like a digit, one case only, because mail
/// systems write local parts as they please.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Bytes of a token: the id of a request or a ticket, and the beginning of the signature.
const ID: usize = 16;
const SIGNATURE: usize = 8;
/// The longest text that is looked at as a token.
const LONGEST: usize = TOKEN_LENGTH + 10;

/// The tokens in a header's text.
pub(super) fn tokens_in(address: &ReplyAddress, header: &str) -> Vec<String> {
    let header = header.to_lowercase();
    let (before, after) = (format!("{}+", address.local()), address.domain());
    header
        .match_indices(&before)
        .filter(|(at, _)| {
            let earlier = header.get(..*at).and_then(|text| text.chars().next_back());
            !earlier.is_some_and(|one| one.is_alphanumeric() || ".-_+".contains(one))
        })
        .filter_map(|(at, _)| {
            let rest = header.get(at + before.len()..)?;
            let plain = |one: &u8| one.is_ascii_alphanumeric();
            // A longer one is none of ours, and would only take time.
            let length = rest.bytes().take(LONGEST).take_while(plain).count();
            let (token, domain) = rest.split_at_checked(length)?;
            let ends = domain
                .strip_prefix('@')?
                .strip_prefix(after)?
                .chars()
                .next();
            let whole = !ends.is_some_and(|one| one.is_alphanumeric() || ".-_".contains(one));
            (whole && !token.is_empty()).then(|| token.to_owned())
        })
        .collect()
}

/// The token of a request or a ticket with its signature.
pub fn token(id: impl Id, signature: &[u8; 32]) -> String {
    let mut bytes = [0; ID + SIGNATURE];
    for (slot, byte) in bytes
        .iter_mut()
        .zip(id_of(id).into_iter().chain(*signature))
    {
        *slot = byte;
    }
    encode(&bytes)
}

/// What stands behind the prefix of the id that a token names, and the signature in it; `None` if it is no token.
pub fn read_token(token: &str) -> Option<(Uuid, [u8; SIGNATURE])> {
    let bytes = decode(token)?;
    let (id, signature) = bytes.split_first_chunk::<ID>()?;
    Some((Uuid::from_bytes(*id), signature.try_into().ok()?))
}

/// The bytes of an id: what stands behind its prefix.
fn id_of(id: impl Id) -> [u8; ID] {
    let text = id.to_string();
    let hex = text.rsplit('_').next().unwrap_or_default();
    Uuid::try_parse(hex).map_or([0; ID], |id| *id.as_bytes())
}

fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(TOKEN_LENGTH);
    let (mut held, mut bits) = (0_u32, 0);
    let mut digit = |value: u32| {
        let at = usize::try_from(value & 31).unwrap_or(0);
        text.push(DIGITS.get(at).copied().map_or('0', char::from));
    };
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            digit(held >> bits);
        }
    }
    if bits > 0 {
        digit(held << (5 - bits));
    }
    text
}

/// The bytes of a token, in any case; a letter that was mistaken for a digit is read as that digit.
fn decode(token: &str) -> Option<Vec<u8>> {
    if token.len() != TOKEN_LENGTH {
        return None;
    }
    let mut bytes = Vec::with_capacity(ID + SIGNATURE);
    let (mut held, mut bits) = (0_u32, 0);
    for letter in token.bytes() {
        let letter = match letter.to_ascii_lowercase() {
            b'o' => b'0',
            b'i' | b'l' => b'1',
            letter => letter,
        };
        let value = DIGITS.iter().position(|digit| *digit == letter)?;
        held = (held << 5) | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
        }
    }
    // What is left over is nothing: one request and signature, one token.
    (held & ((1 << bits) - 1) == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Ids, PortId};
    use jiff::Timestamp;

    fn address() -> ReplyAddress {
        "Replies@Desk.example".parse().unwrap()
    }

    #[test]
    fn a_token_survives_any_case_and_a_look_alike() {
        let port: PortId = Ids::seeded(4).next(Timestamp::UNIX_EPOCH);
        let token = super::token(port, &[0xa5; 32]);
        assert_eq!(token.len(), TOKEN_LENGTH);
        let read = |token: &str| read_token(token).map(|(id, signed)| (PortId::from(id), signed));
        let whole = Some((port, [0xa5; 8]));
        assert_eq!(read(&token), whole);
        assert_eq!(read(&token.to_uppercase()), whole);
        assert_eq!(read(&token.replace('0', "O").replace('1', "l")), whole);
        for bad in ["", "0", &token[1..], &format!("{token}0"), &"u".repeat(39)] {
            assert_eq!(read_token(bad), None, "{bad}");
        }
        assert_eq!(read_token(&"z".repeat(39)), None, "bits left over");
    }

    #[test]
    fn tokens_are_found_in_headers_of_our_address_only() {
        let found = |text: &str| tokens_in(&address(), text);
        assert_eq!(
            found("\"Desk, The\" <REPLIES+abc1@desk.EXAMPLE>, x@y.example"),
            ["abc1"]
        );
        assert_eq!(
            found("replies+a@desk.example,replies+b@desk.example\r\n"),
            ["a", "b"]
        );
        for none in [
            "replies@desk.example",
            "replies+@desk.example",
            "noreplies+a@desk.example",
            "replies+a@desk.example.evil.example",
            "replies+a@evil.example",
            "replies+a b@desk.example",
            "replies+a",
        ] {
            assert!(found(none).is_empty(), "{none}");
        }
    }
}
