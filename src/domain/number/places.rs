//! Who holds which area code of the North American Numbering Plan.
//!
//! Facts: the numbering plan's assignments as libphonenumber 9.0.42 knows them (a test holds every
//! code against it), states and provinces from the same project's geocoding data, the number
//! registry's regions from 47 CFR 52.35(e)(1) and the NPAC's region list.

use super::Country;
use NpacRegion::{MidAtlantic, Midwest, Northeast, Southeast, Southwest, WestCoast, Western};

/// A region of the number registry (NPAC). The porting clock runs in its predominant time zone, not
/// in the subscriber's (47 CFR 52.35(e)(1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NpacRegion {
    /// CT ME MA NH NY RI VT.
    Northeast,
    /// DE DC MD NJ PA VA WV.
    MidAtlantic,
    /// AL FL GA KY LA MS NC SC TN, Puerto Rico, U.S. Virgin Islands.
    Southeast,
    /// IL IN MI OH WI.
    Midwest,
    /// AR KS MO OK TX.
    Southwest,
    /// AK AZ CO IA ID MN MT ND NE NM OR SD UT WA WY.
    Western,
    /// CA HI NV.
    WestCoast,
}

impl NpacRegion {
    /// The IANA name of the region's predominant time zone.
    pub fn zone(self) -> &'static str {
        match self {
            Self::Northeast | Self::MidAtlantic | Self::Southeast => "America/New_York",
            Self::Midwest | Self::Southwest => "America/Chicago",
            Self::Western => "America/Denver",
            Self::WestCoast => "America/Los_Angeles",
        }
    }
}

/// What an area code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// A state of the US, or the District of Columbia.
    State(NpacRegion),
    /// A territory of the US. Two of them belong to an NPAC region that we know of.
    Territory(Option<NpacRegion>),
    /// A province of Canada.
    Province,
    /// Another country that shares +1.
    Abroad,
    /// Toll-free in the whole plan.
    TollFree,
    /// Personal, machine or carrier services: no place, and no port.
    Service,
    /// Calls cost the caller extra.
    Premium,
}

/// The holder of some area codes.
#[derive(Debug)]
pub(super) struct Place {
    /// Two letters; several provinces that share codes are joined by a slash.
    pub code: &'static str,
    pub name: &'static str,
    /// The country as libphonenumber has it: toll-free codes count as US there.
    pub country: Country,
    pub used_for: Use,
    pub codes: &'static [u16],
}

const fn place(
    code: &'static str,
    name: &'static str,
    country: Country,
    used_for: Use,
    codes: &'static [u16],
) -> Place {
    Place {
        code,
        name,
        country,
        used_for,
        codes,
    }
}

const fn state(
    code: &'static str,
    name: &'static str,
    region: NpacRegion,
    codes: &'static [u16],
) -> Place {
    place(code, name, Country::US, Use::State(region), codes)
}

const fn province(code: &'static str, name: &'static str, codes: &'static [u16]) -> Place {
    place(code, name, Country::CA, Use::Province, codes)
}

const fn territory(
    code: &'static str,
    name: &'static str,
    region: Option<NpacRegion>,
    codes: &'static [u16],
) -> Place {
    place(
        code,
        name,
        Country::from_code(code),
        Use::Territory(region),
        codes,
    )
}

const fn abroad(code: &'static str, name: &'static str, codes: &'static [u16]) -> Place {
    place(code, name, Country::from_code(code), Use::Abroad, codes)
}

