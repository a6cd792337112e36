//! The number of requests that a plan names, compared with those that carrying it out takes.

use std::collections::BTreeMap;

use boardvault::plan::types::Mode;
use boardvault::platforms::PLATFORMS;

use crate::common::{Call, Desk, USUAL};

/// How far a plan may be off, in hundredths.
const TOLERANCE: u64 = 15;

/// The calls by method and path, ids as a star.
fn by_route(log: &[Call]) -> BTreeMap<String, usize> {
    let is_id = |part: &str| part.len() > 8 && part.contains(|c: char| c.is_ascii_digit());
    let route = |path: &str| {
        path.split('/').map(|part| if is_id(part) { "*" } else { part }).collect::<Vec<_>>().join("/")
    };
    let mut routes = BTreeMap::new();
    for call in log {
        *routes.entry(format!("{} {}", call.method, route(&call.path))).or_default() += 1;
    }
    routes
}

/// What is wrong with the estimate for a restore: in merge mode after a disaster, otherwise of what is there.
async fn wrong_estimate(platform: &'static str, world: &'static str, by: Mode) -> Option<String> {
    let desk = Desk::on(platform, world, 1).await;
    let backup = desk.backup(USUAL).await.id.to_string();
    if by == Mode::Merge {
        desk.world.people("disaster", 1, 0).await;
    }
    let plan = desk.plan(&backup, by, &[]).await;
    desk.world.forget_log().await;
    let outcome = desk.try_apply(&plan).await.unwrap().outcome;
    let (said, made) = (plan.plan.requests, outcome.requests);
    let is_right = said.abs_diff(made) * 100 <= made * TOLERANCE;
    let routes = by_route(&desk.world.log().await);
    (!is_right).then(|| format!("{platform}, {world}, {by:?}: {said} said, {made} made: {routes:#?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_tells_how_many_requests_it_takes() {
    let mut wrong = Vec::new();
    for platform in PLATFORMS {
        for world in ["tiny", "nasty"] {
            wrong.extend(wrong_estimate(platform.id, world, Mode::Merge).await);
        }
        wrong.extend(wrong_estimate(platform.id, "tiny", Mode::DeleteBefore).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
