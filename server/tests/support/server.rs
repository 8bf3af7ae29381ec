//! A server inside the test's own process, on a database and a clock of the test.

use super::soon;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Parser;
use domain::CustomerId;
use domain::account::AccountRole;
use domain::authority::Role;
use reqwest::header::{HeaderMap, HeaderValue, ORIGIN};
use server::auth::{COOKIE, hash_password, new_token, token_hash};
use server::config::ServeOptions;
use server::serve::Server;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Account, Clock, SourceConfig, Store};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub const PASSWORD: &str = "correct horse battery";

/// A clock that moves only when it is told to.
#[derive(Clone, Debug)]
pub struct Hands(Arc<AtomicI64>);

impl Hands {
    pub fn at(moment: DateTime<Utc>) -> Self {
        Self(Arc::new(AtomicI64::new(moment.timestamp_micros())))
    }

    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).expect("a moment")
    }

    pub fn forward(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().expect("a span of a test"), Ordering::SeqCst);
    }

    pub fn clock(&self) -> Clock {
        let hands = self.clone();
        Arc::new(move || hands.now())
    }
}

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    options: ServeOptions,
}

/// The options of a server on this machine; port 0 takes a free one.
pub fn options(port: u16) -> ServeOptions {
    options_with(port, &[])
}

/// The same with more options, as they stand on a command line.
pub fn options_with(port: u16, more: &[&str]) -> ServeOptions {
    let listen = format!("127.0.0.1:{port}");
    Options::parse_from(["syncline", "--listen", &listen].iter().chain(more)).options
}

/// A server that answers.
pub struct Running {
    pub address: SocketAddr,
    pub store: Store,
    pub hands: Hands,
    database: PathBuf,
    /// What its own pages say of where they come from; none where that is its address.
    origin: Option<String>,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<anyhow::Result<()>>,
}

impl Running {
    /// Starts a server on a free port.
    pub async fn start(database: &Path, hands: &Hands) -> Self {
        Self::start_on(0, database, hands).await
    }

    async fn start_on(port: u16, database: &Path, hands: &Hands) -> Self {
        Self::start_with(options(port), database, hands).await
    }

    pub async fn start_with(options: ServeOptions, database: &Path, hands: &Hands) -> Self {
        let server = Server::open(&options, database, hands.clock()).await.expect("a server");
        let address = server.address().expect("an address");
        let url = options.mail.public_url.trim_end_matches('/');
        let origin = (url != server::outbox::PUBLIC_URL).then(|| url.to_owned());
        let store = server.store().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let ended = tokio::spawn(server.run(async move {
            // An error means that the test has gone; the server goes as well.
            let _ = stopped.await;
        }));
        Self { address, store, hands: hands.clone(), database: database.to_owned(), origin, stop, ended }
    }

    /// Stops as on SIGTERM, and waits until the database is closed.
    pub async fn stop(self) {
        self.stop.send(()).expect("a server that runs");
        soon("the server stops", self.ended).await.expect("no panic").expect("no failure");
    }

    /// Stops, and starts again on the same database and port.
    pub async fn restart(self) -> Self {
        let (port, database, hands) = (self.address.port(), self.database.clone(), self.hands.clone());
        self.stop().await;
        Self::start_on(port, &database, &hands).await
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Puts in an account that nobody signs in to with a password.
    pub async fn account(&self, name: &str, role: AccountRole, customer: Option<&str>) {
        self.account_with_hash(name, role, customer, "none".to_owned()).await;
    }

    /// Puts in an account that opens with [`PASSWORD`].
    pub async fn account_with_password(&self, name: &str, role: AccountRole, customer: Option<&str>) {
        self.account_with_hash(name, role, customer, hash_password(PASSWORD).expect("a hash")).await;
    }

    async fn account_with_hash(&self, name: &str, role: AccountRole, customer: Option<&str>, hash: String) {
        let account = Account {
            account: name.to_owned(),
            name: name.to_owned(),
            role,
            customer: customer.map(CustomerId::numbered),
            customer_name: None,
            disabled: false,
        };
        self.store.put_account(account, hash).await.expect("an account");
    }

    /// Opens a session past the sign-in form. Returns its cookie.
    pub async fn session(&self, account: &str) -> String {
        let token = new_token();
        let expires_at = self.hands.now() + TimeDelta::days(1);
        self.store.open_session(&token_hash(&token), account, expires_at).await.expect("a session");
        format!("{}={token}", self.session_cookie())
    }

    /// The name of the session's cookie.
    pub fn session_cookie(&self) -> String {
        let is_https = self.origin.as_ref().is_some_and(|origin| origin.starts_with("https"));
        if is_https { format!("__Host-{COOKIE}") } else { COOKIE.to_owned() }
    }

    /// Puts in an account and opens a session of it. Returns the session's cookie.
    pub async fn signed_in(&self, name: &str, role: AccountRole, customer: Option<&str>) -> String {
        self.account(name, role, customer).await;
        self.session(name).await
    }

    pub async fn source(&self, name: &str, role: Role, secret: &str) {
        put_source(&self.store, name, role, secret).await;
    }

    /// Sends a form as a page of this server does.
    pub async fn post_form(&self, path: &str, cookie: &str, form: &[(&str, &str)]) -> reqwest::Response {
        let origin = self.origin.clone().unwrap_or_else(|| format!("http://{}", self.address));
        let origin = HeaderValue::from_str(&origin).expect("an origin");
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, origin);
        self.post_form_with(path, cookie, headers, form).await
    }

    pub async fn post_form_with(
        &self,
        path: &str,
        cookie: &str,
        headers: HeaderMap,
        form: &[(&str, &str)],
    ) -> reqwest::Response {
        let request = client().post(self.url(path)).headers(headers).header("cookie", cookie).form(form);
        request.send().await.expect("an answer")
    }

    pub async fn get(&self, path: &str, cookie: &str) -> reqwest::Response {
        client().get(self.url(path)).header("cookie", cookie).send().await.expect("an answer")
    }

    /// Calls a server function as the page does.
    pub async fn call(
        &self,
        function: &str,
        cookie: &str,
        arguments: &serde_json::Value,
    ) -> reqwest::Response {
        let request = client()
            .post(self.url(&format!("/api/{function}")))
            .header("cookie", cookie)
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .body(arguments.to_string());
        request.send().await.expect("an answer")
    }
}

pub async fn put_source(store: &Store, name: &str, role: Role, secret: &str) {
    let name = name.parse().expect("a name");
    let source = SourceConfig::new(name, role, vec![secret.to_owned()]);
    store.put_source(source).await.expect("a source");
}

/// An HTTP client that follows no redirect and knows no proxy.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}
