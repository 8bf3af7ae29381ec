//! Prometheus metrics, on a listener of their own so that they are never on the public port.

use anyhow::Context;
use metrics_exporter_prometheus::PrometheusBuilder;
use std::net::SocketAddr;

/// Starts serving `/metrics` at `listen`.
pub fn serve(listen: SocketAddr) -> anyhow::Result<()> {
    PrometheusBuilder::new()
        .with_http_listener(listen)
        .install()
        .with_context(|| format!("metrics can't be served at {listen}: is the port taken?"))?;
    tracing::info!(%listen, "serving /metrics");
    Ok(())
}
