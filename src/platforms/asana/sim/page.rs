//! Lists: pages of at most a hundred entries, and tokens that lead to the next page.

use serde_json::{Value, json};

use super::call::{Answer, Call, Outcome};
use super::refusal::Refusal;
use super::state::derived;
use super::views::Shape;
use crate::sim::world::Kind;

/// Seconds for which the token of a next page is good.
const TOKEN_SECONDS: i64 = 15 * 60;
/// Lists that are longer have to be asked for in pages.
const LONGEST_UNPAGED: usize = 1_000;

impl Call<'_> {
    /// A list of records. Records come compact unless `opt_fields` asks for something else.
    pub(super) fn list(&mut self, kind: Kind, ids: &[String]) -> Outcome {
        let (ids, next) = self.page(ids)?;
        let selection = self.selection(kind);
        let shape = selection.as_ref().map_or(Shape::Compact, Shape::Named);
        let data: Vec<Value> = ids.iter().map(|id| self.state.view(self.caller, kind, id, shape)).collect();
        let mut body = json!({"data": data});
        if let Some(next) = next {
            body["next_page"] = next;
        }
        Ok(Answer::with(200, body))
    }

    /// A list that is given whole up to a length and cut there.
    #[expect(clippy::unnecessary_wraps, reason = "calls end with it, and calls can be refused")]
    pub(super) fn cut_list(&mut self, kind: Kind, ids: &[String], longest: usize) -> Outcome {
        let selection = self.selection(kind);
        let shape = selection.as_ref().map_or(Shape::Compact, Shape::Named);
        let shown = ids.iter().take(longest);
        let data: Vec<Value> = shown.map(|id| self.state.view(self.caller, kind, id, shape)).collect();
        Ok(Answer::with(200, json!({"data": data})))
    }

    /// How many entries a page may have, when the list shall be given in pages.
    pub(super) fn limit(&self) -> Result<Option<usize>, Refusal> {
        let Some(text) = self.query.text("limit") else { return Ok(None) };
        let limit = text.parse().ok().filter(|limit| (1..=100).contains(limit));
        limit.map(Some).ok_or_else(|| Refusal::invalid("limit", "Must be between 1 and 100"))
    }

    /// The ids on the page that is asked for, and where the next page is (when the list is given in pages).
    fn page(&self, ids: &[String]) -> Result<(Vec<String>, Option<Value>), Refusal> {
        let limit = self.limit()?;
        let offset = self.query.text("offset");
        let Some(limit) = limit else {
            if offset.is_some() {
                return Err(Refusal::invalid("offset", "Can only be used together with limit"));
            }
            if ids.len() > LONGEST_UNPAGED {
                return Err(Refusal::wrong(
                    "The result is too large. You should use pagination (may require specifying a workspace)!",
                ));
            }
            return Ok((ids.to_vec(), None));
        };
        let start = offset.map_or(Ok(0), |token| self.follow(&token, ids))?;
        let longest = self.state.rules.longest_list;
        if start >= longest {
            return Err(Refusal::wrong(
                "The result set is too large and was truncated. Narrow your request, for example by section.",
            ));
        }
        let end = (start + limit.min(self.state.rules.longest_page)).min(ids.len()).min(longest);
        let page = ids.get(start..end).unwrap_or_default().to_vec();
        let next = page.last().filter(|_| end < ids.len()).map(|last| self.next_page(limit, end, last));
        Ok((page, Some(next.unwrap_or_default())))
    }

    fn next_page(&self, limit: usize, at: usize, last: &str) -> Value {
        let issued = self.state.now.as_second();
        let token = format!("{issued:x}-{at:x}-{last}-{}", self.signature(issued, at, last));
        let mut query = format!("limit={limit}&offset={token}");
        if let Some(fields) = self.query.text("opt_fields") {
            query.extend(["&opt_fields=", &fields]);
        }
        let path = format!("{}?{query}", self.path);
        json!({"offset": token, "path": path, "uri": format!("{}/api/1.0{path}", self.state.origin)})
    }

    /// Where the page begins to which a token leads: behind the last entry of the page before, wherever that
    /// is by now.
    fn follow(&self, token: &str, ids: &[String]) -> Result<usize, Refusal> {
        let invalid = || Refusal::invalid("offset", "Your pagination token is invalid.");
        let parts: Vec<&str> = token.split('-').collect();
        let [issued, at, last, signature] = parts.as_slice() else { return Err(invalid()) };
        let issued = i64::from_str_radix(issued, 16).map_err(|_| invalid())?;
        let at = usize::from_str_radix(at, 16).map_err(|_| invalid())?;
        if *signature != self.signature(issued, at, last) {
            return Err(invalid());
        }
        if self.state.now.as_second() > issued + TOKEN_SECONDS {
            return Err(Refusal::invalid("offset", "Your pagination token has expired."));
        }
        Ok(ids.iter().position(|id| id == last).map_or_else(|| at.min(ids.len()), |at| at + 1))
    }

    /// Tokens belong to one list.
    fn signature(&self, issued: i64, at: usize, last: &str) -> String {
        derived("offset", 0, &format!("{} {issued} {at} {last}", self.path), 16)
    }
}
