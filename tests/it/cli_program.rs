//! The real program, and a sandbox for it, as processes of their own.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Deserializer, Value};
use tempfile::TempDir;
use url::{Position, Url};

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The command ended like this; otherwise the test shows all that it said.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// Standard error says all of this.
    #[track_caller]
    pub(crate) fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.err.contains(word), "no `{word}` in {self:#?}");
        }
        self
    }
}

/// A folder for one test, in which the program is run.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    credentials: Vec<(String, String)>,
}

impl Place {
    /// A folder without a vault.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), credentials: Vec::new() }
    }

    /// A folder with a vault that a key file opens.
    pub(crate) fn with_vault() -> Self {
        let place = Self::empty();
        place.run("init").ended(0);
        place
    }

    /// A vault with the connection `acme` to a sandbox.
    pub(crate) fn connected(sandbox: &Sandbox) -> Self {
        let place = Self { credentials: sandbox.environment(), ..Self::with_vault() };
        place.run(&format!("connection add acme --platform trello --base-url {}", sandbox.base_url)).ended(0);
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with the test's own environment only: the vault's folder and key file, and UTC.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("boardvault"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("BOARDVAULT_") {
                command.env_remove(name);
            }
        }
        command
            .current_dir(self.folder.path())
            .env("TZ", "UTC")
            .env("BOARDVAULT_VAULT", self.path("vault"))
            .env("BOARDVAULT_KEY_FILE", self.path("key"))
            .envs(self.credentials.iter().cloned());
        command
    }

    /// Runs one command; its arguments are separated by blanks.
    pub(crate) fn run(&self, arguments: &str) -> Ran {
        run(self.command().args(arguments.split_whitespace()), "")
    }
}

/// Runs a command to its end, with this on standard input.
pub(crate) fn run(command: &mut Command, input: &str) -> Ran {
    let done = assert_cmd::Command::from_std(std::mem::replace(command, Command::new("true")))
        .write_stdin(input)
        .timeout(Duration::from_mins(1))
        .output()
        .unwrap();
    Ran {
        code: done.status.code().unwrap_or(-1),
        out: String::from_utf8(done.stdout).unwrap(),
        err: String::from_utf8(done.stderr).unwrap(),
    }
}

/// Sends one request with a JSON body, and gives the whole answer.
pub(crate) fn send(method: &str, url: &Url, body: &str) -> String {
    let host = url.authority();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "{method} {} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        &url[Position::BeforePath..],
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// `boardvault sandbox serve` in a process that ends with the test.
pub(crate) struct Sandbox {
    process: Child,
    pub(crate) base_url: String,
    /// The document that it printed.
    pub(crate) document: Value,
}

impl Sandbox {
    pub(crate) fn serve(world: &str) -> Self {
        Self::of("trello", world)
    }

    /// A sandbox of any platform.
    pub(crate) fn of(platform: &str, world: &str) -> Self {
        let mut process = Place::empty()
            .command()
            .current_dir(Path::new("."))
            .args(["sandbox", "serve", "--json", "--seed", "3", "--platform", platform, "--world", world])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let document: Value = Deserializer::from_reader(stdout).into_iter().next().unwrap().unwrap();
        Self { process, base_url: document["base_url"].as_str().unwrap().to_owned(), document }
    }

    /// A secret of the account that is used: `key` or `token`.
    pub(crate) fn secret(&self, name: &str) -> String {
        self.document["accounts"][0]["credentials"][name].as_str().unwrap().to_owned()
    }

    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let named = |name: &str| (format!("BOARDVAULT_TRELLO_{}", name.to_uppercase()), self.secret(name));
        vec![named("key"), named("token")]
    }

    /// A control call; gives the body of the answer.
    pub(crate) fn control(&self, path: &str, body: &str) -> String {
        let url = Url::parse(&self.base_url).unwrap().join(&format!("/_sandbox/{path}")).unwrap();
        let answer = send("POST", &url, body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// The people wreck things.
    pub(crate) fn disaster(&self, seed: u64) {
        self.control("people", &format!(r#"{{"do":"disaster","seed":{seed}}}"#));
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
