//! The configured sources with their keys ready for use, read from the store at most once a second: a change made by
//! the command line or the admin page counts within that second.

use super::pace::Bucket;
use super::signature::Key;
use domain::SourceName;
use domain::authority::Role;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use store::{SourceConfig, Store, StoreError};
use tokio::sync::Mutex;

/// How old the copy may be for a source that it holds.
const FRESH: Duration = Duration::from_secs(1);
/// And for one that it does not, so that a new source's first delivery is taken, and a flood of invented names still
/// reads rarely.
const UNKNOWN: Duration = Duration::from_millis(50);

/// A source that may deliver, unless it is disabled: then only who has its secret learns so.
#[derive(Debug)]
pub struct Source {
    pub name: SourceName,
    pub role: Role,
    pub disabled: bool,
    /// How old a delivery's timestamp may be.
    pub tolerance: Duration,
    /// Who gives the numbers that it states, where that is not the usual system.
    pub issuer: Option<String>,
    pub keys: Vec<Key>,
    /// Survives a reload.
    pub bucket: Arc<Bucket>,
}

/// The copy of the sources.
pub struct Sources {
    current: RwLock<Copied>,
    /// Held while reading, so that one request reads and the others go on with what is there.
    reading: Mutex<()>,
}

struct Copied {
    by_name: HashMap<String, Arc<Source>>,
    read_at: Instant,
}

impl Sources {
    pub async fn read(store: &Store) -> Result<Self, StoreError> {
        let by_name = ready(store.sources().await?, &HashMap::new());
        let current = RwLock::new(Copied { by_name, read_at: Instant::now() });
        Ok(Self { current, reading: Mutex::new(()) })
    }

    /// The source of that name, if it may deliver.
    pub async fn find(&self, name: &str, store: &Store) -> Option<Arc<Source>> {
        let (found, age) = self.look(name);
        if age <= if found.is_some() { FRESH } else { UNKNOWN } {
            return found;
        }
        let reading =
            if found.is_some() { self.reading.try_lock().ok() } else { Some(self.reading.lock().await) };
        // Whoever had to wait for another's reading finds it done.
        if reading.is_some()
            && self.look(name).1 > UNKNOWN
            && let Err(error) = self.reload(store).await
        {
            tracing::error!(%error, "the sources could not be read; going on with what was read before");
        }
        self.look(name).0
    }

    fn look(&self, name: &str) -> (Option<Arc<Source>>, Duration) {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        (current.by_name.get(name).cloned(), current.read_at.elapsed())
    }

    /// Reads the sources now.
    pub async fn reload(&self, store: &Store) -> Result<(), StoreError> {
        let configured = store.sources().await?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Copied { by_name: ready(configured, &current.by_name), read_at: Instant::now() };
        Ok(())
    }
}

fn ready(
    configured: Vec<SourceConfig>,
    before: &HashMap<String, Arc<Source>>,
) -> HashMap<String, Arc<Source>> {
    configured
        .into_iter()
        .filter(|source| source.role.is_outside())
        .map(|source| {
            let key = |secret: &String| {
                Key::parse(secret)
                    .inspect_err(
                        |error| tracing::error!(source = %source.name, %error, "a secret can't be used"),
                    )
                    .ok()
            };
            let keys = source.secrets.iter().filter_map(key).collect();
            let bucket =
                before.get(source.name.as_str()).map(|before| Arc::clone(&before.bucket)).unwrap_or_default();
            let name = source.name.as_str().to_owned();
            let SourceConfig { name: source_name, role, disabled, tolerance, issuer, .. } = source;
            (name, Arc::new(Source { name: source_name, role, disabled, tolerance, issuer, keys, bucket }))
        })
        .collect()
}
