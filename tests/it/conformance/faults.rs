//! Every fault of the table on the calls of a backup and of a restore: what is said to be done is done, what is missing
//! is named, and once the fault is over the next attempt makes it good.
//!
//! The short version strikes each endpoint at least once, with another fault each time; `BOARDVAULT_MANY=1` strikes
//! every call with every fault. How often a fault strikes in a row takes turns in both.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use boardvault::app::backup::Report;
use boardvault::apply::{Relation, Verdict};
use boardvault::plan::types::Mode;
use boardvault::snapshot::manifest::Status;
use serde_json::{Value, json};

use super::fault_table::{ROWS, Strikes};
use super::{SUBJECTS, Subject, form};
use crate::common::compare;
use crate::common::scene::Scene;
use crate::common::{Desk, FULL, USUAL, World, many};

/// How often calls are spoilt in a row: once, a few times, which patience survives, and for good.
const TIMES: [u64; 3] = [1, 3, 1_000_000];

/// How many calls each fault strikes in the short version.
const SAMPLE: usize = 2;

/// Calls of one endpoint in a reference run.
#[derive(Debug, Clone)]
struct Endpoint {
    method: String,
    /// As a fault names it: ids as `{}`.
    path: String,
    calls: u64,
}

/// A fault on one call of a reference run.
struct Strike {
    subject: &'static Subject,
    how: Strikes,
    faults: Vec<Value>,
}

impl Strike {
    fn about(&self) -> String {
        format!("{}: {}", self.subject.platform, json!(self.faults))
    }

    /// Somebody whose access can be renewed, where that is what goes wrong.
    fn role(&self) -> Option<&'static str> {
        self.subject.lent.filter(|_| self.how != Strikes::AnyCall)
    }

    async fn desk(&self) -> Desk {
        match self.role() {
            Some(role) => Desk::lent(self.subject.platform, role, "tiny", 1).await,
            None => Desk::on(self.subject.platform, "tiny", 1).await,
        }
    }

    async fn begin(&self, world: &World) {
        for fault in &self.faults {
            world.fault(fault.clone()).await;
        }
    }
}

/// The endpoints that a run has used since the log was forgotten.
async fn endpoints(world: &World) -> Vec<Endpoint> {
    let mut counted = BTreeMap::new();
    for call in world.log().await {
        *counted.entry((call.method, form(&call.path, "{}"))).or_insert(0_u64) += 1;
    }
    counted.into_iter().map(|((method, path), calls)| Endpoint { method, path, calls }).collect()
}

/// Where the platform renews access.
fn token_endpoint(world: &World) -> Option<String> {
    let base = world.sandbox.base_url.parse().unwrap();
    world.platform.oauth.map(|oauth| (oauth.token)(&base).path().to_owned())
}

/// A fault on the `nth` call of an endpoint, so many times; nothing where it is no fault of such calls.
fn on(script: &str, endpoint: &Endpoint, nth: u64, times: u64) -> Option<Value> {
    let mut fault: Value = serde_json::from_str(script).unwrap();
    let is_other_method = fault["method"].as_str().is_some_and(|method| method != endpoint.method);
    let ending = fault["path"].as_str().map(|path| path.trim_start_matches('*').to_owned());
    if is_other_method || ending.is_some_and(|ending| !endpoint.path.ends_with(&ending)) {
        return None;
    }
    fault["method"] = endpoint.method.clone().into();
    fault["path"] = endpoint.path.clone().into();
    fault["nth"] = nth.into();
    fault["times"] = times.into();
    Some(fault)
}

