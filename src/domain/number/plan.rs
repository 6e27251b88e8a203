//! Which numbers of the North American Numbering Plan exist: one look into two tables, built by the
//! compiler from the text below.
//!
//! The verdicts are those of libphonenumber 9.0.42 (crate `rlibphonenumber` 2.2.15), digit for digit.
//! A test asks that crate about every area code with every exchange. When a newer one makes the test
//! fail, the failure names the codes to change here or in `places.rs`.

use super::Country;
use super::places::{PLACES, Place, Use};

/// Area codes whose exchanges are not simply 200-999. The exchanges that exist.
#[rustfmt::skip]
const IRREGULAR: &[(u16, &str)] = &[
    (242, "225 300 302 321-329 331-342 344-359 361-369 373-377 380-384 392-397 421-429 431-439 441-443 445-449 451-458 461-468 470-479 481 502 524-525 533 535 544 551-554 556-559 565 577 601-605 612 620-621 623 636 640 646 650 676-677 687-688 698-699 702 727 738 788 801-810 812-834 889 899"),
    (246, "227-228 230-245 247-274 280-289 292 310-319 352-367 410 412 414-439 444 446-459 467 520-522 530-549 554 571-573 620-629 638 695-697 712-731 736-737 753 757 820-859 883 918-919 963 976"),
    (264, "235 292 461-462 469 476-477 497-498 536-539 581-584 724 729 772"),
    (268, "406 409 460-464 468 480-481 484 560-562 713-730 732 734 736 764 770-776 778-789"),
    (284, "229 245 300-303 340-347 368 393-394 422 440-446 468 494-496 499 540-547 568 596 599 774 852 864-865 869"),
    (340, "200-210 220 226-228 244 249 277 332 344 422-423 444 473-474 489 513-514 555 625-626 642-643 677 690 692-693 712-715 717-719 725 727 770-779 884 998"),
    (345, "222 232-233 244 266 321-329 333 412-416 420-424 444 516-517 525-527 529 546-550 576 623 638 640 649 730 743 745-747 749 766-769 777 800 814-815 825-826 848-849 888 914 916-917 919 922-930 936-940 943 945-949 976 990"),
    (441, "200-549 560 589-909 920-929"),
    (473, "230-232 269 328-329 386 402-410 414-425 435-444 449 455-459 468 473 490 520-521 533-538 636 638 758 784 800 901 938"),
    (523, "200-210 212-310 312-410 412-510 512-554 556-610 612-710 712-810 812-910 912-999"),
    (524, "200-210 212-310 312-410 412-510 512-520 522 524-554 556-559 601-610 612-710 712-810 812-910 912-925 949-999"),
    (649, "231-232 239 241-247 249 266 300-399 431-433 441-443 710-712 940-950 966"),
    (664, "349 391-396 410-413 491-496"),
    (670, "233-237 256 284-288 321-323 328 433 483-484 488 532 555 588 664 670 682 783 785 788-789 838 848 858 868 878 888 898 989"),
    (671, "200-300 333 339 343-344 349 355 362 366 400 456 471-480 482-489 555 562-565 588 632-635 637-638 642 644-649 653-654 678 682-683 685-689 707 720-721 726-727 734-735 747 777 787-789 797 828 838 848 858 864 867-868 878 888 898 922 929 967 969 971-972 977 979 987-989 991 996-999"),
    (684, "248 252 254 256 258 272 274 276 622 633 644 655 677 688 691 699 731 733 770 782"),
    (721, "510 512 520-529 542-548 550 553-554 556-557 559 580-590 595-596"),
    (758, "234 284-287 384 430 450-469 480-482 484-489 518-520 570-572 584 638 712-733 758 812"),
    (767, "225 235 245 255 265-266 275-277 285 295 315-317 420-421 440-442 445-449 500-504 611-618 701-706"),
    (784, "266 366-386 430-435 438 450-458 480-498 510-512 526-534 555 570-572 593 638 720 784"),
    (809, "0-999"),
    (829, "0-999"),
    (849, "0-999"),
    (868, "201 215-242 250-399 430-436 460-499 607-610 612-699 701-710 712-800 821-822 824"),
    (869, "229 236 302 460-461 465-470 488-489 556-558 565-567 660-669 760 762-767"),
    (876, "201-221 223-499 501-599 601-603 605-607 609-610 612-613 615-640 648-650 656 662-672 675-680 684 694-700 702-899 901-910 912-913 917-990 992-999"),
    (983, "200-599 700-999"),
    // The Dominican Republic has its own numbers under 800 1xx; see `country`.
    (800, "140-149 200-999"),
];

