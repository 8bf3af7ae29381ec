//! Places of which there is a limited number: in all, and for each client. So nobody can take everybody's.

use crate::client::counted;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// A cheap handle of the places of one kind.
#[derive(Clone, Debug)]
pub struct Places {
    in_all: usize,
    of_a_client: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Debug, Default)]
struct Taken {
    in_all: usize,
    /// Of those who have any.
    by: HashMap<IpAddr, usize>,
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    client: Option<IpAddr>,
    taken: Arc<Mutex<Taken>>,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    Everywhere,
    ForClient,
}

impl Places {
    pub fn new(in_all: usize, of_a_client: usize) -> Self {
        Self { in_all, of_a_client, taken: Arc::default() }
    }

    pub fn take(&self, client: IpAddr) -> Result<Place, Full> {
        let client = counted(client);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.in_all >= self.in_all {
            return Err(Full::Everywhere);
        }
        let of_client = taken.by.get(&client).copied().unwrap_or(0);
        if of_client >= self.of_a_client {
            return Err(Full::ForClient);
        }
        taken.by.insert(client, of_client + 1);
        taken.in_all += 1;
        Ok(Place { client: Some(client), taken: self.taken.clone() })
    }

    /// A place for someone who stands for many, a proxy.
    pub fn take_for_many(&self) -> Result<Place, Full> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.in_all >= self.in_all {
            return Err(Full::Everywhere);
        }
        taken.in_all += 1;
        Ok(Place { client: None, taken: self.taken.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.in_all -= 1;
        let Some(client) = self.client else { return };
        match taken.by.get_mut(&client) {
            Some(more) if *more > 1 => *more -= 1,
            _ => {
                taken.by.remove(&client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_all_its_places_leaves_those_of_others() {
        let places = Places::new(5, 2);
        let take = |text: &str| places.take(text.parse().expect("an address"));
        let (first, second) = (take("192.0.2.1").expect("one"), take("::ffff:192.0.2.1").expect("two"));
        assert_eq!(take("192.0.2.1").err(), Some(Full::ForClient));
        let network = (take("2001:db8::1").expect("one"), take("2001:db8::2").expect("two"));
        assert_eq!(take("2001:db8::3").err(), Some(Full::ForClient), "of the same network");
        let fifth = take("192.0.2.3").expect("another's");
        assert_eq!(take("192.0.2.4").err(), Some(Full::Everywhere));
        drop((first, network, fifth));
        assert!(take("192.0.2.1").is_ok(), "given back");
        drop(second);
        assert!(places.taken.lock().expect("no panic").by.is_empty(), "nobody is remembered who has none");
    }
}
