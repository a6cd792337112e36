//! What the tests of the whole share: a sandbox, a vault, and the use cases in between, without real time or luck.

pub(crate) mod compare;
mod disk;
pub(crate) mod manifests;
pub(crate) mod scene;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use boardvault::app::applying::{self, Applied};
use boardvault::app::backup::{self, Options, Report};
use boardvault::app::connections::{self, NewConnection};
use boardvault::app::context::{App, Seams, Unlock};
use boardvault::app::downloads::Attachments;
use boardvault::app::error::Error;
use boardvault::app::planning::{self, PlanRequest, SavedPlan};
use boardvault::app::progress::Silent;
use boardvault::app::sandbox::{self, Running, SandboxChoice};
use boardvault::base::clock::{Clock, ManualClock};
use boardvault::base::ids::SeededRandom;
use boardvault::base::secret::Secret;
use boardvault::plan::types::{Mode, Verdict};
use boardvault::platforms;
use boardvault::platforms::platform::Platform;
use boardvault::store::fs::Fs;
use serde_json::{Value, json};
use tokio::sync::watch;

pub(crate) use disk::Disk;

/// The platform whose own oddities the tests outside of the conformance suite are about.
pub(crate) const TRELLO: &str = "trello";

/// The name of the only connection.
pub(crate) const CONNECTION: &str = "work";

/// All attachments, and only what has changed.
pub(crate) const USUAL: Options = Options { attachments: Attachments::All, full: false };

/// All attachments of all containers.
pub(crate) const FULL: Options = Options { attachments: Attachments::All, full: true };

/// Whether somebody asked for the long version of the tests.
pub(crate) fn many() -> bool {
    std::env::var_os("BOARDVAULT_MANY").is_some()
}

/// An imitated platform. Its clock moves only when somebody waits, so that rate limits take no time.
pub(crate) struct World {
    pub(crate) platform: &'static Platform,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) sandbox: Running,
    http: reqwest::Client,
}

/// A request as the sandbox has seen it.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: u16,
    /// The body of the request, where it is kept.
    pub(crate) body: Option<String>,
}

impl Call {
    pub(crate) fn is_download(&self) -> bool {
        self.path.contains("/download/")
    }

    /// Whether bytes were asked for at the file storage, where a download leads to.
    pub(crate) fn is_storage(&self) -> bool {
        self.path.starts_with("/storage/")
    }
}

impl World {
    pub(crate) async fn start(platform: &str, world: &str, seed: u64) -> Self {
        let platform = platforms::find(platform).unwrap();
        let clock = Arc::new(ManualClock::new("2026-11-21T12:00:00Z".parse().unwrap()));
        let choice = SandboxChoice { platform: platform.id.into(), world: world.into(), seed, port: 0 };
        let sandbox = sandbox::start(&choice, clock.clone()).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { platform, clock, sandbox, http }
    }

    /// The time in the world, in seconds since it began.
    pub(crate) fn clock_seconds(&self) -> u64 {
        self.clock.monotonic().as_secs()
    }

