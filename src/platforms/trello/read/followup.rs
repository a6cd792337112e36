//! What the first answer leaves open: power-ups, comments beyond the limit, and whether there are more cards.
//!
//! These questions travel together in one `/batch` where that works, else one by one.

use serde_json::Value;
use std::sync::atomic::Ordering::Relaxed;

use super::super::Trello;
use super::super::json::text;
use crate::http::shape::entries;
use super::question::{ACTIONS_LIMIT, CARDS_LIMIT, COMMENT_TYPES};
use super::split::Parts;
use super::{all_cards, promised};
use crate::http::client::Query;
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::paging::Backwards;
use crate::http::types::{Intent, Method, Request};
use crate::model::coverage::Missing;

/// Which questions are open.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenEnds {
    /// There are exactly as many cards as a card route may give.
    pub(super) cards: bool,
    /// The power-ups are not known.
    pub(super) power_ups: bool,
    /// There may be more comments.
    pub(super) comments: bool,
}

/// The answers.
#[derive(Debug, Default)]
pub(super) struct More {
    /// All cards again, if there are more than those known.
    pub(super) cards: Vec<Value>,
    /// Power-ups.
    pub(super) power_ups: Vec<Value>,
    /// Comments older than those known.
    pub(super) comments: Vec<Value>,
    /// What the account may not see.
    pub(super) missing: Vec<Missing>,
}

/// Asks what is open.
pub(super) async fn ask(trello: &Trello, board: &str, parts: &Parts, open: &OpenEnds) -> Result<More, ApiFault> {
    let oldest_card = oldest(&parts.cards);
    let oldest_comment = oldest(&parts.comments);
    let mut questions = Vec::new();
    if open.power_ups {
        questions.push(Question { what: What::PowerUps, path: "boardPlugins", query: Vec::new() });
    }
    if let Some(before) = oldest_card.filter(|_| open.cards) {
        // Nothing says which cards a full answer holds. If these are not the newest ones, there are others that
        // "before the oldest" would not find.
        let newest = vec![("fields", "id".to_owned()), ("limit", CARDS_LIMIT.to_string())];
        questions.push(Question { what: What::NewestCards, path: "cards/all", query: newest });
        questions.push(Question { what: What::Cards, path: "cards/all", query: page(before, CARDS_LIMIT, &[("fields", "id")]) });
    }
    if open.comments {
        questions.push(Question { what: What::Comments, path: "actions", query: comment_page(oldest_comment) });
    }
    let mut more = More::default();
    for (what, answer) in answers(trello, board, &questions, &mut more.missing).await? {
        match what {
            What::PowerUps => more.power_ups = answer,
            // Only the ids were asked for, since as a rule there are none.
            What::Cards if answer.is_empty() => {}
            What::NewestCards if answer.iter().all(|card| is_known(&parts.cards, card)) => {}
            What::Cards | What::NewestCards if !more.cards.is_empty() => {}
            What::Cards | What::NewestCards => more.cards = all_cards(trello, board).await?,
            What::Comments => more.comments = answer,
        }
    }
    let cards = if more.cards.is_empty() { &parts.cards } else { &more.cards };
    let promised = promised(cards, "comments");
    rest_of_comments(trello, board, parts, &mut more.comments, promised).await?;
    Ok(more)
}

/// Reads pages of comments until a page is not full or the cards' own counts are reached.
async fn rest_of_comments(
    trello: &Trello,
    board: &str,
    parts: &Parts,
    comments: &mut Vec<Value>,
    promised: Option<u64>,
) -> Result<(), ApiFault> {
    let mut paging = Backwards::new(ACTIONS_LIMIT);
    paging.take(parts.comments.iter().map(|comment| text(comment, "id")));
    let mut next = paging.take(comments.iter().map(|comment| text(comment, "id")));
    while let Some(id) = next.before("comments")? {
        if Some((parts.comments.len() + comments.len()) as u64) == promised {
            break;
        }
        let query = comment_page(Some(&id));
        let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = entries(trello.client.get(&["boards", board, "actions"], &query).await?)?;
        next = paging.take(page.iter().map(|comment| text(comment, "id")));
        comments.extend(page);
    }
    Ok(())
}

