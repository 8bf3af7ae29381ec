//! Cuts a file into deliveries of whole lines. The same bytes give the same chunks, whenever they are read.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{BufRead, Read};

/// Lines in one delivery.
const LINES: u64 = 1000;
/// Bytes after which a delivery ends with its line.
const BYTES: usize = 1 << 20;
/// Longest line; of a longer one the beginning waits in quarantine, and its rest is left out.
const LONGEST: u64 = 4 << 20;

/// A part of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub bytes: Vec<u8>,
    pub lines: u64,
    /// From 1.
    pub first_line: u64,
}

impl Chunk {
    /// The delivery id: the digest of its bytes.
    pub fn id(&self) -> String {
        Sha256::digest(&self.bytes).iter().fold("import:".to_owned(), |mut id, byte| {
            // Writing into a text in memory does not fail.
            let _ = write!(id, "{byte:02x}");
            id
        })
    }
}

/// The chunks of a file.
pub(super) struct Chunks<R> {
    input: R,
    next_line: u64,
}

impl<R: BufRead> Chunks<R> {
    pub fn of(input: R) -> Self {
        Self { input, next_line: 1 }
    }
}

impl<R: BufRead> Iterator for Chunks<R> {
    type Item = std::io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut chunk = Chunk { bytes: Vec::new(), lines: 0, first_line: self.next_line };
        while chunk.lines < LINES && chunk.bytes.len() < BYTES {
            match self.input.by_ref().take(LONGEST).read_until(b'\n', &mut chunk.bytes) {
                Ok(0) => break,
                Ok(length) => {
                    chunk.lines += 1;
                    if length as u64 == LONGEST && !chunk.bytes.ends_with(b"\n") {
                        if let Err(error) = self.input.skip_until(b'\n') {
                            return Some(Err(error));
                        }
                        chunk.bytes.push(b'\n');
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
        self.next_line += chunk.lines;
        (chunk.lines > 0).then_some(Ok(chunk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_grew_has_the_same_chunks_before_its_new_end() {
        let line = |number: usize| format!("{{\"line\":{number}}}\n");
        let chunks = |lines: usize| -> Vec<Chunk> {
            let text: String = (0..lines).map(line).collect();
            Chunks::of(text.as_bytes()).collect::<Result<_, _>>().expect("chunks")
        };
        let (short, long) = (chunks(2500), chunks(3100));
        assert_eq!(short.iter().map(|chunk| chunk.lines).collect::<Vec<_>>(), [1000, 1000, 500]);
        assert_eq!(short[..2], long[..2]);
        assert_ne!(short[2].id(), long[2].id());
        assert_eq!(long[3].first_line, 3001);
    }

    #[test]
    fn a_line_without_end_is_one_line() {
        let text = ["x".repeat(2 * LONGEST as usize + 7), "{}".to_owned()].join("\n");
        let chunks: Vec<_> = Chunks::of(text.as_bytes()).collect::<Result<_, _>>().expect("chunks");
        assert_eq!(chunks.iter().map(|chunk| chunk.lines).sum::<u64>(), 2);
        assert_eq!(chunks.last().map(|chunk| chunk.bytes.as_slice()), Some(&b"{}"[..]));
    }

    #[test]
    fn the_last_line_needs_no_end() {
        let chunks: Vec<_> = Chunks::of(&b"{}\n{}"[..]).collect::<Result<_, _>>().expect("chunks");
        assert_eq!((chunks.len(), chunks[0].lines), (1, 2));
        assert_eq!(Chunks::of(&b""[..]).count(), 0);
    }
}