// One line a holder, so that a new area code is a one-line change.
#[rustfmt::skip]
pub(super) static PLACES: &[Place] = &[
    state("AK", "Alaska", Western, &[907]),
    state("AL", "Alabama", Southeast, &[205, 251, 256, 334, 659, 938]),
    state("AR", "Arkansas", Southwest, &[327, 479, 501, 870]),
    state("AZ", "Arizona", Western, &[480, 520, 602, 623, 928]),
    state("CA", "California", WestCoast, &[209, 213, 279, 310, 323, 341, 350, 369, 408, 415, 424, 442, 510, 530, 559, 562, 619, 626, 628, 650, 657, 661, 669, 707, 714, 738, 747, 760, 805, 818, 820, 831, 840, 858, 909, 916, 925, 949, 951]),
    state("CO", "Colorado", Western, &[303, 719, 720, 748, 970, 983]),
    state("CT", "Connecticut", Northeast, &[203, 475, 860, 959]),
    state("DC", "District of Columbia", MidAtlantic, &[202, 771]),
    state("DE", "Delaware", MidAtlantic, &[302]),
    state("FL", "Florida", Southeast, &[239, 305, 321, 324, 352, 386, 407, 448, 561, 645, 656, 689, 727, 728, 754, 772, 786, 813, 850, 863, 904, 941, 954]),
    state("GA", "Georgia", Southeast, &[229, 404, 470, 478, 678, 706, 762, 770, 912, 943]),
    state("HI", "Hawaii", WestCoast, &[808]),
    state("IA", "Iowa", Western, &[319, 515, 563, 641, 712]),
    state("ID", "Idaho", Western, &[208, 986]),
    state("IL", "Illinois", Midwest, &[217, 224, 309, 312, 331, 447, 464, 618, 630, 708, 730, 773, 779, 815, 847, 872]),
    state("IN", "Indiana", Midwest, &[219, 260, 317, 463, 574, 765, 812, 930]),
    state("KS", "Kansas", Southwest, &[316, 620, 785, 913]),
    state("KY", "Kentucky", Southeast, &[270, 364, 502, 606, 859]),
    state("LA", "Louisiana", Southeast, &[225, 318, 337, 504, 985]),
    state("MA", "Massachusetts", Northeast, &[339, 351, 413, 508, 617, 774, 781, 857, 978]),
    state("MD", "Maryland", MidAtlantic, &[227, 240, 301, 410, 443, 667]),
    state("ME", "Maine", Northeast, &[207]),
    state("MI", "Michigan", Midwest, &[231, 248, 269, 313, 517, 586, 616, 734, 810, 906, 947, 989]),
    state("MN", "Minnesota", Western, &[218, 320, 507, 612, 651, 763, 952]),
    state("MO", "Missouri", Southwest, &[235, 314, 417, 557, 573, 636, 660, 816, 975]),
    state("MS", "Mississippi", Southeast, &[228, 601, 662, 769]),
    state("MT", "Montana", Western, &[406]),
    state("NC", "North Carolina", Southeast, &[252, 336, 472, 704, 743, 828, 910, 919, 980, 984]),
    state("ND", "North Dakota", Western, &[701]),
    state("NE", "Nebraska", Western, &[308, 402, 531]),
    state("NH", "New Hampshire", Northeast, &[603]),
    state("NJ", "New Jersey", MidAtlantic, &[201, 551, 609, 640, 732, 848, 856, 862, 908, 973]),
    state("NM", "New Mexico", Western, &[505, 575]),
    state("NV", "Nevada", WestCoast, &[702, 725, 775]),
    state("NY", "New York", Northeast, &[212, 315, 329, 332, 347, 363, 516, 518, 585, 607, 631, 646, 680, 716, 718, 838, 845, 914, 917, 929, 934]),
    state("OH", "Ohio", Midwest, &[216, 220, 234, 283, 326, 330, 380, 419, 440, 513, 567, 614, 740, 937]),
    state("OK", "Oklahoma", Southwest, &[405, 539, 572, 580, 918]),
    state("OR", "Oregon", Western, &[458, 503, 541, 971]),
    state("PA", "Pennsylvania", MidAtlantic, &[215, 223, 267, 272, 412, 445, 484, 570, 582, 610, 717, 724, 814, 835, 878]),
    state("RI", "Rhode Island", Northeast, &[401]),
    state("SC", "South Carolina", Southeast, &[803, 821, 839, 843, 854, 864]),
    state("SD", "South Dakota", Western, &[605]),
    state("TN", "Tennessee", Southeast, &[423, 615, 629, 731, 865, 901, 931]),
    state("TX", "Texas", Southwest, &[210, 214, 254, 281, 325, 346, 361, 409, 430, 432, 469, 512, 682, 713, 726, 737, 806, 817, 830, 832, 903, 915, 936, 940, 945, 956, 972, 979]),
    state("UT", "Utah", Western, &[385, 435, 801]),
    state("VA", "Virginia", MidAtlantic, &[276, 434, 540, 571, 686, 703, 757, 804, 826, 948]),
    state("VT", "Vermont", Northeast, &[802]),
    state("WA", "Washington", Western, &[206, 253, 360, 425, 509, 564]),
    state("WI", "Wisconsin", Midwest, &[262, 274, 353, 414, 534, 608, 715, 920]),
    state("WV", "West Virginia", MidAtlantic, &[304, 681]),
    state("WY", "Wyoming", Western, &[307]),
    // Provinces of Canada.
    province("AB", "Alberta", &[368, 403, 587, 780, 825]),
    province("BC", "British Columbia", &[236, 250, 257, 604, 672, 778]),
    province("MB", "Manitoba", &[204, 431, 584]),
    province("NB", "New Brunswick", &[428, 506]),
    province("NL", "Newfoundland and Labrador", &[709, 879]),
    province("NS/PE", "Nova Scotia or Prince Edward Island", &[782, 902]),
    province("NT/NU/YT", "Northwest Territories, Nunavut or Yukon", &[867]),
    province("ON", "Ontario", &[226, 249, 289, 343, 365, 382, 416, 437, 519, 548, 613, 647, 683, 705, 742, 753, 807, 905, 942]),
    province("QC", "Quebec", &[263, 273, 354, 367, 418, 438, 450, 468, 514, 579, 581, 819, 873]),
    province("SK", "Saskatchewan", &[306, 474, 639]),
    // Territories of the US: domestic for porting, with a country code of their own.
    territory("PR", "Puerto Rico", Some(Southeast), &[787, 939]),
    territory("VI", "U.S. Virgin Islands", Some(Southeast), &[340]),
    territory("GU", "Guam", None, &[671]),
    territory("AS", "American Samoa", None, &[684]),
    territory("MP", "Northern Mariana Islands", None, &[670]),
    // Other countries that share +1.
    abroad("AI", "Anguilla", &[264]),
    abroad("AG", "Antigua and Barbuda", &[268]),
    abroad("BS", "Bahamas", &[242]),
    abroad("BB", "Barbados", &[246]),
    abroad("BM", "Bermuda", &[441]),
    abroad("VG", "British Virgin Islands", &[284]),
    abroad("KY", "Cayman Islands", &[345]),
    abroad("DM", "Dominica", &[767]),
    abroad("DO", "Dominican Republic", &[809, 829, 849]),
    abroad("GD", "Grenada", &[473]),
    abroad("JM", "Jamaica", &[658, 876]),
    abroad("MS", "Montserrat", &[664]),
    abroad("KN", "Saint Kitts and Nevis", &[869]),
    abroad("LC", "Saint Lucia", &[758]),
    abroad("VC", "Saint Vincent and the Grenadines", &[784]),
    abroad("SX", "Sint Maarten", &[721]),
    abroad("TT", "Trinidad and Tobago", &[868]),
    abroad("TC", "Turks and Caicos Islands", &[649]),
    // No place at all.
    place("", "toll-free", Country::US, Use::TollFree, &[800, 833, 844, 855, 866, 877, 888]),
    place(
        "",
        "personal and carrier services",
        Country::US,
        Use::Service,
        &[500, 521, 522, 523, 524, 525, 526, 527, 528, 529, 532, 533, 544, 566, 577, 588],
    ),
    place("", "Canadian services", Country::CA, Use::Service, &[600, 622, 633]),
    place("", "premium rate", Country::US, Use::Premium, &[900]),
];
