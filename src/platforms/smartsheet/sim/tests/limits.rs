use super::*;

/// Asks without letting time pass.
fn at_once(desk: &mut Desk, account: usize, path: &str) -> u16 {
    let request = desk.request(account, "GET", path);
    desk.smartsheet.answer(&request).status
}

#[test]
fn a_token_has_three_hundred_units_a_minute() {
    let mut desk = Desk::new("tiny");
    for _ in 0..300 {
        assert_eq!(at_once(&mut desk, ADA, "/users/me"), 200);
    }
    let request = desk.request(ADA, "GET", "/users/me");
    let (status, answer) = answered(&desk.smartsheet.answer(&request));
    assert_eq!((status, &answer["errorCode"]), (429, &json!(4003)));
    assert_eq!(at_once(&mut desk, BEN, "/users/me"), 200, "tokens do not share a budget");
    desk.clock.advance(Duration::from_mins(1));
    assert_eq!(at_once(&mut desk, ADA, "/users/me"), 200);
}

#[test]
fn attaching_and_cell_history_cost_ten() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Budget");
    let link = json!({"name": "l", "attachmentType": "LINK", "url": "https://example.org"});
    for _ in 0..15 {
        let mut request = desk.request(ADA, "POST", &format!("{}/attachments", sheet.path));
        request.headers.insert("content-type", "application/json".parse().unwrap());
        request.body = serde_json::to_vec(&link).unwrap();
        assert_eq!(desk.smartsheet.answer(&request).status, 200);
    }
    let history = format!("{}/rows/{}/columns/{}/history", sheet.path, sheet.rows[0], sheet.columns["Task"]);
    for _ in 0..15 {
        assert_eq!(at_once(&mut desk, ADA, &history), 200);
    }
    assert_eq!(at_once(&mut desk, ADA, "/users/me"), 429);
}

#[test]
fn one_write_to_a_sheet_has_room_at_a_time_and_reads_need_none() {
    let desk = Desk::new("tiny");
    let rooms = |method, path| desk.smartsheet.rooms(&desk.request(ADA, method, path));
    assert_eq!(rooms("PUT", "/sheets/7/rows"), rooms("POST", "/sheets/7/discussions"));
    assert_ne!(rooms("PUT", "/sheets/7/rows"), rooms("PUT", "/sheets/8/rows"));
    assert!(rooms("GET", "/sheets/7").is_empty() && rooms("POST", "/sheets").is_empty());
    let (status, answer) = answered(&desk.smartsheet.crowded());
    assert_eq!((status, &answer["errorCode"]), (500, &json!(4004)));
}

#[test]
fn sheets_have_an_end() {
    let mut desk = Desk::new("tiny");
    desk.smartsheet.state.rules.rows = 3;
    let sheet = desk.sheet("Budget");
    let rows = format!("{}/rows", sheet.path);
    desk.send("POST", &rows, json!([sheet.row("Task", json!("third"))]));
    assert_eq!(desk.refused("POST", &rows, json!([sheet.row("Task", json!("fourth"))])), (400, 1061));
    desk.smartsheet.state.rules.columns = 2;
    let column = json!([{"title": "X", "type": "DATE", "index": 0}]);
    assert_eq!(desk.refused("POST", &format!("{}/columns", sheet.path), column), (400, 1061));
}
