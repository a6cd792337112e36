//! Access that platforms lend: allowed in a browser, renewed at a refusal, never lost. Every platform that has it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, Command, Stdio};

use boardvault::platforms::PLATFORMS;
use boardvault::platforms::platform::Platform;
use serde_json::{Value, json};
use url::Url;

use super::cli_program::{Place, Ran, Sandbox, run, send};

/// A vault next to a sandbox in which an app is registered.
struct Scene {
    platform: &'static Platform,
    sandbox: Sandbox,
    place: Place,
    registration: [String; 2],
    /// The path of the token endpoint.
    endpoint: String,
}

/// One for each platform that lends access.
fn scenes() -> impl Iterator<Item = Scene> {
    assert!(PLATFORMS.iter().any(|platform| platform.oauth.is_some()), "no platform lends access");
    PLATFORMS.iter().filter_map(|platform| {
        let oauth = platform.oauth?;
        let sandbox = Sandbox::of(platform.id, "tiny");
        let accounts = sandbox.document["accounts"].as_array().unwrap();
        let registered = accounts.iter().map(|account| &account["credentials"]);
        let registered = registered.clone().find(|parts| parts["client_id"].is_string()).unwrap().clone();
        let text = |name: &str| registered[name].as_str().unwrap().to_owned();
        let endpoint = (oauth.token)(&Url::parse(&sandbox.base_url).unwrap()).path().to_owned();
        let registration = [text("client_id"), text("client_secret")];
        Some(Scene { platform, sandbox, place: Place::with_vault(), registration, endpoint })
    })
}

/// The program while it waits for an answer.
struct Asking {
    process: Child,
    said: BufReader<ChildStderr>,
    before: String,
    address: Url,
}

impl Scene {
    fn add(&self, flags: &str) -> Command {
        let mut command = self.place.command();
        let [id, secret] = &self.registration;
        let name = self.platform.id.to_uppercase();
        command
            .args(["connection", "add", "work", "--json", "-vv", "--platform", self.platform.id])
            .args(["--base-url", &self.sandbox.base_url])
            .args(flags.split_whitespace())
            .env(format!("BOARDVAULT_{name}_CLIENT_ID"), id)
            .env(format!("BOARDVAULT_{name}_CLIENT_SECRET"), secret);
        command
    }

    /// Adds the connection, and gives all that was said meanwhile, with the code.
    fn connected(&self) -> (Ran, String) {
        let asking = Asking::begin(self.add("--oauth --redirect http://127.0.0.1:0/"));
        let back = asking.allowed("");
        let page = send("GET", &back, "");
        assert!(page.contains("Access allowed"), "{page}");
        let ran = asking.ended().ended(0);
        assert_eq!(ran.json()["platform"], self.platform.id);
        (ran, query(&back, "code"))
    }

    /// The next call of the API is answered 401, whichever it is.
    fn refuse_once(&self) {
        self.fault(&json!([{ "kind": "status", "status": 401, "body": "{}" }]));
    }

    fn fault(&self, faults: &Value) {
        self.sandbox.control("faults", &json!({ "faults": faults }).to_string());
    }

    fn no_faults(&self) {
        let url = Url::parse(&self.sandbox.base_url).unwrap().join("/_sandbox/faults").unwrap();
        assert!(send("DELETE", &url, "").starts_with("HTTP/1.1 200"));
    }

    /// How often the token endpoint was asked.
    fn exchanges(&self) -> usize {
        let url = Url::parse(&self.sandbox.base_url).unwrap().join("/_sandbox/log").unwrap();
        let answer = send("GET", &url, "");
        let log: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
        log.as_array().unwrap().iter().filter(|line| line["path"] == self.endpoint.as_str()).count()
    }

    #[track_caller]
    fn works(&self) {
        let ran = self.place.run("backup work");
        assert!([0, 3].contains(&ran.code), "{ran:?}");
    }
}

/// The address that a person is to open: the first one with a query.
fn address(said: &mut impl BufRead, before: &mut String) -> Url {
    loop {
        let mut line = String::new();
        assert!(said.read_line(&mut line).unwrap() > 0, "no address was printed: {before}");
        before.push_str(&line);
        if let Some(address) = Url::parse(line.trim()).ok().filter(|address| address.query().is_some()) {
            return address;
        }
    }
}

