//! The real binary, for tests in which a process dies.

use super::server::{PASSWORD, client, put_source};
use super::{soon, until};
use domain::authority::Role;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use store::{Options, Store};
use tokio::sync::mpsc;

const BINARY: &str = env!("CARGO_BIN_EXE_syncline");
/// What both sources of a prepared database sign with.
pub const SECRET: &str = "whsec_c3luY2xpbmUgdGVzdHMgc2lnbiB3aXRoIHRoaXM=";

/// Makes a database that knows two sources, for a process to open.
pub async fn prepare(database: &Path) {
    let (commits, mut nobody) = mpsc::channel(1);
    tokio::spawn(async move { while nobody.recv().await.is_some() {} });
    let clock = server::clock::system();
    let store = Store::open(database, Options::default(), clock, commits).await.expect("a store");
    put_source(&store, "tms", Role::Tms, SECRET).await;
    put_source(&store, "erp", Role::Erp, SECRET).await;
    store.close().await;
}

/// A running `syncline serve`; killed when it is let go.
pub struct Process {
    child: Child,
    pub port: u16,
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

impl Process {
    pub fn serve(database: &Path, port: u16) -> Self {
        Self::serve_with(database, port, &[])
    }

    pub fn serve_with(database: &Path, port: u16, options: &[&str]) -> Self {
        let child = Command::new(BINARY)
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--database"])
            .arg(database)
            .args(options)
            .env("SYNCLINE_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("the binary starts");
        Self { child, port }
    }

    pub async fn is_ready(&mut self) {
        let http = client();
        let url = format!("http://127.0.0.1:{}/readyz", self.port);
        until("the server is ready", async || {
            let ended = self.child.try_wait().expect("a child of ours");
            assert!(ended.is_none(), "the server ended by itself: {ended:?}");
            http.get(&url).send().await.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
    }

    /// SIGKILL: nothing is flushed, nothing is said.
    pub fn kill(mut self) {
        self.child.kill().expect("a child of ours");
        self.child.wait().expect("a child of ours");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command of the binary on a database to its end.
pub fn run(command: &str, database: &Path) -> (ExitStatus, String) {
    let output = Command::new(BINARY)
        .arg(command)
        .arg("--database")
        .arg(database)
        .stdin(Stdio::null())
        .output()
        .expect("the binary starts");
    let text = [output.stdout, output.stderr].concat();
    (output.status, String::from_utf8_lossy(&text).into_owned())
}

/// A running `syncline tail`; killed when it is let go.
pub struct Tail {
    child: Child,
    lines: mpsc::UnboundedReceiver<String>,
}

impl Tail {
    /// Signs in with [`PASSWORD`].
    pub fn start(server: &str, account: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(BINARY)
            .args(["tail", "--server", server, "--account", account])
            .args(arguments)
            .env("SYNCLINE_PASSWORD", PASSWORD)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (said, lines) = mpsc::unbounded_channel();
        // Ends with the output, or when nobody listens any more.
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| said.send(line)));
        Self { child, lines }
    }

    /// The next line that it prints.
    pub async fn line(&mut self) -> String {
        soon("tail prints a line", self.lines.recv()).await.expect("tail runs")
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        // Both fail where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
