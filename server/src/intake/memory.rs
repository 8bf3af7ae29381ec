//! What open deliveries may hold in memory: all of them together, each address that has not proved who it is, and each
//! source that has. So nobody can take the room of everybody else.

use super::refusal::Refusal;
use crate::client::counted;
use domain::SourceName;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Of all the memory, an address may hold this part until its deliveries are authenticated.
const OF_AN_ADDRESS: usize = 8;
/// And a source this part, for what it has signed.
const OF_A_SOURCE: usize = 2;
/// Holders that hold nothing are forgotten once so many are remembered.
const REMEMBERED: usize = 1024;

/// Who holds memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    Address(IpAddr),
    Source(SourceName),
}

impl Holder {
    pub fn at(address: IpAddr) -> Self {
        Self::Address(counted(address))
    }
}

/// The bytes that are free.
pub struct Memory {
    bytes: usize,
    free: Arc<Semaphore>,
    holders: Mutex<HashMap<Holder, Weak<Semaphore>>>,
}

/// Bytes that a delivery holds, given back when it is dropped.
pub struct Share {
    own: OwnedSemaphorePermit,
    of_all: OwnedSemaphorePermit,
}

impl Memory {
    pub fn new(bytes: usize) -> Self {
        let bytes = bytes.min(Semaphore::MAX_PERMITS);
        Self { bytes, free: Arc::new(Semaphore::new(bytes)), holders: Mutex::default() }
    }

    /// A share of nothing yet, which grows as the delivery does.
    pub fn share(&self, holder: &Holder) -> Result<Share, Refusal> {
        Ok(Share {
            own: take(&self.room_of(holder), 0, Refusal::TooMuchOpen)?,
            of_all: take(&self.free, 0, Refusal::Busy)?,
        })
    }

    fn room_of(&self, holder: &Holder) -> Arc<Semaphore> {
        let mut holders = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(room) = holders.get(holder).and_then(Weak::upgrade) {
            return room;
        }
        if holders.len() >= REMEMBERED {
            holders.retain(|_, room| room.strong_count() > 0);
        }
        let part = match holder {
            Holder::Address(_) => OF_AN_ADDRESS,
            Holder::Source(_) => OF_A_SOURCE,
        };
        let room = Arc::new(Semaphore::new(self.bytes / part));
        holders.insert(holder.clone(), Arc::downgrade(&room));
        room
    }
}

impl Share {
    pub fn grow(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.own.merge(take(self.own.semaphore(), bytes, Refusal::TooMuchOpen)?);
        self.of_all.merge(take(self.of_all.semaphore(), bytes, Refusal::Busy)?);
        Ok(())
    }

    /// The same bytes, now that it is known whose they are: the address has its room back.
    pub fn passed_to(self, holder: &Holder, memory: &Memory) -> Result<Self, Refusal> {
        let own = take(&memory.room_of(holder), self.own.num_permits(), Refusal::TooMuchOpen)?;
        Ok(Self { own, ..self })
    }
}

fn take(room: &Arc<Semaphore>, bytes: usize, otherwise: Refusal) -> Result<OwnedSemaphorePermit, Refusal> {
    let permit =
        u32::try_from(bytes).ok().and_then(|bytes| Arc::clone(room).try_acquire_many_owned(bytes).ok());
    permit.ok_or(otherwise)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Holder {
        Holder::at(address.parse().expect("an address"))
    }

    #[test]
    fn an_address_that_holds_all_it_may_leaves_room_for_the_others() {
        let memory = Memory::new(800);
        let hold = |holder: &Holder, bytes| {
            let mut share = memory.share(holder)?;
            share.grow(bytes).map(|()| share)
        };
        let stranger = hold(&at("192.0.2.1"), 100).expect("an eighth");
        assert_eq!(hold(&at("192.0.2.1"), 1).err(), Some(Refusal::TooMuchOpen));
        assert_eq!(
            hold(&at("::ffff:192.0.2.1"), 1).err(),
            Some(Refusal::TooMuchOpen),
            "the same, written otherwise"
        );
        assert!(hold(&at("192.0.2.2"), 100).is_ok());
        let network = hold(&at("2001:db8::1"), 100).expect("an eighth");
        assert_eq!(hold(&at("2001:db8::2"), 1).err(), Some(Refusal::TooMuchOpen), "of the same network");
        drop((stranger, network));
        assert!(hold(&at("192.0.2.1"), 100).is_ok(), "given back");
    }

    #[test]
    fn what_is_authenticated_is_held_by_its_source() {
        let memory = Memory::new(800);
        let source = Holder::Source("tms".parse().expect("a name"));
        let mut held = Vec::new();
        for _ in 0..4 {
            let mut share = memory.share(&at("192.0.2.1")).expect("room");
            share.grow(100).expect("the address has its room back each time");
            held.push(share.passed_to(&source, &memory).expect("half of all"));
        }
        let mut share = memory.share(&at("192.0.2.1")).expect("room");
        share.grow(1).expect("room");
        assert_eq!(share.passed_to(&source, &memory).err(), Some(Refusal::TooMuchOpen));
    }
}
