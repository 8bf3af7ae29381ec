//! Takes connections and ends those that keep a place without using it: the head of a request has its time, and so have the
//! pause between two requests and an answer that nobody takes. hyper has a timer for heads only, and takes the pause for a head.

use crate::places::Place;
use crate::site::{Site, SiteOptions};
use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, Sleep};
use tower::ServiceExt;

/// How long a connection may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the head of a request, from its first byte.
    pub head: Duration,
    /// Between two requests, and for an answer of which nothing is taken.
    pub idle: Duration,
}

impl From<&SiteOptions> for Patience {
    fn from(options: &SiteOptions) -> Self {
        Self { head: options.head_timeout, idle: options.idle_timeout }
    }
}

/// Answers until `shutdown` is done; then takes no more connections and waits for the requests that are open.
pub async fn serve(
    mut listener: TcpListener,
    app: Router,
    site: Arc<Site>,
    patience: Patience,
    shutdown: impl Future<Output = ()>,
) {
    // Dropped with the end of the loop; each connection hears that.
    let (running, stopping) = watch::channel(());
    // Each connection holds one; all gone is all done.
    let (done, open) = watch::channel(());
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, peer) = tokio::select! {
            // Waits by itself where the system has no more files.
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut shutdown => break,
        };
        let address = peer.ip().to_canonical();
        let place = if site.proxies.trusts(address) {
            site.connections.take_for_many()
        } else {
            site.connections.take(address)
        };
        let Ok(place) = place else {
            tracing::debug!(%peer, "a connection too many");
            continue;
        };
        // Small frames that follow each other must not wait for the acknowledgement of the first.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps waiting for full packets");
        }
        let (app, stopping, open) = (app.clone(), stopping.clone(), open.clone());
        tokio::spawn(async move {
            let pulse = Arc::new(Pulse::default());
            let stream = Timed { stream, pulse: pulse.clone(), patience, timer: None, _place: place };
            answer(stream, peer, app, pulse, stopping).await;
            drop(open);
        });
    }
    drop((listener, running, open));
    done.closed().await;
}

/// Answers one connection's requests. A socket that came out of one of them has its own task and keeps time itself.
async fn answer(
    stream: Timed,
    peer: SocketAddr,
    app: Router,
    pulse: Arc<Pulse>,
    mut stopping: watch::Receiver<()>,
) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        pulse.begin();
        request.extensions_mut().insert(ConnectInfo(peer));
        let (app, pulse) = (app.clone(), pulse.clone());
        async move {
            let response = app.oneshot(request).await;
            let is_upgrade =
                response.as_ref().is_ok_and(|response| response.status() == StatusCode::SWITCHING_PROTOCOLS);
            pulse.end(is_upgrade);
            response
        }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut connection = pin!(connection);
    let mut is_stopping = false;
    loop {
        tokio::select! {
            served = connection.as_mut() => {
                if let Err(error) = served {
                    tracing::debug!(%error, %peer, "a connection ended early");
                }
                return;
            }
            // An error means that the accepting has ended; nothing is ever sent.
            _ = stopping.changed(), if !is_stopping => {
                is_stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// What happens on a connection, told by its requests to its stream. Times are milliseconds of [`Instant`] since its begin.
#[derive(Debug)]
struct Pulse {
    began: Instant,
    phase: AtomicU64,
    /// When bytes moved last.
    moved: AtomicU64,
}

/// Values of [`Pulse::phase`]; any other is the time at which a head began.
const IDLE: u64 = u64::MAX;
const ANSWERING: u64 = u64::MAX - 1;
const UPGRADED: u64 = u64::MAX - 2;

impl Default for Pulse {
    fn default() -> Self {
        Self { began: Instant::now(), phase: AtomicU64::new(IDLE), moved: AtomicU64::new(0) }
    }
}

impl Pulse {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(UPGRADED - 1).min(UPGRADED - 1)
    }

    fn begin(&self) {
        self.phase.store(ANSWERING, Ordering::Relaxed);
    }

    fn end(&self, is_upgrade: bool) {
        self.phase.store(if is_upgrade { UPGRADED } else { IDLE }, Ordering::Relaxed);
    }

    fn is_upgraded(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == UPGRADED
    }

    fn moved(&self, is_read: bool) {
        let now = self.now();
        self.moved.store(now, Ordering::Relaxed);
        if is_read {
            // Fails where no head begins with it.
            let _ = self.phase.compare_exchange(IDLE, now, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// Until when bytes must come, if they must.
    fn read_until(&self, patience: Patience) -> Option<Instant> {
        let since = |ms| self.began + Duration::from_millis(ms);
        match self.phase.load(Ordering::Relaxed) {
            UPGRADED => None,
            // Not yet; but hyper does not ask again when the answer has been sent, so the timer must.
            ANSWERING => Some(Instant::now() + patience.idle),
            IDLE => Some(since(self.moved.load(Ordering::Relaxed)) + patience.idle),
            began => Some(since(began) + patience.head),
        }
    }

    /// Until when bytes must have been taken, if they must.
    fn written_until(&self, patience: Patience) -> Option<Instant> {
        let moved = Duration::from_millis(self.moved.load(Ordering::Relaxed));
        (!self.is_upgraded()).then(|| self.began + moved + patience.idle)
    }
}

/// A stream that fails when its time is up.
struct Timed {
    stream: TcpStream,
    pulse: Arc<Pulse>,
    patience: Patience,
    timer: Option<Pin<Box<Sleep>>>,
    /// Held as long as the stream is open, a socket's too.
    _place: Place,
}

impl Timed {
    /// What a waiting stream answers: that it waits, or that it has waited long enough.
    fn wait(&mut self, until: Option<Instant>, context: &mut Context<'_>) -> Poll<io::Error> {
        let Some(until) = until else { return Poll::Pending };
        loop {
            let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
            // One that rings early is set anew then: that costs less than setting it with each request.
            if timer.deadline() > until {
                timer.as_mut().reset(until);
            }
            match timer.as_mut().poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) if Instant::now() >= until => {
                    return Poll::Ready(io::ErrorKind::TimedOut.into());
                }
                Poll::Ready(()) => timer.as_mut().reset(until),
            }
        }
    }

    fn written(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.pulse.moved(false);
            return written;
        }
        let until = self.pulse.written_until(self.patience);
        self.wait(until, context).map(Err)
    }
}

impl AsyncRead for Timed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.pulse.is_upgraded() {
            self.timer = None;
            return read;
        }
        if read.is_ready() {
            self.pulse.moved(true);
            return read;
        }
        let until = self.pulse.read_until(self.patience);
        self.wait(until, context).map(Err)
    }
}

impl AsyncWrite for Timed {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
