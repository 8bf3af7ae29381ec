//! A client that costs as little as a client can: raw HTTP/1.1 over kept-alive connections, requests made ahead of
//! time. It runs on a thread of its own, so that what it costs is the same whatever it is pointed at.

use super::sample::Sample;
use anyhow::{Context, bail, ensure};
use std::cell::Cell;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// No single answer may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// One kept-alive connection.
pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// An answer: its status, and how many bytes its body had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub length: usize,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream =
            TcpStream::connect(address).await.with_context(|| format!("{address} does not listen"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a whole request and reads the whole answer.
    pub async fn send(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        tokio::time::timeout(PATIENCE, self.exchange(request)).await.context("no answer in time")?
    }

    async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await.context("the request could not be sent")?;
        self.received.clear();
        loop {
            if let Some((answer, end)) = parse(&self.received)? {
                ensure!(end == self.received.len(), "the answer is followed by bytes that nobody asked for");
                return Ok(answer);
            }
            let count = self.stream.read_buf(&mut self.received).await.context("the answer broke off")?;
            ensure!(count > 0, "the server closed the connection");
        }
    }
}

/// The answer and where it ends, once it is there as a whole.
fn parse(bytes: &[u8]) -> anyhow::Result<Option<(Answer, usize)>> {
    let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&bytes[..head]).context("the answer's head is not text")?;
    let status =
        text.get(9..12).and_then(|digits| digits.parse().ok()).context("the answer has no status")?;
    let header = |name: &str| {
        text.lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .find_map(|(key, value)| key.eq_ignore_ascii_case(name).then(|| value.trim()))
    };
    let body = head + 4;
    if let Some(length) = header("content-length") {
        let length: usize = length.parse().context("the answer's length is no number")?;
        return Ok((bytes.len() >= body + length).then_some((Answer { status, length }, body + length)));
    }
    if header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        return Ok(chunks(&bytes[body..])?.map(|(length, end)| (Answer { status, length }, body + end)));
    }
    bail!("the answer says neither how long it is nor that it comes in chunks")
}

/// The length of a chunked body and where it ends, once the last chunk is there.
fn chunks(bytes: &[u8]) -> anyhow::Result<Option<(usize, usize)>> {
    let (mut at, mut length) = (0, 0);
    loop {
        let Some(line) = bytes[at..].windows(2).position(|two| two == b"\r\n") else { return Ok(None) };
        let size = std::str::from_utf8(&bytes[at..at + line])?;
        let size = usize::from_str_radix(size, 16).context("a chunk's size is no number")?;
        at += line + 2 + size + 2;
        if at > bytes.len() {
            return Ok(None);
        }
        if size == 0 {
            return Ok(Some((length, at)));
        }
        length += size;
    }
}

/// What came of many requests.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub sent: usize,
    /// Bytes of all answers' bodies.
    pub received: usize,
    pub seconds: f64,
    /// From the moment that a request was due to the end of its answer.
    pub answers: Sample,
}

impl Outcome {
    pub fn rate(&self) -> f64 {
        self.sent as f64 / self.seconds.max(f64::EPSILON)
    }
}

/// Sends every request, `clients` at a time; as fast as they are answered, or `pace` of them a second. Fails on an answer
/// other than `expected`.
pub async fn send_all(
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    clients: usize,
    pace: Option<f64>,
    expected: u16,
) -> anyhow::Result<Outcome> {
    tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(storm(address, &requests, clients, pace, expected))
    })
    .await?
}

async fn storm(
    address: SocketAddr,
    requests: &[Vec<u8>],
    clients: usize,
    pace: Option<f64>,
    expected: u16,
) -> anyhow::Result<Outcome> {
    let mut connections = Vec::new();
    for _ in 0..clients.min(requests.len()) {
        connections.push(Connection::open(address).await?);
    }
    let next = Cell::new(0);
    let begun = Instant::now();
    let clients = connections.into_iter().map(async |mut connection| {
        let (mut answers, mut received) = (Sample::default(), 0);
        while let Some(request) = requests.get(next.replace(next.get() + 1)) {
            let index = next.get() - 1;
            let due = match pace {
                Some(pace) => begun + Duration::from_secs_f64(index as f64 / pace),
                None => Instant::now(),
            };
            if pace.is_some() {
                tokio::time::sleep_until(due.into()).await;
            }
            let answer = connection.send(request).await?;
            ensure!(answer.status == expected, "the server answered {} instead of {expected}", answer.status);
            answers.add(due.elapsed());
            received += answer.length;
        }
        anyhow::Ok((answers, received))
    });
    let mut outcome = Outcome { sent: requests.len(), ..Outcome::default() };
    for (answers, received) in futures::future::try_join_all(clients).await? {
        outcome.received += received;
        outcome.answers.extend(answers);
    }
    outcome.seconds = begun.elapsed().as_secs_f64();
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_only_with_its_body() {
        let bytes = b"HTTP/1.1 202 Accepted\r\ncontent-length: 4\r\n\r\nabcd";
        assert_eq!(parse(&bytes[..bytes.len() - 1]).expect("well formed"), None);
        assert_eq!(
            parse(bytes).expect("well formed"),
            Some((Answer { status: 202, length: 4 }, bytes.len()))
        );
    }

    #[test]
    fn a_chunked_answer_ends_with_its_empty_chunk() {
        let bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n";
        for cut in 0..bytes.len() {
            assert_eq!(parse(&bytes[..cut]).expect("well formed"), None, "cut at {cut}");
        }
        assert_eq!(
            parse(bytes).expect("well formed"),
            Some((Answer { status: 200, length: 4 }, bytes.len()))
        );
    }
}
