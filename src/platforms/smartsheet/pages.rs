//! Lists that come in pages. Smartsheet has two ways: pages by number, and pages by a token for the next one.

use std::collections::HashSet;

use serde_json::Value;

use super::Smartsheet;
use super::json::{object, text};
use crate::http::client::Query;
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::shape;

/// The most entries of a page by token.
const MOST: &str = "1000";
/// Entries of a page by number, where everything at once was not everything.
const PAGE: &str = "100";
/// How often a list is asked for from its beginning because its place was forgotten.
const RESTARTS: u32 = 3;

/// A list with numbered pages, as far as it came.
pub(super) struct Listed {
    /// What came.
    pub(super) entries: Vec<Value>,
    /// How many entries the list says that it has.
    pub(super) promised: Option<usize>,
    /// What says so, where fewer came than the list says that it has, however it was asked.
    pub(super) short: Option<ApiFault>,
}

/// All entries of a list that has numbered pages.
pub(super) async fn numbered(
    smartsheet: &Smartsheet,
    path: &[&str],
    query: &Query<'_>,
) -> Result<Vec<Value>, ApiFault> {
    let listed = listed(smartsheet, path, query).await?;
    // Taken for the whole list, what is missing would be missing from something that is called complete.
    listed.short.map_or(Ok(listed.entries), Err)
}

/// What comes of a list that has numbered pages.
///
/// Everything is asked for at once; should the answer itself say that there is more, pages follow. A number beyond
/// the last page gives the last page once more, so a page that is the one before ends the reading.
pub(super) async fn listed(smartsheet: &Smartsheet, path: &[&str], query: &Query<'_>) -> Result<Listed, ApiFault> {
    let mut all_at_once = query.to_vec();
    all_at_once.push(("includeAll", "true"));
    let answer = smartsheet.get(path, &all_at_once).await?;
    let promised = promised(&answer);
    let mut seen = HashSet::new();
    let mut is_new = |entry: &Value| text(entry, "id").is_empty() || seen.insert(text(entry, "id").to_owned());
    let mut all = entries_of(answer)?;
    all.retain(&mut is_new);
    // What has no id cannot be told from what came before: it is taken up to what was promised, and from pages alone.
    let has_ids = all.iter().all(|entry| !text(entry, "id").is_empty());
    let most = promised.filter(|_| !has_ids).unwrap_or(usize::MAX);
    if promised.is_none_or(|promised| all.len() >= promised) {
        all.truncate(most);
        return Ok(Listed { entries: all, promised, short: None });
    }
    if !has_ids {
        all.clear();
    }
    let mut before = Vec::new();
    for page in 1_usize.. {
        let page = page.to_string();
        let mut query = query.to_vec();
        query.extend([("page", page.as_str()), ("pageSize", PAGE)]);
        let entries = entries_of(smartsheet.get(path, &query).await?)?;
        if entries.is_empty() || entries == before {
            break;
        }
        all.extend(entries.iter().filter(|entry| is_new(entry)).cloned());
        if promised.is_some_and(|promised| all.len() >= promised) {
            all.truncate(most);
            return Ok(Listed { entries: all, promised, short: None });
        }
        before = entries;
    }
    let message = format!("only {} entries of {} came", all.len(), promised.unwrap_or_default());
    let short = Some(ApiFault::new(FaultClass::Protocol, path.join("/"), message));
    Ok(Listed { entries: all, promised, short })
}

/// The entries of a page. Shares come under another name than everything else.
fn entries_of(answer: Value) -> Result<Vec<Value>, ApiFault> {
    let mut answer = object(answer);
    let entries = answer.remove("data").or_else(|| answer.remove("items"));
    shape::entries(entries.unwrap_or_default())
}

fn promised(answer: &Value) -> Option<usize> {
    let total = answer.get("totalCount")?.as_u64()?;
    usize::try_from(total).ok()
}