/// The faults that strike a run over these endpoints: all of the table on all calls in the long version; otherwise so
/// that the endpoints take turns.
fn strikes(subject: &'static Subject, endpoints: &[Endpoint], token: Option<&str>) -> Vec<Strike> {
    let scripts = ROWS.iter().flat_map(|row| row.scripts);
    let (mut all, mut turn, mut others) = (Vec::new(), 0, 0);
    for (number, &(how, script)) in scripts.enumerate() {
        let (script, then, times): (_, _, &[u64]) = match how {
            Strikes::FurtherPage => continue,
            Strikes::AnyCall => (script, None, &TIMES),
            Strikes::LentAccess | Strikes::LostAccess if subject.lent.is_none() => continue,
            Strikes::LentAccess => (script, None, &[1]),
            Strikes::LostAccess => (REFUSED, Some(script), &[1]),
        };
        // The storage takes no token.
        let takes_it =
            |endpoint: &&Endpoint| how == Strikes::AnyCall || !endpoint.path.starts_with("/storage");
        let fits: Vec<&Endpoint> = endpoints
            .iter()
            .filter(takes_it)
            .filter(|endpoint| on(script, endpoint, 1, 1).is_some())
            .collect();
        let mut strike = |endpoint: &Endpoint, nth, times| {
            let mut faults: Vec<Value> = on(script, endpoint, nth, times).into_iter().collect();
            faults.extend(then.map(|then| {
                let mut fault: Value = serde_json::from_str(then).unwrap();
                fault["path"] = token.unwrap().into();
                fault["every"] = true.into();
                fault
            }));
            all.push(Strike { subject, how, faults });
        };
        if many() {
            for endpoint in &fits {
                let each_time = times.iter().cycle().skip(number);
                (1..=endpoint.calls).zip(each_time).for_each(|(nth, times)| strike(endpoint, nth, *times));
            }
        } else if !fits.is_empty() {
            // Faults of few endpoints have turns of their own, so that they take nobody else's.
            let turn = if fits.len() == endpoints.len() { &mut turn } else { &mut others };
            for _ in 0..SAMPLE {
                let endpoint = fits[*turn % fits.len()];
                let round = *turn / fits.len();
                let nth = 1 + u64::try_from(round).unwrap() % endpoint.calls;
                strike(endpoint, nth, times[(*turn + round) % times.len()]);
                *turn += 1;
            }
        }
    }
    all
}

const REFUSED: &str = r#"{"kind":"status","status":401,"body":"{}"}"#;

/// Strikes one after the other, and tells of all that were not survived.
async fn survived<F: Future<Output = ()> + Send + 'static>(
    strikes: Vec<Strike>,
    endpoints: &[Endpoint],
    survives: impl Fn(Strike) -> F,
) {
    let is_struck = |endpoint: &Endpoint| {
        strikes.iter().any(|strike| {
            strike.faults[0]["path"] == *endpoint.path && strike.faults[0]["method"] == *endpoint.method
        })
    };
    let spared: Vec<_> = endpoints.iter().filter(|endpoint| !is_struck(endpoint)).collect();
    assert!(spared.is_empty(), "never struck: {spared:#?}");
    let mut wrong = BTreeSet::new();
    let count = strikes.len();
    println!("{count} strikes on {} endpoints", endpoints.len());
    for strike in strikes {
        let about = strike.about();
        // A task of its own, so that one panic does not hide the others.
        if tokio::spawn(survives(strike)).await.is_err() {
            println!("not survived: {about}");
            wrong.insert(about);
        }
    }
    assert!(wrong.is_empty(), "{} of {count}: {wrong:#?}", wrong.len());
}

async fn backup_survives(strike: Strike) {
    let about = strike.about();
    let mut desk = strike.desk().await;
    strike.begin(&desk.world).await;
    let spoilt = desk.try_backup(USUAL).await;
    desk.world.no_faults().await;
    // The next attempt is a process of its own: what a platform refuses for good is not asked for twice in one.
    desk.reopen();
    let next = desk.backup(USUAL).await;
    let wanted = compare::side(desk.app(), desk.backup(FULL).await.id);
    let differences = |report: &Report| {
        let stored = compare::side(desk.app(), report.id);
        let other = wanted.iter().filter(|(key, record)| stored.get(key) != Some(record)).map(|(key, _)| key);
        let strange = stored.keys().filter(|key| !wanted.contains_key(key));
        other.chain(strange).cloned().collect::<Vec<_>>()
    };
    assert_eq!(next.manifest.status, Status::Complete, "{about}: {:?}", next.manifest.missing);
    let other = differences(&next);
    assert!(other.is_empty(), "{about}: not made good: {other:?}");
    match spoilt {
        Ok(report) if report.manifest.status == Status::Complete => {
            let other = differences(&report);
            assert!(other.is_empty(), "{about}: called complete, and not or otherwise stored: {other:?}");
        }
        Ok(report) => {
            assert!(!report.manifest.missing.is_empty(), "{about}: partial without a reason");
            assert!(strike.how != Strikes::LentAccess, "{about}: noticed: {:?}", report.manifest.missing);
        }
        Err(error) => {
            assert!(!error.message.is_empty(), "{about}");
            assert!(strike.how != Strikes::LentAccess, "{about}: noticed: {error}");
        }
    }
}