    async fn control(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let request = self.http.request(method, format!("{}/_sandbox/{path}", self.sandbox.origin));
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Lets the people in the world do something, a while after whatever was before.
    pub(crate) async fn people(&self, what: &str, seed: u64, count: usize) -> Vec<String> {
        self.clock.advance(Duration::from_mins(1));
        let order = json!({"do": what, "seed": seed, "count": count});
        let told = self.control(reqwest::Method::POST, "people", Some(order)).await;
        self.clock.advance(Duration::from_mins(1));
        serde_json::from_value(told).unwrap()
    }

    pub(crate) async fn fault(&self, fault: Value) {
        self.control(reqwest::Method::POST, "faults", Some(json!({"faults": [fault]}))).await;
    }

    pub(crate) async fn no_faults(&self) {
        self.control(reqwest::Method::DELETE, "faults", None).await;
    }

    pub(crate) async fn log(&self) -> Vec<Call> {
        serde_json::from_value(self.control(reqwest::Method::GET, "log", None).await).unwrap()
    }

    pub(crate) async fn forget_log(&self) {
        self.control(reqwest::Method::DELETE, "log", None).await;
    }

    /// Everything that is in the world, by kind.
    pub(crate) async fn state(&self) -> Value {
        self.control(reqwest::Method::GET, "state", None).await
    }

    /// The credential of whoever has this role.
    pub(crate) fn account(&self, role: &str) -> &BTreeMap<String, String> {
        let roles: Vec<&str> = self.sandbox.accounts.iter().map(|account| account.role.as_str()).collect();
        let found = self.sandbox.accounts.iter().find(|account| account.role == role);
        &found.unwrap_or_else(|| panic!("{role} is none of {roles:?}")).credentials
    }

    /// A call to the platform as the person with this role.
    pub(crate) async fn call(&self, role: &str, method: &str, path: &str, body: Value) -> Value {
        self.clock.advance(Duration::from_mins(1));
        let address = format!("{}{path}", self.sandbox.base_url);
        let request = self.http.request(method.parse().unwrap(), address);
        let account = self.account(role);
        // Trello takes a key and a token in the address, the others a token alone.
        let request = match account.get("token") {
            Some(token) if account.len() == 1 => request.bearer_auth(token),
            _ => request.query(account),
        };
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{method} {path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// A call whose body is a file, to a platform whose token stands alone.
    pub(crate) async fn upload(&self, role: &str, path: &str, name: &str, bytes: &'static [u8]) -> Value {
        self.clock.advance(Duration::from_mins(1));
        let request = self.http.post(format!("{}{path}", self.sandbox.base_url));
        let request = request.bearer_auth(&self.account(role)["token"]);
        let disposition = format!("attachment; filename=\"{name}\"");
        let request = request.header("content-disposition", disposition).body(bytes);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}");
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    /// The entity of this kind with this name.
    pub(crate) async fn named(&self, kind: &str, name: &str) -> Value {
        let state = self.state().await;
        let all = state[kind].as_array().unwrap();
        all.iter().find(|entity| entity["name"] == name).unwrap_or_else(|| panic!("no {kind} {name}")).clone()
    }

    /// The id of the entity of this kind with this name.
    pub(crate) async fn id(&self, kind: &str, name: &str) -> String {
        self.named(kind, name).await["id"].as_str().unwrap().to_owned()
    }

    /// The ids of everything that is in the world.
    pub(crate) async fn ids(&self) -> BTreeSet<String> {
        let state = self.state().await;
        let entities = state.as_object().unwrap().values().filter_map(Value::as_array).flatten();
        entities.filter_map(|entity| Some(entity["id"].as_str()?.to_owned())).collect()
    }

    /// How many entities of each kind there are.
    pub(crate) async fn sizes(&self) -> Vec<(String, usize)> {
        let state = self.state().await;
        let kinds = state.as_object().unwrap().iter();
        kinds.filter_map(|(kind, all)| Some((kind.clone(), all.as_array()?.len()))).collect()
    }
}

/// A vault on a disk that can die, with a connection to a world.
pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) disk: Disk,
    pub(crate) stop: watch::Sender<bool>,
    folder: tempfile::TempDir,
    app: Option<App>,
    opened: u64,
}

impl Desk {
    /// A new vault, connected to a Trello account as the workspace's administrator.
    pub(crate) async fn new(world: &str, seed: u64) -> Self {
        Self::of("workspace admin", world, seed).await
    }

    /// A new vault, connected to a Trello account as the person with this role.
    pub(crate) async fn of(role: &str, world: &str, seed: u64) -> Self {
        Self::with(TRELLO, Some(role), world, seed).await
    }

    /// A new vault, connected to an account of a platform as the first person whom its sandbox names.
    pub(crate) async fn on(platform: &str, world: &str, seed: u64) -> Self {
        Self::with(platform, None, world, seed).await
    }

    /// A new vault, connected to an account of a platform as the person with this role, or as the first one.
    pub(crate) async fn with(platform: &str, role: Option<&str>, world: &str, seed: u64) -> Self {
        let desk = Self::apart(World::start(platform, world, seed).await);
        let first = || &desk.world.sandbox.accounts[0].credentials;
        desk.connect(role.map_or_else(first, |role| desk.world.account(role))).await;
        desk
    }

    /// A new vault, connected to an account of a platform by access that the person with this role has lent for a while
    /// and that is not about to end.
    pub(crate) async fn lent(platform: &str, role: &str, world: &str, seed: u64) -> Self {
        let desk = Self::apart(World::start(platform, world, seed).await);
        let mut credentials = desk.world.account(role).clone();
        // The sandboxes name the same parts differently.
        let access = credentials.remove("token").or_else(|| credentials.remove("access_token")).unwrap();
        let later = desk.world.clock.now().checked_add(Duration::from_mins(50)).unwrap();
        let others = [("redirect_uri", "http://127.0.0.1/".to_owned()), ("expires_at", later.to_string())];
        credentials.insert("access_token".to_owned(), access);
        credentials.extend(others.map(|(part, text)| (part.to_owned(), text)));
        desk.connect(&credentials).await;
        desk
    }

    /// A new vault beside a world, connected to nothing.
    fn apart(world: World) -> Self {
        // In memory where there is such a place: the tests wait for thousands of fsyncs.
        let memory = PathBuf::from("/dev/shm");
        let folder =
            if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let (stop, _) = watch::channel(false);
        let mut desk = Self { world, disk: Disk::default(), stop, folder, app: None, opened: 1 };
        let (app, _) = App::create(&desk.vault_dir(), &desk.key(), desk.seams()).unwrap();
        desk.app = Some(app);
        desk
    }