/// All entries of a list whose pages name the next one. A page may be short or empty and yet not the last.
pub(super) async fn by_token(
    smartsheet: &Smartsheet,
    path: &[&str],
    query: &Query<'_>,
) -> Result<Vec<Value>, ApiFault> {
    let mut all = Vec::new();
    let mut key: Option<String> = None;
    let mut led_to = HashSet::new();
    let mut restarts = 0;
    loop {
        let mut query = query.to_vec();
        query.push(("maxItems", MOST));
        if let Some(key) = &key {
            query.push(("lastKey", key));
        }
        let answer = match smartsheet.get(path, &query).await {
            // The place in the list was forgotten: nothing but its beginning is left to ask for.
            Err(fault) if fault.class == FaultClass::Invalid && key.is_some() && restarts < RESTARTS => {
                restarts += 1;
                all.clear();
                led_to.clear();
                key = None;
                continue;
            }
            answer => answer?,
        };
        let next = Some(text(&answer, "lastKey").to_owned()).filter(|next| !next.is_empty());
        all.extend(entries_of(answer)?);
        let Some(next) = next else { return Ok(all) };
        if !led_to.insert(next.clone()) {
            let message = "a page leads back to one that was read before";
            return Err(ApiFault::new(FaultClass::Protocol, path.join("/"), message));
        }
        key = Some(next);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::testing::{Answer, Scripted};
    use crate::platforms::smartsheet::testing::smartsheet;

    fn answer(value: &Value) -> Answer {
        Answer::json(200, &value.to_string())
    }

    fn entries(ids: std::ops::Range<u64>) -> Vec<Value> {
        ids.map(|id| json!({"id": id})).collect()
    }

    #[tokio::test]
    async fn one_answer_with_everything_is_enough() {
        for total in [0_u64, 1, 250] {
            let page = json!({"data": entries(0..total), "totalCount": total, "totalPages": 1});
            let scripted = Scripted::new([answer(&page)]);
            let all = numbered(&smartsheet(&scripted), &["groups"], &[]).await.unwrap();
            assert_eq!((all.len() as u64, scripted.calls().len()), (total, 1));
        }
    }

    #[tokio::test]
    async fn an_answer_that_admits_that_there_is_more_is_followed_by_pages() {
        let page = |ids| answer(&json!({"data": entries(ids), "totalCount": 250}));
        let scripted = Scripted::new([page(0..100), page(0..100), page(100..200), page(200..250)]);
        let all = numbered(&smartsheet(&scripted), &["groups"], &[]).await.unwrap();
        assert_eq!((all.len(), scripted.calls().len()), (250, 4));
    }

    #[tokio::test]
    async fn entries_without_ids_are_taken_from_the_pages_alone_however_alike_they_are() {
        let page = |count: usize| answer(&json!({"data": vec![json!({"status": "PENDING"}); count], "totalCount": 180}));
        let scripted = Scripted::new([page(100), page(100), page(80)]);
        let all = numbered(&smartsheet(&scripted), &["requestactions"], &[]).await.unwrap();
        assert_eq!((all.len(), scripted.calls().len()), (180, 3));
    }

    #[tokio::test]
    async fn no_more_entries_without_ids_are_taken_than_there_are() {
        let doubled = json!({"data": [{"status": "PENDING"}, {"status": "PENDING"}], "totalCount": 1});
        let scripted = Scripted::new([answer(&doubled)]);
        let all = numbered(&smartsheet(&scripted), &["requestactions"], &[]).await.unwrap();
        assert_eq!(all.len(), 1);
    }

    #[tokio::test]
    async fn fewer_entries_than_promised_are_not_taken_for_the_list() {
        let page = |ids| answer(&json!({"data": entries(ids), "totalCount": 999}));
        let scripted = Scripted::new([page(0..100), page(0..100), page(100..150), page(100..150)]);
        let fault = numbered(&smartsheet(&scripted), &["groups"], &[]).await.unwrap_err();
        assert_eq!(fault.to_string(), "groups: only 150 entries of 999 came");
    }

    #[tokio::test]
    async fn what_came_of_a_list_that_came_short_is_told_with_what_it_promised() {
        let page = |ids| answer(&json!({"data": entries(ids), "totalCount": 4}));
        let scripted = Scripted::new([page(0..2), page(0..3), page(0..3)]);
        let listed = listed(&smartsheet(&scripted), &["groups"], &[]).await.unwrap();
        assert_eq!((listed.entries.len(), listed.promised, listed.short.is_some()), (3, Some(4), true));
    }

    #[tokio::test]
    async fn short_and_empty_pages_are_not_the_last_ones() {
        let scripted = Scripted::new([
            answer(&json!({"data": entries(0..3), "lastKey": "a"})),
            answer(&json!({"data": [], "lastKey": "b"})),
            answer(&json!({"items": entries(3..5), "lastKey": null})),
        ]);
        let all = by_token(&smartsheet(&scripted), &["shares"], &[("assetType", "sheet")]).await.unwrap();
        assert_eq!(all.len(), 5);
        assert!(scripted.calls()[2].contains("lastKey=b"), "{:?}", scripted.calls());
    }

    #[tokio::test]
    async fn a_forgotten_place_in_a_list_starts_it_again() {
        let page = |ids, next: Option<&str>| answer(&json!({"data": entries(ids), "lastKey": next}));
        let forgotten = || Answer::json(400, r#"{"errorCode":1018,"message":"The value of 'lastKey' is invalid."}"#);
        let scripted = Scripted::new([page(0..2, Some("a")), forgotten(), page(0..3, Some("b")), page(3..5, None)]);
        let all = by_token(&smartsheet(&scripted), &["shares"], &[]).await.unwrap();
        assert_eq!(all, entries(0..5).into_iter().map(|mut e| { e["id"] = e["id"].to_string().into(); e }).collect::<Vec<_>>());
        let scripted = Scripted::new((0..4).flat_map(|_| [page(0..2, Some("a")), forgotten()]));
        assert!(by_token(&smartsheet(&scripted), &["shares"], &[]).await.is_err());
    }

    #[tokio::test]
    async fn pages_that_lead_in_a_circle_are_an_error() {
        for circle in [&["a"][..], &["a", "b"]] {
            let pages = circle.iter().cycle().map(|next| answer(&json!({"data": [], "lastKey": next})));
            let scripted = Scripted::new(pages.take(circle.len() + 1));
            assert!(by_token(&smartsheet(&scripted), &["shares"], &[]).await.is_err(), "{circle:?}");
        }
    }
}