/// Exchanges where the first digit of the line decides: (area code, exchange, digits that exist).
const BY_LINE: &[(u16, u16, &[u8])] = &[
    (246, 521, &[0, 1, 3, 4, 6, 7, 9]),
    (246, 522, &[0]),
    (876, 606, &[0]),
];

/// One bit for each exchange, 000 to 999.
type Exchanges = [u64; 16];

const NO_PLACE: u8 = u8::MAX;
const REGULAR: u8 = 0;

#[derive(Clone, Copy)]
struct Area {
    place: u8,
    exchanges: u8,
}

struct Plan {
    areas: [Area; 1000],
    exchanges: [Exchanges; IRREGULAR.len() + 1],
}

static PLAN: Plan = plan();

const fn plan() -> Plan {
    let mut plan = Plan {
        areas: [Area {
            place: NO_PLACE,
            exchanges: REGULAR,
        }; 1000],
        exchanges: [[0; 16]; IRREGULAR.len() + 1],
    };
    let mut i = 0;
    while i < PLACES.len() {
        let codes = PLACES[i].codes;
        let mut j = 0;
        while j < codes.len() {
            plan.areas[codes[j] as usize].place = i as u8;
            j += 1;
        }
        i += 1;
    }
    plan.exchanges[REGULAR as usize] = exchanges("200-999");
    let mut i = 0;
    while i < IRREGULAR.len() {
        plan.exchanges[i + 1] = exchanges(IRREGULAR[i].1);
        plan.areas[IRREGULAR[i].0 as usize].exchanges = i as u8 + 1;
        i += 1;
    }
    plan
}

/// Reads "225 321-329" while the program is compiled.
const fn exchanges(text: &str) -> Exchanges {
    let text = text.as_bytes();
    let mut set = [0; 16];
    let (mut from, mut number, mut i) = (None, 0_usize, 0);
    while i <= text.len() {
        let byte = if i < text.len() { text[i] } else { b' ' };
        match byte {
            b'-' => {
                from = Some(number);
                number = 0;
            }
            b' ' => {
                let mut exchange = match from {
                    Some(from) => from,
                    None => number,
                };
                while exchange <= number {
                    set[exchange >> 6] |= 1 << (exchange & 63);
                    exchange += 1;
                }
                from = None;
                number = 0;
            }
            digit => number = number * 10 + (digit - b'0') as usize,
        }
        i += 1;
    }
    set
}

/// Who holds an area code; `None` if nobody does.
pub(super) fn place(area: u16) -> Option<&'static Place> {
    let area = PLAN.areas.get(usize::from(area))?;
    PLACES.get(usize::from(area.place))
}

/// Whether a number of ten digits exists.
pub(super) fn exists(area: u16, exchange: u16, line: u16) -> bool {
    let Some(Area { place, exchanges }) = PLAN.areas.get(usize::from(area)) else {
        return false;
    };
    let set = &PLAN.exchanges[usize::from(*exchanges)];
    let word = set.get(usize::from(exchange >> 6)).copied().unwrap_or(0);
    if *place == NO_PLACE || word >> (exchange & 63) & 1 == 0 {
        return false;
    }
    // Barbados and Jamaica only.
    (area != 246 && area != 876)
        || BY_LINE
            .iter()
            .find(|(a, e, _)| (*a, *e) == (area, exchange))
            .is_none_or(|(_, _, digits)| digits.iter().any(|d| u16::from(*d) == line / 1000))
}

/// The country that libphonenumber names for a national number of ten digits.
pub(super) fn country(area: u16, exchange: u16, line: u16) -> Option<Country> {
    if area == 800 && exchange / 100 == 1 {
        return Some(Country::from_code("DO"));
    }
    let place = place(area)?;
    // A country with a code of its own owns every number under it, the bad ones too.
    (owns_its_codes(place) || exists(area, exchange, line)).then_some(place.country)
}

/// The country that libphonenumber names for a national number of another length, by its beginning.
pub(super) fn country_by_prefix(area: u16, fourth: Option<u8>) -> Option<Country> {
    if area == 800 && fourth == Some(1) {
        return Some(Country::from_code("DO"));
    }
    place(area)
        .filter(|place| owns_its_codes(place))
        .map(|place| place.country)
}

fn owns_its_codes(place: &Place) -> bool {
    matches!(place.used_for, Use::Territory(_) | Use::Abroad)
}
