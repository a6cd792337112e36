//! The two ways in which lists come in pages, and the one with tokens under another name.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::input;
use super::refusal::Refusal;
use super::state::Rules;
use crate::sim::request::Params;

/// Things on a page when nothing else is said.
const DEFAULT: usize = 100;
/// Things on the largest page.
const LARGEST: usize = 10_000;
/// Token pages have so many things times one to ten.
const TOKEN_STEP: usize = 100;
/// How many steps the largest token page has.
const TOKEN_STEPS: usize = 10;

/// Where a page lies among `count` things.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// Counts from 1.
    pub(super) number: usize,
    /// Things on a full page; none when everything came at once.
    pub(super) size: Option<usize>,
    /// Pages altogether.
    pub(super) pages: usize,
    /// What is on it.
    pub(super) range: std::ops::Range<usize>,
}

/// Reads `page`, `pageSize` and `includeAll`. A page past the end is the last page.
pub(super) fn page(query: &Params, rules: &Rules, count: usize) -> Result<Page, Refusal> {
    let all = input::flag(query, "includeAll")?;
    let [number, size] = ["page", "pageSize"].map(|name| match input::number(query, name) {
        Ok(Some(0)) => Err(Refusal::about(1018, name)),
        other => other,
    });
    let (number, size) = (number?.unwrap_or(1), size?.unwrap_or(DEFAULT).min(LARGEST).min(rules.longest_page));
    if all {
        return Ok(Page { number: 1, size: None, pages: usize::from(count > 0), range: 0..count.min(rules.longest_page) });
    }
    let pages = count.div_ceil(size);
    let number = number.min(pages.max(1));
    let start = (number - 1) * size;
    Ok(Page { number, size: Some(size), pages, range: start..count.min(start + size) })
}

/// A list in numbered pages.
pub(super) fn numbered(query: &Params, rules: &Rules, all: Vec<Value>) -> Result<Value, Refusal> {
    let count = all.len();
    let Page { number, size, pages, range } = page(query, rules, count)?;
    let data: Vec<Value> = all.into_iter().skip(range.start).take(range.len()).collect();
    Ok(json!({
        "pageNumber": number, "pageSize": size, "totalPages": pages, "totalCount": count, "data": data,
    }))
}

/// A list in pages that tell the key of the next one. They may be shorter than asked for, which the platform
/// reserves itself. `field` is `data`, or `items` for shares.
pub(super) fn by_key(query: &Params, rules: &Rules, all: Vec<Value>, field: &str) -> Result<Value, Refusal> {
    let invalid = |name: &str| Refusal::about(1018, name);
    let most = input::number(query, "maxItems")?.unwrap_or(DEFAULT);
    if most % TOKEN_STEP != 0 || !(1..=TOKEN_STEPS).contains(&(most / TOKEN_STEP)) {
        return Err(invalid("maxItems"));
    }
    let start = match query.text("lastKey").filter(|key| !key.is_empty()) {
        None => 0,
        Some(key) => position(&key).filter(|start| *start < all.len()).ok_or_else(|| invalid("lastKey"))?,
    };
    let most = if rules.short_pages { most / 2 + 1 } else { most }.min(rules.longest_page);
    let end = all.len().min(start + most);
    let more = end < all.len();
    let mut answer = json!({});
    answer[field] = all.into_iter().skip(start).take(end - start).collect();
    if more {
        answer["lastKey"] = key(end).into();
    }
    Ok(answer)
}

/// The key of the page that begins at a position: nothing that a client could guess the next one from.
fn key(position: usize) -> String {
    let check = blake3::hash(format!("smartsheet page {position}").as_bytes()).to_hex();
    let mut key = format!("{position:x}-");
    let _ = write!(key, "{}", check.get(..16).unwrap_or_default());
    key
}

fn position(text: &str) -> Option<usize> {
    let (position, _) = text.split_once('-')?;
    let position = usize::from_str_radix(position, 16).ok()?;
    (key(position) == text).then_some(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn things(count: usize) -> Vec<Value> {
        (0..count).map(Value::from).collect()
    }

    fn lengths(count: usize) -> (usize, Value, Value) {
        let answer = numbered(&Params::default(), &Rules::default(), things(count)).unwrap();
        (answer["data"].as_array().unwrap().len(), answer["totalPages"].clone(), answer["totalCount"].clone())
    }

    #[test]
    fn numbered_pages_have_a_hundred_things_unless_asked() {
        for (count, on_page, pages) in
            [(0, 0, 0), (1, 1, 1), (99, 99, 1), (100, 100, 1), (101, 100, 2), (300, 100, 3)]
        {
            assert_eq!(lengths(count), (on_page, json!(pages), json!(count)));
        }
    }

    #[test]
    fn a_page_past_the_end_is_the_last_page() {
        let at =
            |number| numbered(&Params::from_query(&format!("page={number}&pageSize=2")), &Rules::default(), things(5)).unwrap();
        assert_eq!(at(3)["data"], json!([4]));
        assert_eq!(at(9), at(3));
    }

    #[test]
    fn including_all_ignores_the_page() {
        let answer = numbered(&Params::from_query("includeAll=true&page=2&pageSize=1"), &Rules::default(), things(250)).unwrap();
        assert_eq!(answer["data"].as_array().unwrap().len(), 250);
        assert_eq!((&answer["pageNumber"], &answer["totalPages"]), (&json!(1), &json!(1)));
    }

    #[test]
    fn page_numbers_begin_with_one() {
        assert!(numbered(&Params::from_query("page=0"), &Rules::default(), things(1)).is_err());
        assert!(numbered(&Params::from_query("pageSize=-1"), &Rules::default(), things(1)).is_err());
    }

    fn walk(count: usize, query: &str, short: bool) -> Vec<usize> {
        let rules = Rules { short_pages: short, ..Rules::default() };
        let (mut key, mut pages) = (String::new(), Vec::new());
        loop {
            let query = Params::from_query(&format!("{query}&lastKey={key}"));
            let answer = by_key(&query, &rules, things(count), "data").unwrap();
            pages.push(answer["data"].as_array().unwrap().len());
            match answer["lastKey"].as_str() {
                Some(next) => key = next.to_owned(),
                None => return pages,
            }
        }
    }

    #[test]
    fn token_pages_end_when_there_is_no_key() {
        for (count, pages) in [
            (0, vec![0]),
            (1, vec![1]),
            (99, vec![99]),
            (100, vec![100]),
            (101, vec![100, 1]),
            (300, vec![100, 100, 100]),
        ] {
            assert_eq!(walk(count, "", false), pages);
        }
        assert_eq!(walk(1_001, "maxItems=1000", false), [1_000, 1]);
        assert_eq!(walk(100, "maxItems=100", true), [51, 49], "pages may be short");
    }

    #[test]
    fn token_pages_are_hundreds_and_keys_are_not_guessed() {
        for bad in ["maxItems=50", "maxItems=0", "maxItems=1100", "maxItems=150", "lastKey=1", "lastKey=64-0"]
        {
            assert!(by_key(&Params::from_query(bad), &Rules::default(), things(300), "data").is_err(), "{bad}");
        }
    }
}
