//! New credentials for connections that there are.

use serde_json::Value;

use super::cli_program::{Place, Ran, Sandbox, run};

/// `connection reconnect acme` with the token of the account at this place in the sandbox's list.
fn reconnect(place: &Place, sandbox: &Sandbox, account: usize) -> Ran {
    let token = sandbox.document["accounts"][account]["credentials"]["token"].as_str().unwrap();
    let mut command = place.command();
    command.args(["connection", "reconnect", "acme"]).env_remove("BOARDVAULT_TRELLO_TOKEN");
    run(&mut command, &format!("{token}\n"))
}

fn account_of(sandbox: &Sandbox, username: &str, role: &str) -> usize {
    let accounts = sandbox.document["accounts"].as_array().unwrap();
    let fits =
        |account: &Value| account["username"] == username && account["role"].as_str().unwrap().contains(role);
    accounts.iter().position(fits).unwrap()
}

#[test]
fn a_new_token_of_the_same_account_takes_the_place_of_the_old_one() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::connected(&sandbox);
    place.run("connection check acme --for restore").ended(0);
    let before = place.run("connection list --json").ended(0).json();

    let reading = account_of(&sandbox, "ada", "without the right to write");
    let done = reconnect(&place, &sandbox, reading).ended(0);
    assert!(
        done.out.contains("Reconnected acme: Trello account of") && done.out.contains("(@ada)"),
        "{done:?}"
    );
    // The new token may do less, which shows that it is the one in use.
    place.run("connection check acme --for restore").ended(3);
    let after = place.run("connection list --json").ended(0).json();
    for same in ["name", "platform", "base_url", "identity"] {
        assert_eq!(before[0][same], after[0][same]);
    }
}

#[test]
fn a_token_of_somebody_else_is_refused_and_the_old_one_stays() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::connected(&sandbox);
    let other = account_of(&sandbox, "ben", "");
    reconnect(&place, &sandbox, other).ended(1).says(&[
        "`acme` is the account of",
        "(@ada)",
        "(@ben)",
        "connection add acme --replace",
    ]);
    place.run("connection check acme --for restore").ended(0);
}

#[test]
fn a_token_that_does_not_work_leaves_the_old_one_in_force() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::connected(&sandbox);
    let mut command = place.command();
    command.args(["connection", "reconnect", "acme"]).env_remove("BOARDVAULT_TRELLO_TOKEN");
    let ran = run(&mut command, "ATTAcanary0123\n").ended(1).says(&["wrong, expired or revoked"]);
    assert!(!ran.err.contains("canary"), "{ran:?}");
    place.run("connection check acme --for restore").ended(0);
    place.run("connection reconnect nope").ended(1).says(&["there is no connection `nope`", "acme"]);
}

#[test]
fn access_is_not_lent_where_the_platform_lends_none() {
    let place = Place::with_vault();
    for flags in ["--oauth", "--paste", "--redirect http://127.0.0.1:1/"] {
        place
            .run(&format!("connection add x --platform trello {flags}"))
            .ended(2)
            .says(&["Trello connections have no OAuth", "Leave `--oauth` out"]);
    }
}

#[test]
fn a_credential_that_ends_is_told_with_the_way_to_a_new_one() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::connected(&sandbox);
    place.run("backup acme").ended(0);
    sandbox.disaster(1);
    let plan = place.run("plan acme@latest --json").ended(0).json();
    let revoked = |method: &str, nth: u32, every: bool| {
        format!(
            r#"{{"faults":[{{"method":"{method}","path":"/1/*","nth":{nth},"every":{every},"kind":"status","status":401,"body":"expired token"}}]}}"#
        )
    };
    let way_out = "`boardvault connection reconnect acme`";

    sandbox.control("faults", &revoked("POST", 3, false));
    let applied = place.run(&format!("apply {}", &plan["id"].as_str().unwrap()[..12])).ended(3);
    assert!(format!("{} {}", applied.out, applied.err).contains(way_out), "{applied:?}");

    sandbox.control("faults", &revoked("GET", 3, true));
    let backup = place.run("backup acme --full").ended(3);
    assert!(backup.out.contains(way_out), "what is missing says why: {backup:?}");
    place.run("plan acme@latest").ended(1).says(&["expired token", way_out]);
    place.run("connection check acme").ended(1).says(&[way_out]);
}
