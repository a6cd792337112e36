use super::*;

#[test]
fn a_proof_is_asked_about_under_the_id_of_its_first_version() {
    let mut desk = Desk::new("tiny");
    let path = format!("{}/proofs", desk.sheet("Launch plan").path);
    let proof = desk.get(&path)["data"][0].clone();
    assert_ne!(proof["id"], proof["originalId"]);
    let own = format!("{path}/{}", proof["originalId"]);
    assert_eq!(desk.get(&own)["version"], 2);
    assert_eq!(ids(&desk.get(&format!("{own}/versions"))["data"]), [&proof["id"], &proof["originalId"]].map(|id| id.as_u64().unwrap()));
    let actions = desk.get(&format!("{own}/requestactions"))["data"].clone();
    assert_eq!([&actions[0]["actionStatus"], &actions[1]["actionStatus"]], ["APPROVED", "PENDING"]);
    assert_eq!(desk.refused("GET", &format!("{path}/{}/versions", proof["id"]), Value::Null), (404, 1006));
}

#[test]
fn what_hangs_on_a_proof_is_none_of_the_sheets_own() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Launch plan");
    let proof = desk.get(&format!("{}/proofs", sheet.path))["data"][0]["originalId"].clone();
    let own = format!("{}/proofs/{proof}", sheet.path);
    let files = ids(&desk.get(&format!("{own}/attachments"))["data"]);
    assert_eq!(files.len(), 1, "those on comments are not among them");
    let talk = desk.get(&format!("{own}/discussions?include=comments,attachments"))["data"].clone();
    assert_eq!(len(&talk[0]["comments"][0]["attachments"]), 1);
    let all = ids(&desk.get(&format!("{}/attachments?includeAll=true", sheet.path))["data"]);
    assert!(!all.contains(&files[0]));
    let all = ids(&desk.get(&format!("{}/discussions?includeAll=true", sheet.path))["data"]);
    assert!(!all.contains(&talk[0]["id"].as_u64().unwrap()));
    let file = desk.get(&format!("{}/attachments/{}", sheet.path, files[0]));
    assert!(text(&file, "url").contains("/storage/"));
}

#[test]
fn nothing_of_a_proof_outlives_its_sheet() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Launch plan");
    desk.send("DELETE", &sheet.path, Value::Null);
    let of_sheet = |kind| desk.smartsheet.state.world.all(kind).filter(|one| text(one, "_sheet") == sheet.id).count();
    assert_eq!([state::DISCUSSION, state::COMMENT, state::ATTACHMENT].map(of_sheet), [0; 3]);
}

#[test]
fn lists_of_update_requests_are_summaries() {
    let mut desk = Desk::new("tiny");
    let path = format!("{}/updaterequests", desk.sheet("Launch plan").path);
    let listed = desk.get(&path)["data"][0].clone();
    assert!(listed.get("rowIds").is_none() && listed["subject"] == "Please update");
    assert_eq!(len(&desk.get(&format!("{path}/{}", listed["id"]))["rowIds"]), 1);
    let sent = desk.get(&path.replace("/update", "/sentupdate"))["data"][0].clone();
    assert_eq!(sent["updateRequestId"], listed["id"]);
}

#[test]
fn profiles_are_for_system_admins_and_for_oneself() {
    let mut desk = Desk::new("tiny");
    let users = desk.get("/users?includeAll=true")["data"].clone();
    let ben = users.as_array().unwrap().iter().find(|user| user["email"] == "ben@acme.example").unwrap()["id"].clone();
    assert!(users[0].get("company").is_none());
    let path = format!("/users/{ben}");
    for (account, company) in [(ADA, json!("Acme")), (BEN, json!("Acme")), (CLEO, Value::Null)] {
        assert_eq!(desk.ask(account, "GET", &path, &Value::Null).1["company"], company, "{account}");
    }
    assert_eq!(desk.get(&path)["alternateEmails"][0]["email"], "ben@else.example");
}
