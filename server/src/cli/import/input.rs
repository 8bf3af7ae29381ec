//! What a file is, by its first bytes: events a line, packed by gzip or not; anything else is named, with what to do.

use flate2::read::MultiGzDecoder;
use std::io::{BufRead, BufReader, Error, Read, Result};

/// First bytes of what people take for a file of events.
const OTHERS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a zip archive or an office document: unpack it, or save it as one event a line"),
    (b"BZh", "packed by bzip2: unpack it first"),
    (b"\xfd7zXZ", "packed by xz: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd: unpack it first"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3", "a database: `syncline restore` puts a backup in place"),
    (b"\xff\xfe", "text in UTF-16: save it in UTF-8"),
    (b"\xfe\xff", "text in UTF-16: save it in UTF-8"),
    (b"<", "XML: write one event in JSON a line"),
    (b"[", "one JSON array: write one event a line, for example by `jq -c '.[]'`"),
];

/// The lines of `input`, unpacked where they are packed by gzip.
pub(super) fn lines(input: Box<dyn Read + Send>) -> Result<Box<dyn BufRead + Send>> {
    let mut input = BufReader::with_capacity(1 << 20, input);
    let first = input.fill_buf()?;
    let is_packed = first.starts_with(b"\x1f\x8b");
    let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).trim_ascii_start();
    if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| first.starts_with(magic)) {
        return Err(Error::other(format!("it is {what}")));
    }
    Ok(if is_packed {
        Box::new(BufReader::with_capacity(1 << 20, MultiGzDecoder::new(input)))
    } else {
        Box::new(input)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::{Cursor, Write};

    fn read(bytes: Vec<u8>) -> Result<String> {
        let mut text = String::new();
        lines(Box::new(Cursor::new(bytes)))?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn a_file_is_known_by_its_first_bytes() {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(b"{}\n{}\n").expect("a pack");
        assert_eq!(read(packed.finish().expect("a pack")).expect("lines"), "{}\n{}\n");
        assert_eq!(read(b"{}\n".to_vec()).expect("lines"), "{}\n");
        for (bytes, word) in [
            (&b"PK\x03\x04..."[..], "zip"),
            (b"\xef\xbb\xbf [{}]", "jq -c"),
            (b"<?xml version=\"1.0\"?>", "XML"),
            (b"SQLite format 3\0", "restore"),
        ] {
            let error = read(bytes.to_vec()).expect_err(word).to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
