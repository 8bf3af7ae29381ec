//! `syncline serve`.

use crate::config::{DatabaseOption, ServeOptions};
use crate::serve::{Server, asked_to_stop};
use crate::{clock, metrics};

pub async fn run(options: &ServeOptions, database: &DatabaseOption) -> anyhow::Result<()> {
    if let Some(listen) = options.metrics_listen {
        metrics::serve(listen)?;
    }
    let server = Server::open(options, &database.database, clock::system()).await?;
    println!("Syncline listens on http://{}", server.address()?);
    println!("data: {}", database.database.display());
    if store::is_demo(&database.database).await? {
        tracing::warn!("a demo made this database: everybody knows the password of its accounts");
    }
    if server.store().accounts().await?.is_empty() {
        println!("there is no account yet: make one with `syncline user add NAME --role admin`");
    }
    server.run(asked_to_stop()).await
}