impl Asking {
    fn begin(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap());
        let mut before = String::new();
        let address = address(&mut said, &mut before);
        Self { process, said, before, address }
    }

    /// The person opens the address and allows the access: where the browser is sent then.
    fn allowed(&self, hint: &str) -> Url {
        let mut address = self.address.clone();
        if !hint.is_empty() {
            address.query_pairs_mut().append_pair("login_hint", hint);
        }
        let page = send("GET", &address, "");
        let found = page.lines().find_map(|line| line.strip_prefix("location: "));
        Url::parse(found.unwrap_or_else(|| panic!("no redirect: {page}"))).unwrap()
    }

    fn types(&mut self, text: &str) {
        writeln!(self.process.stdin.as_mut().unwrap(), "{text}").unwrap();
    }

    fn ended(mut self) -> Ran {
        drop(self.process.stdin.take());
        self.said.read_to_string(&mut self.before).unwrap();
        let done = self.process.wait_with_output().unwrap();
        let out = String::from_utf8(done.stdout).unwrap();
        Ran { code: done.status.code().unwrap_or(-1), out, err: self.before }
    }
}

fn query(address: &Url, name: &str) -> String {
    address.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

#[test]
fn access_is_lent_in_a_browser_and_nothing_secret_is_told() {
    for scene in scenes() {
        let (ran, code) = scene.connected();
        let backup = run(scene.place.command().args(["backup", "work", "-vv"]), "");
        assert!([0, 3].contains(&backup.code), "{backup:?}");
        for secret in [&code, &scene.registration[1]] {
            for text in [&ran.out, &ran.err, &backup.out, &backup.err] {
                assert!(!text.contains(secret), "{}: {text}", scene.platform.name);
            }
        }
    }
}

#[test]
fn a_refusal_renews_the_access_and_the_next_command_uses_what_was_stored() {
    for scene in scenes() {
        scene.connected();
        for renewals in 1..=2 {
            scene.refuse_once();
            scene.works();
            assert_eq!(scene.exchanges(), 1 + renewals, "{}", scene.platform.name);
            scene.works();
            assert_eq!(scene.exchanges(), 1 + renewals, "{}: what was renewed is there", scene.platform.name);
        }
    }
}

#[test]
fn a_renewal_that_is_refused_names_the_way_out_and_deletes_nothing() {
    for scene in scenes() {
        scene.connected();
        let unauthorised = json!({ "kind": "status", "status": 401, "body": "{}", "every": true });
        let refusal = r#"{"error":"invalid_grant"}"#;
        let path = scene.endpoint.as_str();
        let refused =
            json!({ "kind": "status", "status": 400, "body": refusal, "path": path, "every": true });
        scene.fault(&json!([refused, unauthorised]));
        scene.place.run("backup work").ended(1).says(&["boardvault connection reconnect work"]);
        scene.no_faults();
        scene.works();
    }
}

#[test]
fn a_connection_is_reconnected_by_its_own_person_only() {
    for scene in scenes() {
        scene.connected();
        let again = || {
            let mut command = scene.place.command();
            command.args(["connection", "reconnect", "work"]);
            Asking::begin(command)
        };
        let accounts = scene.sandbox.document["accounts"].as_array().unwrap();
        let first = accounts[0]["username"].as_str().unwrap();
        let other =
            accounts.iter().map(|account| account["username"].as_str().unwrap()).find(|name| *name != first);
        let asking = again();
        send("GET", &asking.allowed(other.unwrap()), "");
        asking.ended().ended(1).says(&["`work` is the account of", "connection add work --replace"]);
        scene.works();

        let asking = again();
        send("GET", &asking.allowed(""), "");
        let ran = asking.ended().ended(0);
        assert!(ran.out.contains("Reconnected work: "), "{ran:?}");
        scene.works();
    }
}

#[test]
fn an_answer_can_be_pasted_and_one_to_another_question_is_refused() {
    for scene in scenes() {
        let paste = || Asking::begin(scene.add("--paste"));
        let mut asking = paste();
        let back = asking.allowed("");
        let foreign = back.as_str().replace(&query(&back, "state"), "canary");
        asking.types(&foreign);
        asking.ended().ended(2).says(&["not the answer to this request"]);

        let mut asking = paste();
        let back = asking.allowed("");
        asking.types(back.as_str());
        asking.ended().ended(0);
        scene.works();
    }
}

#[test]
fn a_denial_stores_nothing() {
    for scene in scenes() {
        let mut asking = Asking::begin(scene.add("--paste"));
        let state = query(&asking.address, "state");
        asking.types(&format!("http://127.0.0.1:8717/?error=access_denied&state={state}"));
        asking.ended().ended(1).says(&["denied", "allow the access"]);
        assert_eq!(scene.place.run("connection list --json").json(), json!([]));
    }
}
