use super::*;

/// Asks without letting time pass.
fn at_once(desk: &mut Desk, account: usize, path: &str) -> Reply {
    let request = desk.request(account, "GET", path);
    desk.asana.answer(&request)
}

fn wait(reply: &Reply) -> u64 {
    let header = reply.headers.iter().find(|(name, _)| name == "retry-after");
    header.map(|(_, seconds)| seconds.parse().unwrap()).unwrap()
}

#[test]
fn a_free_account_has_150_requests_a_minute_and_a_paid_one_1500() {
    for (account, budget) in [(EVE, 150), (ADA, 1_500)] {
        let mut desk = Desk::new("tiny");
        for _ in 0..budget {
            assert_eq!(at_once(&mut desk, account, "/users/me").status, 200);
        }
        let refused = at_once(&mut desk, account, "/users/me");
        assert_eq!((refused.status, wait(&refused)), (429, 60));
        desk.clock.advance(Duration::from_secs(59));
        assert_eq!(wait(&at_once(&mut desk, account, "/users/me")), 1);
        desk.clock.advance(Duration::from_secs(1));
        assert_eq!(at_once(&mut desk, account, "/users/me").status, 200);
    }
}

#[test]
fn tokens_do_not_share_a_budget() {
    let mut desk = Desk::new("tiny");
    for _ in 0..1_501 {
        at_once(&mut desk, ADA, "/users/me");
    }
    assert_eq!(at_once(&mut desk, ADA, "/users/me").status, 429);
    assert_eq!(at_once(&mut desk, BEN, "/users/me").status, 200);
    assert_eq!(at_once(&mut desk, APP, "/users/me").status, 200, "the same person with another token");
}

#[test]
fn a_batch_counts_for_what_is_in_it_and_fails_whole() {
    let mut desk = Desk::new("tiny");
    let action = json!({"method": "get", "relative_path": "/users/me"});
    let batch = |desk: &mut Desk, actions: usize| {
        let mut request = desk.request(EVE, "POST", "/batch");
        request.params.extend([("data".to_owned(), json!({"actions": vec![action.clone(); actions]}))]);
        desk.asana.answer(&request).status
    };
    for _ in 0..14 {
        assert_eq!(batch(&mut desk, 10), 200);
    }
    assert_eq!(batch(&mut desk, 5), 200);
    assert_eq!(batch(&mut desk, 6), 429, "five are left, so none of six is answered");
    assert_eq!(at_once(&mut desk, EVE, "/users/me").status, 429, "what was refused has counted");
}

#[test]
fn sixty_searches_a_minute() {
    let mut desk = Desk::new("tiny");
    let path = format!("/workspaces/{}/tasks/search?text=x", desk.organization());
    for _ in 0..60 {
        assert_eq!(at_once(&mut desk, ADA, &path).status, 200);
    }
    assert_eq!(at_once(&mut desk, ADA, &path).status, 429);
    assert_eq!(at_once(&mut desk, ADA, "/users/me").status, 200);
}

#[test]
fn fifty_reads_and_fifteen_writes_at_the_same_time() {
    let mut desk = Desk::new("tiny");
    let rooms = crate::sim::rooms::Rooms::default();
    let mut present = Vec::new();
    for (account, method, places) in [(ADA, "GET", 50), (ADA, "PUT", 15), (BEN, "DELETE", 15)] {
        for _ in 0..places {
            present.push(rooms.enter(desk.asana.rooms(&desk.request(account, method, "/tasks/5"))).unwrap());
        }
        assert!(rooms.enter(desk.asana.rooms(&desk.request(account, method, "/tasks/5"))).is_none());
    }
    drop(present);
    let mut batch = desk.request(ADA, "POST", "/batch");
    let write = json!({"method": "post", "relative_path": "/tasks"});
    batch.params.extend([("data".to_owned(), json!({"actions": vec![write; 10]}))]);
    let _ten = rooms.enter(desk.asana.rooms(&batch)).unwrap();
    assert!(rooms.enter(desk.asana.rooms(&batch)).is_none(), "twenty writes do not fit");
    assert_eq!(desk.asana.answer(&batch).status, 200);
}