async fn backups(subject: &'static Subject) {
    let desk = Desk::on(subject.platform, "tiny", 1).await;
    desk.world.forget_log().await;
    desk.backup(USUAL).await;
    let endpoints = endpoints(&desk.world).await;
    let strikes = strikes(subject, &endpoints, token_endpoint(&desk.world).as_deref());
    survived(strikes, &endpoints, backup_survives).await;
}

async fn restore_survives(strike: Strike) {
    let about = strike.about();
    let mut scene = Scene::after(strike.desk().await, 1, ("disaster", 0)).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    strike.begin(&scene.desk.world).await;
    let first = scene.desk.try_apply(&plan).await;
    scene.desk.world.no_faults().await;
    if !first.as_ref().is_ok_and(|applied| applied.outcome.verdict == Verdict::Complete) {
        assert!(strike.how != Strikes::LentAccess, "{about}: noticed");
        scene.desk.reopen();
        let run = boardvault::app::runs::list(scene.desk.app()).unwrap().pop();
        let ended = match run {
            Some(run) if run.outcome().is_none_or(|outcome| outcome.verdict == Verdict::Interrupted) => {
                scene.desk.resume(&run.id).await.map(drop)
            }
            Some(_) => Ok(()),
            None => scene.desk.try_apply(&plan).await.map(drop),
        };
        ended.unwrap_or_else(|error| panic!("{about}: {error}: {:?}", error.hints));
    }
    // Steps that the fault made fail are planned again; nothing is made twice.
    let rest = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    if !rest.plan.steps.is_empty() {
        scene.desk.apply(&rest).await;
    }
    let found = scene.now().await;
    let compared = scene.compare(&scene.wanted, &found, &plan.plan, Relation::Restored);
    compared.assert_same(&about);
    let strange: Vec<_> =
        compared.extra(&found).into_iter().filter(|key| !scene.damaged.contains_key(key)).collect();
    assert!(strange.is_empty(), "{about}: made twice: {strange:?}");
}

async fn restores(subject: &'static Subject) {
    let scene = Scene::on(subject.platform, "tiny", 1, ("disaster", 0)).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    scene.desk.world.forget_log().await;
    scene.desk.apply(&plan).await;
    let endpoints = endpoints(&scene.desk.world).await;
    let strikes = strikes(subject, &endpoints, token_endpoint(&scene.desk.world).as_deref());
    survived(strikes, &endpoints, restore_survives).await;
}

/// The tests of each platform are its own, so that they run side by side and one can be run alone.
macro_rules! on_each_platform {
    ($($platform:ident),*) => {
        const TESTED: &[&str] = &[$(stringify!($platform)),*];

        $(mod $platform {
            use super::{Subject, SUBJECTS};

            fn subject() -> &'static Subject {
                SUBJECTS.iter().find(|subject| subject.platform == stringify!($platform)).unwrap()
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn a_backup_called_complete_is_complete_whatever_became_of_any_call() {
                super::backups(subject()).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn a_restore_ends_as_planned_whatever_became_of_any_call() {
                super::restores(subject()).await;
            }
        })*
    };
}

on_each_platform!(trello, asana, smartsheet);

#[test]
fn every_platform_is_struck() {
    assert_eq!(SUBJECTS.iter().map(|subject| subject.platform).collect::<Vec<_>>(), TESTED);
}
