//! The tasks that run as long as the server. One that ends before has failed: nobody would watch what it watched, so the process
//! ends with its name, and whoever keeps it running starts it again.

use anyhow::anyhow;
use std::collections::HashMap;
use tokio::task::{Id, JoinSet};

/// The tasks that run, by name.
#[derive(Default)]
pub struct Background {
    tasks: JoinSet<()>,
    names: HashMap<Id, &'static str>,
}

impl Background {
    pub fn spawn(&mut self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let id = self.tasks.spawn(task).id();
        self.names.insert(id, name);
    }

    /// Why the first of them ended; waits as long as all run.
    pub async fn ended(&mut self) -> anyhow::Error {
        let (id, why) = match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => (id, "it came to its end".to_owned()),
            Some(Err(error)) => (error.id(), error.to_string()),
            None => std::future::pending().await,
        };
        let name = self.names.get(&id).copied().unwrap_or("unknown");
        anyhow!("the task that watches {name} has ended, so start the server again: {why}")
    }

    /// Ends all of them.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn said(task: impl Future<Output = ()> + Send + 'static) -> String {
        let mut background = Background::default();
        background.spawn("one that lives", std::future::pending());
        background.spawn("deadlines", task);
        let why = background.ended().await.to_string();
        background.stop().await;
        why
    }

    #[tokio::test]
    async fn a_task_that_ends_or_panics_is_told_of_by_name() {
        let ended = said(async {}).await;
        assert!(ended.contains("deadlines") && ended.contains("start the server again"), "{ended}");
        let failed = said(async { panic!("a fault of ours") }).await;
        assert!(failed.contains("deadlines") && failed.contains("a fault of ours"), "{failed}");
    }
}