    pub(crate) fn vault_dir(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    pub(crate) fn key(&self) -> Unlock {
        Unlock::KeyFile(self.folder.path().join("key"))
    }

    /// The seams of one process. Every process draws other random numbers.
    pub(crate) fn seams(&self) -> Seams {
        let fs: Arc<dyn Fs> = Arc::new(self.disk.clone());
        Seams {
            fs,
            clock: self.world.clock.clone(),
            random: Arc::new(SeededRandom::new(self.opened)),
            stop: self.stop.subscribe(),
        }
    }

    async fn connect(&self, credentials: &BTreeMap<String, String>) {
        let new = NewConnection {
            name: CONNECTION.into(),
            platform: self.world.platform.id.into(),
            base_url: Some(self.world.sandbox.base_url.clone()),
            credentials: credentials
                .iter()
                .map(|(part, text)| (part.clone(), Secret::new(text.clone())))
                .collect(),
            replace: false,
        };
        connections::add(self.app(), new).await.unwrap();
    }

    pub(crate) fn app(&self) -> &App {
        self.app.as_ref().unwrap()
    }

    /// Ends the process and starts another one on the same vault.
    pub(crate) fn reopen(&mut self) {
        self.reopen_after(Duration::ZERO);
    }

    /// The same, with a pause in between in which nobody has the vault open.
    pub(crate) fn reopen_after(&mut self, pause: Duration) {
        let vault = self.app.take().map(|app| Arc::downgrade(&app.vault));
        // Readings that the end of the process cut off have the vault until they notice.
        while vault.as_ref().is_some_and(|vault| vault.strong_count() > 0) {
            std::thread::yield_now();
        }
        self.world.clock.advance(pause);
        self.disk.mend();
        self.stop.send_replace(false);
        self.opened += 1;
        // The last of them lets go of the vault's lock a moment after it is counted no more.
        let (app, _) = loop {
            match App::open(&self.vault_dir(), &self.key(), self.seams()) {
                Err(error) if error.message.contains("is in use") => std::thread::yield_now(),
                opened => break opened.unwrap(),
            }
        };
        self.app = Some(app);
    }

    pub(crate) async fn try_backup(&self, options: Options) -> Result<Report, Error> {
        backup::backup(self.app(), CONNECTION, options, &Silent).await
    }

    pub(crate) async fn backup(&self, options: Options) -> Report {
        self.try_backup(options).await.unwrap()
    }

    pub(crate) async fn try_plan(
        &self,
        snapshot: &str,
        mode: Mode,
        only: &[&str],
    ) -> Result<SavedPlan, Error> {
        let only = only.iter().map(|&path| path.to_owned()).collect();
        planning::plan(self.app(), &PlanRequest { snapshot: snapshot.to_owned(), mode, only }, &Silent).await
    }

    pub(crate) async fn plan(&self, snapshot: &str, mode: Mode, only: &[&str]) -> SavedPlan {
        self.try_plan(snapshot, mode, only).await.unwrap()
    }

    pub(crate) async fn undo(&self, run: &str) -> SavedPlan {
        planning::undo(self.app(), run, &Silent).await.unwrap()
    }

    pub(crate) async fn try_apply(&self, plan: &SavedPlan) -> Result<Applied, Error> {
        applying::apply(self.app(), &plan.id, true, &Silent).await
    }

    /// Applies a plan that has to succeed to the last step.
    pub(crate) async fn apply(&self, plan: &SavedPlan) -> Applied {
        let applied = self.try_apply(plan).await.unwrap();
        assert_done(&applied);
        applied
    }

    /// Sends the imitation a request as the person whose account is connected.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        self.world.call(&self.world.sandbox.accounts[0].role, method, path, body).await
    }

    /// Merges all of a snapshot, to the last step.
    pub(crate) async fn merge(&self, snapshot: &str) -> Applied {
        self.apply(&self.plan(snapshot, Mode::Merge, &[]).await).await
    }

    /// Checks that a merge of a snapshot has nothing to do.
    pub(crate) async fn assert_settled(&self, snapshot: &str) {
        let again = self.plan(snapshot, Mode::Merge, &[]).await.plan;
        assert_eq!(again.verdict, Verdict::NothingToDo, "{:#?}", again.steps);
    }

    pub(crate) async fn resume(&self, run: &str) -> Result<Applied, Error> {
        applying::resume(self.app(), run, &Silent).await
    }
}

#[track_caller]
pub(crate) fn assert_done(applied: &Applied) {
    assert!(applied.is_complete(), "{:#?}\n{:#?}\n{:#?}", applied.outcome, applied.troubles, applied.check);
}
