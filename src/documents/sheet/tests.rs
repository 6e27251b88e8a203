//! Files as people have them, and as nobody should.

use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::domain::table::RowFault;

const LIMITS: Limits = Limits {
    bytes: 100_000,
    rows: 100,
    columns: 20,
};

fn rows(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
    let sheet = read(bytes, &LIMITS).expect("readable");
    sheet
        .table
        .rows()
        .map(|row| (row.line(), row.cells().map(str::to_owned).collect()))
        .collect()
}

fn cells(text: &str) -> Vec<Vec<String>> {
    rows(text.as_bytes())
        .into_iter()
        .map(|(_, cells)| cells)
        .collect()
}

fn format(bytes: &[u8]) -> (&'static str, char) {
    match read(bytes, &LIMITS).expect("readable").format {
        Format::Delimited {
            encoding,
            delimiter,
        } => (encoding, delimiter),
        Format::Workbook { .. } => panic!("a workbook"),
    }
}

#[test]
fn quoted_cells_hold_delimiters_quotes_and_line_breaks() {
    let text = "a,\"b,1\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",x,\r\n\r\nlast,\"\",\"q\"tail";
    let sheet = read(text.as_bytes(), &LIMITS).expect("readable");
    let rows: Vec<_> = sheet.table.rows().collect();
    let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.cells().collect()).collect();
    assert_eq!(
        cells,
        [
            vec!["a", "b,1", "say \"hi\""],
            vec!["two\nlines", "x", ""],
            vec![""],
            vec!["last", "", "qtail"]
        ]
    );
    let lines: Vec<u32> = rows.iter().map(|row| row.line()).collect();
    assert_eq!(lines, [1, 2, 4, 5]);
    assert_eq!(rows[0].raw(), "a,\"b,1\",\"say \"\"hi\"\"\"");
    assert!(rows[2].is_blank());
}

#[test]
fn all_three_line_ends_count_as_one() {
    let lines: Vec<u32> = rows(b"a,b\r\nc,d\ne,f\rg,h")
        .into_iter()
        .map(|(line, _)| line)
        .collect();
    assert_eq!(lines, [1, 2, 3, 4]);
}

/// One stray quotation mark spoils its row and no other.
#[test]
fn a_quote_that_is_never_closed_stays_in_its_row() {
    let mut text = String::from("a,b\n1,\"Front desk\n2,x\n");
    let sheet = read(text.as_bytes(), &LIMITS).expect("readable");
    let faults: Vec<_> = sheet.table.rows().map(|row| row.fault()).collect();
    assert_eq!(faults, [None, Some(RowFault::UnclosedQuote), None]);
    assert_eq!(sheet.table.rows().nth(2).expect("three rows").cell(0), "2");
    // A mark so far away is another cell's.
    text.push_str(&"3,y\n".repeat(CELL_BYTES / 4));
    text.push_str("4,\"z");
    let wide = Limits {
        rows: 10_000,
        ..LIMITS
    };
    let sheet = read(text.as_bytes(), &wide).expect("readable");
    assert_eq!(
        sheet
            .table
            .rows()
            .filter(|row| row.fault().is_some())
            .map(|row| row.line())
            .collect::<Vec<_>>(),
        [2, 2504]
    );
    // Within a cell it is a letter like any other.
    assert_eq!(cells("a,b\n5\" pipe,x"), [["a", "b"], ["5\" pipe", "x"]]);
}

#[test]
fn the_delimiter_is_found_by_the_columns_it_makes() {
    assert_eq!(format(b"a;b;c\n1,5;2;3\n1,6;2;3\n").1, ';');
    assert_eq!(format(b"a\tb\nx, y\tz\nx, y\tz").1, '\t');
    assert_eq!(format(b"a|b\n1|2").1, '|');
    assert_eq!(format(b"name,number\n\"x; y; z\",1\n\"x; y; z\",2").1, ',');
    assert_eq!(format(b"+14045550123\n+14045550124").1, ',');
    assert_eq!(
        rows(b"sep=;\na;b"),
        [(2, vec!["a".to_owned(), "b".to_owned()])]
    );
    assert_eq!(rows(b"sep=\t\na\tb").len(), 1);
}

