//! The strictness of the sandbox, call by call.

use std::sync::Arc;

use super::*;
use crate::base::clock::{ManualClock, Timestamp};

#[test]
fn every_world_can_be_built() {
    for world in ["tiny", "typical", "nasty", "large:25", "cost-1000"] {
        let start: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let settings = SandboxSettings {
            origin: "http://127.0.0.1:1".to_owned(),
            storage_origin: "http://localhost:1".to_owned(),
            world: world.to_owned(),
            seed: 1,
            clock,
        };
        open(&settings).map(|_| ()).unwrap_or_else(|error| panic!("{world}: {error}"));
    }
}
