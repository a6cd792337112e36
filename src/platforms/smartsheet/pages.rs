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

/// All entries of a list that has numbered pages.
///
/// Everything is asked for at once; should the answer itself say that there is more, pages follow. A number beyond
/// the last page gives the last page once more, so a page that is the one before ends the reading.
pub(super) async fn numbered(
    smartsheet: &Smartsheet,
    path: &[&str],
    query: &Query<'_>,
) -> Result<Vec<Value>, ApiFault> {
    let mut all_at_once = query.to_vec();
    all_at_once.push(("includeAll", "true"));
    let answer = smartsheet.get(path, &all_at_once).await?;
    let promised = promised(&answer);
    let mut all = entries_of(answer)?;
    if promised.is_none_or(|promised| all.len() >= promised) {
        return Ok(all);
    }
    let mut seen: HashSet<String> = all.iter().map(|entry| text(entry, "id").to_owned()).collect();
    let mut before = Vec::new();
    for page in 1_usize.. {
        let page = page.to_string();
        let mut query = query.to_vec();
        query.extend([("page", page.as_str()), ("pageSize", PAGE)]);
        let entries = entries_of(smartsheet.get(path, &query).await?)?;
        if entries.is_empty() || entries == before {
            break;
        }
        all.extend(entries.iter().filter(|entry| seen.insert(text(entry, "id").to_owned())).cloned());
        if promised.is_some_and(|promised| all.len() >= promised) {
            break;
        }
        before = entries;
    }
    Ok(all)
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
    loop {
        let mut query = query.to_vec();
        query.push(("maxItems", MOST));
        if let Some(key) = &key {
            query.push(("lastKey", key));
        }
        let answer = smartsheet.get(path, &query).await?;
        let next = Some(text(&answer, "lastKey").to_owned()).filter(|next| !next.is_empty());
        all.extend(entries_of(answer)?);
        if next.is_some() && next == key {
            let message = "the answer names itself as the next page";
            return Err(ApiFault::new(FaultClass::Protocol, path.join("/"), message));
        }
        if next.is_none() {
            return Ok(all);
        }
        key = next;
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
    async fn a_last_page_that_comes_again_and_again_ends_the_reading() {
        let page = |ids| answer(&json!({"data": entries(ids), "totalCount": 999}));
        let scripted = Scripted::new([page(0..100), page(0..100), page(100..150), page(100..150)]);
        let all = numbered(&smartsheet(&scripted), &["groups"], &[]).await.unwrap();
        assert_eq!(all.len(), 150);
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
    async fn a_page_that_leads_to_itself_is_an_error() {
        let page = answer(&json!({"data": [], "lastKey": "a"}));
        let scripted = Scripted::new(vec![page; 2]);
        assert!(by_token(&smartsheet(&scripted), &["shares"], &[]).await.is_err());
    }
}