#[test]
fn each_usual_encoding_is_read() {
    assert_eq!(format("näme,b".as_bytes()).0, "UTF-8");
    assert_eq!(rows("\u{FEFF}näme,b".as_bytes())[0].1, ["näme", "b"]);
    // Windows-1252: curly quotes are where Latin-1 has control signs.
    let (text, _, _) = WINDOWS_1252.encode("Kunde,Telefon\nJosé’s Café,404\u{A0}555\u{A0}0123\n");
    assert_eq!(rows(&text)[1].1, ["José’s Café", "404\u{A0}555\u{A0}0123"]);
    // "Unicode text" of Excel.
    let wide: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain("é\tb\r\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(rows(&wide)[0].1, ["é", "b"]);
    assert_eq!(format(&wide), ("UTF-16LE", '\t'));
}

#[test]
fn what_is_no_list_is_refused_in_plain_words() {
    let error = |bytes: &[u8]| read(bytes, &LIMITS).expect_err("no list");
    assert!(matches!(error(b""), SheetError::Empty));
    assert!(matches!(error(b"\n ,,\n\n"), SheetError::Empty));
    assert!(matches!(error(b"%PDF-1.7\n"), SheetError::NotATable));
    assert!(matches!(
        error(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        SheetError::NotATable
    ));
    assert!(matches!(
        error(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1]),
        SheetError::OldExcel
    ));
    assert!(matches!(
        error(b"PK\x03\x04 no zip at all"),
        SheetError::Damaged(_)
    ));
    assert!(matches!(
        error(&[b'a'; 100_001]),
        SheetError::TooLarge {
            bytes: 100_001,
            most: 100_000
        }
    ));
    assert!(matches!(
        error(&b"1,2\n".repeat(101)),
        SheetError::TooManyRows { most: 100 }
    ));
    assert!(matches!(
        error(&b"\n".repeat(5_000)),
        SheetError::TooManyRows { .. }
    ));
    assert!(matches!(
        error(b"a,b\nc,,,,,,,,,,,,,,,,,,,,\n"),
        SheetError::TooManyColumns { line: 2, most: 20 }
    ));
    assert!(matches!(
        error(&[b'7'; CELL_BYTES + 1]),
        SheetError::CellTooLong { line: 1 }
    ));
    // Exactly at the limit is fine, and empty rows do not count.
    assert_eq!(rows(&b"1,2\n,\n\n".repeat(100)).len(), 300);
}

/// A workbook of one sheet, with these rows as XML.
fn workbook(rows: &str, strings: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rels = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let parts = [
        ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"#.to_owned()),
        ("_rels/.rels", format!(r#"<Relationships xmlns="{rels}"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#)),
        ("xl/workbook.xml", format!(r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Notes" sheetId="1" state="hidden" r:id="rId1"/><sheet name="Numbers" sheetId="2" r:id="rId1"/><sheet name="More" sheetId="3" r:id="rId1"/></sheets></workbook>"#)),
        ("xl/_rels/workbook.xml.rels", format!(r#"<Relationships xmlns="{rels}"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#)),
        ("xl/sharedStrings.xml", strings.to_owned()),
        ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="{main}"><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>"#)),
    ];
    for (name, content) in parts {
        zip.start_file(name, SimpleFileOptions::default())
            .expect("in memory");
        zip.write_all(content.as_bytes()).expect("in memory");
    }
    zip.finish().expect("in memory").into_inner()
}

const STRINGS: &str = r#"<sst uniqueCount="1"><si><t>Google Ads</t></si></sst>"#;

#[test]
fn a_workbook_gives_the_first_visible_sheet_with_rows_as_numbered_there() {
    let bytes = workbook(
        r#"<row r="2"><c r="A2"><v>16785550152</v></c><c r="C2" t="s"><v>0</v></c></row><row r="3"><c r="A3" s="0"/></row><row r="900000"><c r="B900000" t="str"><v>x</v></c><c r="A900000"><v>4045550123.5</v></c></row>"#,
        STRINGS,
    );
    let sheet = read(&bytes, &LIMITS).expect("readable");
    let rows: Vec<_> = sheet
        .table
        .rows()
        .map(|row| {
            (
                row.line(),
                row.cells().map(str::to_owned).collect::<Vec<_>>(),
            )
        })
        .collect();
    let text = |cells: &[&str]| {
        cells
            .iter()
            .map(|cell| (*cell).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        rows,
        [
            (2, text(&["16785550152", "", "Google Ads"])),
            (900_000, text(&["4045550123.5", "x"]))
        ]
    );
    assert_eq!(
        sheet.format,
        Format::Workbook {
            sheet: "Numbers".into(),
            others: vec!["More".into()]
        }
    );
}

/// A workbook's claims about itself cost nothing: not a far corner, not a string count, not a bomb.
#[test]
fn a_lying_workbook_is_refused_before_it_takes_memory() {
    let far = workbook(r#"<row r="1"><c r="XFD1"><v>1</v></c></row>"#, STRINGS);
    assert!(matches!(
        read(&far, &LIMITS),
        Err(SheetError::TooManyColumns { line: 1, most: 20 })
    ));
    let one = r#"<row r="1"><c r="A1"><v>1</v></c></row>"#;
    for count in ["99999999999999", "1000000000"] {
        let liar = workbook(
            one,
            &format!(r#"<sst uniqueCount = "{count}"><si><t>x</t></si></sst>"#),
        );
        assert!(matches!(read(&liar, &LIMITS), Err(SheetError::Damaged(_))));
    }
    let bomb = workbook(
        one,
        &format!(
            "<sst uniqueCount='1'><si><t>{}</t></si></sst>",
            " ".repeat(LIMITS.bytes * 51)
        ),
    );
    assert!(bomb.len() < LIMITS.bytes);
    assert!(matches!(read(&bomb, &LIMITS), Err(SheetError::Damaged(_))));
    let empty = workbook("", STRINGS);
    assert!(matches!(read(&empty, &LIMITS), Err(SheetError::Empty)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// What the csv crate writes, we read: same cells, any delimiter.
    #[test]
    fn what_another_writer_wrote_is_read_back(
        rows in proptest::collection::vec(proptest::collection::vec("[a-z0-9,;\t\"\r\n é-]{0,12}", 3), 2..12),
        delimiter in proptest::sample::select(vec![b',', b';', b'\t', b'|']),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).expect("in memory");
        }
        let bytes = writer.into_inner().expect("in memory");
        let text = String::from_utf8(bytes).expect("text in, text out");
        let Ok((table, found)) = delimited::read(text, &LIMITS) else {
            // All cells were white space.
            prop_assert!(rows.iter().flatten().all(|cell| cell.trim().is_empty()));
            return Ok(());
        };
        prop_assert_eq!(found, char::from(delimiter));
        let read: Vec<Vec<String>> = table.rows().map(|row| row.cells().map(str::to_owned).collect()).collect();
        prop_assert_eq!(read, rows);
    }

    /// The same cells as the csv crate reads, on any text with sane quotes.
    #[test]
    fn unquoted_text_is_read_as_by_the_csv_crate(text in "[a-z0-9, é\r\n]{1,200}") {
        let mut theirs: Vec<Vec<String>> = csv::ReaderBuilder::new().has_headers(false).flexible(true)
            .from_reader(text.as_bytes()).records()
            .map(|record| record.expect("text").iter().map(str::to_owned).collect()).collect();
        let Ok((table, _)) = delimited::read(text, &Limits { columns: 300, ..LIMITS }) else { return Ok(()) };
        // That crate passes over empty lines; we keep them.
        let mut ours: Vec<Vec<String>> = table.rows().filter(|row| !row.raw().is_empty())
            .map(|row| row.cells().map(str::to_owned).collect()).collect();
        for rows in [&mut ours, &mut theirs] {
            rows.retain(|row| !row.is_empty());
        }
        prop_assert_eq!(ours, theirs);
    }

    /// No bytes make it panic, and rows stay inside the file.
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(&bytes, &LIMITS);
    }

    #[test]
    fn no_mangled_list_makes_it_panic(text in "[\",;\t\r\n|=sep0-9a\u{A0}é]{0,400}") {
        if let Ok(sheet) = read(text.as_bytes(), &LIMITS) {
            let lines: Vec<u32> = sheet.table.rows().map(|row| row.line()).collect();
            prop_assert!(lines.is_sorted_by(|a, b| a < b));
            for row in sheet.table.rows() {
                let _ = (row.raw_without(0), row.cells().count());
            }
        }
    }

    #[test]
    fn no_mangled_workbook_makes_it_panic(at in any::<prop::sample::Index>(), bytes in proptest::collection::vec(any::<u8>(), 1..8)) {
        let mut book = workbook(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#, STRINGS);
        let start = at.index(book.len());
        for (slot, byte) in book.iter_mut().skip(start).zip(bytes) {
            *slot = byte;
        }
        let _ = read(&book, &LIMITS);
    }

    /// Damage behind the zip's checksums: the XML itself.
    #[test]
    fn no_mangled_xml_makes_it_panic(rows in "(<row|<c|<v|</v>|</c>|</row>|>| r=\"[A-Z0-9]{0,9}\"| t=\"[a-z]{1,3}\"|[0-9.E+-]{1,20}|&amp;|&#x0;){0,40}") {
        let _ = read(&workbook(&rows, STRINGS), &LIMITS);
    }
}
