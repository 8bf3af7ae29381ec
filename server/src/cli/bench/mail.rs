//! What the simulated TMS and ERP send, signed ahead of time, so that signing costs the sender nothing while it sends.

use super::testbed::Testbed;
use crate::clock;
use crate::simulator::{Batch, System, stream};
use chrono::TimeDelta;
use domain::authority::Role;
use standardwebhooks::Webhook;

/// A delivery as the bytes of an HTTP request, and what is in it.
pub struct Letter {
    pub request: Vec<u8>,
    pub events: usize,
}

/// An endless network's messages, each once.
pub struct Mail {
    batches: Box<dyn Iterator<Item = Batch> + Send>,
    sent: u64,
}

impl Mail {
    /// At most `events` events, dated so that none of them lies in the future.
    pub fn new(seed: u64, events: usize) -> Self {
        let length = TimeDelta::seconds(i64::try_from(events / 20).unwrap_or(i64::MAX / 2));
        let start = clock::now() - TimeDelta::days(1) - length;
        Self { batches: Box::new(stream(seed, start, events)), sent: 0 }
    }

    /// The next deliveries of lines, `events` events or a few more.
    pub fn batches(&mut self, events: usize) -> Vec<Batch> {
        let mut batches: Vec<Batch> = Vec::new();
        let mut taken = 0;
        while taken < events
            && let Some(batch) = self.batches.next()
        {
            taken += batch.events;
            batches.push(batch);
        }
        batches
    }

    /// Each batch as one signed delivery of lines.
    pub fn lines(&mut self, testbed: &Testbed, batches: &[Batch]) -> anyhow::Result<Vec<Letter>> {
        let letters = batches.iter().map(|batch| {
            let request = self.sign(testbed, role(batch.system), "application/x-ndjson", &batch.body)?;
            Ok(Letter { request, events: batch.events })
        });
        letters.collect()
    }

    /// The next events, each as a signed delivery of its own.
    pub fn singles(&mut self, testbed: &Testbed, events: usize) -> anyhow::Result<Vec<Vec<u8>>> {
        let mut requests = Vec::with_capacity(events);
        for batch in self.batches(events) {
            for line in lines_of(&batch).take(events - requests.len()) {
                requests.push(self.sign(
                    testbed,
                    role(batch.system),
                    "application/cloudevents+json",
                    line,
                )?);
            }
        }
        Ok(requests)
    }

    fn sign(
        &mut self,
        testbed: &Testbed,
        role: Role,
        content_type: &str,
        body: &[u8],
    ) -> anyhow::Result<Vec<u8>> {
        self.sent += 1;
        let id = format!("msg_{:08}", self.sent);
        let timestamp = clock::now().timestamp();
        let signature = Webhook::new(testbed.secret(role))?.sign(&id, timestamp, body)?;
        let head = format!(
            "POST /intake/{role} HTTP/1.1\r\nhost: {}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\
             webhook-id: {id}\r\nwebhook-timestamp: {timestamp}\r\nwebhook-signature: {signature}\r\n\r\n",
            testbed.address,
            body.len(),
        );
        Ok([head.as_bytes(), body].concat())
    }
}

/// The events of a batch, a line each.
pub fn lines_of(batch: &Batch) -> impl Iterator<Item = &[u8]> {
    batch.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

fn role(system: System) -> Role {
    match system {
        System::Tms => Role::Tms,
        System::Erp => Role::Erp,
    }
}