#[derive(Debug, Clone, Copy)]
enum What {
    PowerUps,
    NewestCards,
    Cards,
    Comments,
}

#[derive(Debug)]
struct Question {
    what: What,
    path: &'static str,
    query: Vec<(&'static str, String)>,
}

fn is_known(cards: &[Value], card: &Value) -> bool {
    cards.iter().any(|known| text(known, "id") == text(card, "id"))
}

fn oldest(entries: &[Value]) -> Option<&str> {
    entries.iter().map(|entry| text(entry, "id")).min()
}

fn page(before: &str, limit: usize, with: &Query<'static>) -> Vec<(&'static str, String)> {
    let mut query: Vec<_> = with.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    query.extend([("limit", limit.to_string()), ("before", before.to_owned())]);
    query
}

fn comment_page(before: Option<&str>) -> Vec<(&'static str, String)> {
    let mut query = vec![("filter", COMMENT_TYPES.to_owned()), ("limit", ACTIONS_LIMIT.to_string())];
    query.extend(before.map(|before| ("before", before.to_owned())));
    query
}

async fn answers(
    trello: &Trello,
    board: &str,
    questions: &[Question],
    missing: &mut Vec<Missing>,
) -> Result<Vec<(What, Vec<Value>)>, ApiFault> {
    if questions.len() > 1 && !trello.no_batch.load(Relaxed) {
        match batch(trello, board, questions).await {
            Ok(Some(answers)) => return Ok(answers),
            Err(fault) if matches!(fault.class, FaultClass::Stopped | FaultClass::Unauthorised) => return Err(fault),
            // A batch has a shorter time-out than single calls, so it may fail where they do not.
            Ok(None) | Err(_) => trello.no_batch.store(true, Relaxed),
        }
    }
    let mut answers = Vec::new();
    for question in questions {
        let mut path = vec!["boards", board];
        path.extend(question.path.split('/'));
        let query: Vec<_> = question.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        match (question.what, trello.client.get(&path, &query).await) {
            // The inventory of power-ups is no reason to lose the board.
            (What::PowerUps, Err(fault)) if fault.class == FaultClass::Forbidden => {
                missing.push(Missing { key: None, what: "the board's power-ups".to_owned(), why: fault.to_string() });
            }
            (what, answer) => answers.push((what, entries(answer?)?)),
        }
    }
    Ok(answers)
}

/// All questions in one request; nothing when any of them has no good answer.
async fn batch(
    trello: &Trello,
    board: &str,
    questions: &[Question],
) -> Result<Option<Vec<(What, Vec<Value>)>>, ApiFault> {
    let routes: Vec<String> = questions
        .iter()
        .map(|question| {
            // Routes are separated by commas, so a comma within one is escaped once more than the rest.
            let query: Vec<_> =
                question.query.iter().map(|(name, value)| format!("{name}={}", value.replace(',', "%2C"))).collect();
            format!("/boards/{board}/{}?{}", question.path, query.join("&")).trim_end_matches('?').to_owned()
        })
        .collect();
    let url = trello.client.url(&["batch"], &[("urls", &routes.join(","))]);
    let request = Request::new(Method::Get, url, Intent::Read);
    let request = Request { cost: questions.len(), divisible: true, ..request };
    let Value::Array(answer) = trello.client.json(&request).await? else { return Ok(None) };
    if answer.len() != questions.len() {
        return Ok(None);
    }
    let good = |answer: Value| match answer {
        Value::Object(mut object) => match object.remove("200") {
            Some(Value::Array(entries)) => Some(entries),
            _ => None,
        },
        _ => None,
    };
    Ok(answer.into_iter().zip(questions).map(|(answer, question)| Some((question.what, good(answer)?))).collect())
}
