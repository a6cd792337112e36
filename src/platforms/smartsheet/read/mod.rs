//! Reads one sheet: all of its rows in one request, and one each for what that leaves out.

mod cell;
mod proofs;
mod split;
mod talk;

use std::collections::HashSet;

use serde_json::{Value, json};

use super::connector::{Place, lock};
use super::discover::is_refusal;
use super::json::{list, object, take_list, text, text_of};
use super::pages::Listed;
use super::{HOME, Smartsheet, pages};
use crate::base::hash::Hash;
use crate::http::client::Query;
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::shape::{entries, having, thing};
use crate::model::Kind;
use crate::model::coverage::{Count, Coverage, Missing};
use crate::platforms::connector::{ContainerInfo, RecordSink};
use split::Splitter;

/// Everything of a sheet that one request can bring. Without `level=2` columns of several contacts or choices look
/// like texts; cells without content are left out, as they are found by their column and not by their place.
pub(super) const WHOLE: &Query<'static> = &[
    ("level", "2"),
    (
        "include",
        "attachments,discussions,objectValue,format,crossSheetReferences,filters,filterDefinitions,ganttConfig,\
         ownerInfo,writerInfo,source",
    ),
    ("exclude", "nonexistentCells"),
    ("accessApiLevel", "1"),
];

/// Rows in one page, should one answer not hold all of them.
const ROWS: &str = "5000";

/// The number of an error that stands for workflows of several steps, which the API does not show.
const NOT_SHOWN: &str = "not accessible through the API";

/// Which reader this is: a hash over the very text of what is asked for and how answers become records, so that nobody
/// has to remember to count up a number.
pub(super) fn reader() -> String {
    let parts = [
        include_str!("mod.rs"),
        include_str!("cell.rs"),
        include_str!("proofs.rs"),
        include_str!("split.rs"),
        include_str!("talk.rs"),
        include_str!("../predecessors.rs"),
    ];
    Hash::of(parts.concat().as_bytes()).short()
}

/// What is known of a sheet before it is cut into records.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// The sheet with columns and rows.
    pub(super) sheet: Value,
    /// Discussions with their comments.
    pub(super) discussions: Vec<Value>,
    /// How many discussions the list of them says that there are.
    discussions_promised: Option<usize>,
    /// Shares.
    pub(super) shares: Vec<Value>,
    /// Fields of the summary.
    pub(super) summary: Vec<Value>,
    /// What is published.
    pub(super) publish: Option<Value>,
    /// Automation rules and update requests, each with `resourceType`.
    pub(super) inventory: Vec<Value>,
    /// Proofs with all that hangs on them.
    proofs: Vec<proofs::Proof>,
    /// What the account may not see.
    pub(super) missing: Vec<Missing>,
}

/// Reads a sheet into the sink.
pub(super) async fn read(
    smartsheet: &Smartsheet,
    container: &ContainerInfo,
    sink: &mut dyn RecordSink,
) -> Result<Coverage, ApiFault> {
    let id = container.id.as_str();
    let place = place(smartsheet, container);
    let me = smartsheet.me().await?;
    let answers = ask(smartsheet, id).await?;
    let promised = Promised::of(&answers);
    let mut splitter = Splitter::new(container.id.clone(), text(me, "id"), text(me, "email"));
    splitter.split(answers, &place);
    let coverage = promised.coverage(&splitter);
    for (record, bytes) in splitter.found {
        sink.put(record, bytes).await?;
    }
    Ok(coverage)
}

/// Where discovery found the sheet.
fn place(smartsheet: &Smartsheet, container: &ContainerInfo) -> Place {
    let known = lock(&smartsheet.places).get(container.id.as_str()).cloned();
    known.unwrap_or_else(|| {
        let workspace = container.workspace.as_ref().map_or(HOME, |(id, _)| id.as_str()).to_owned();
        Place { workspace, folder: None }
    })
}

async fn ask(smartsheet: &Smartsheet, id: &str) -> Result<Answers, ApiFault> {
    let mut answers = Answers { sheet: whole(smartsheet, id).await?, ..Answers::default() };
    let has_talk = !list(&answers.sheet, "discussions").is_empty()
        || list(&answers.sheet, "rows").iter().any(|row| !list(row, "discussions").is_empty());
    if has_talk {
        let query = [("include", "comments,attachments")];
        let discussions = pages::listed(smartsheet, &["sheets", id, "discussions"], &query).await?;
        answers.discussions_promised = discussions.promised;
        answers.discussions = answers.listed("discussions", Ok(discussions))?;
    }
    let shares = [("assetType", "sheet"), ("assetId", id)];
    answers.shares = answers.side("shares", pages::by_token(smartsheet, &["shares"], &shares).await)?;
    let has_summary = answers.sheet.get("hasSummaryFields").and_then(Value::as_bool);
    if has_summary != Some(false) {
        let summary = smartsheet.get(&["sheets", id, "summary"], &[("include", "format,writerInfo")]).await;
        // Where the sheet does not say that there are any, an answer without fields is no wrong one.
        let none = if has_summary == Some(true) { Value::Null } else { json!([]) };
        let fields = summary.and_then(|summary| entries(object(summary).remove("fields").unwrap_or(none)));
        answers.summary = answers.side("summary", fields)?;
    }
    let publish = smartsheet.get(&["sheets", id, "publish"], &[]).await;
    let publish = publish.and_then(|publish| Ok(vec![having(publish, "readWriteEnabled")?]));
    answers.publish = answers.side("publish settings", publish)?.pop();
    let rules = pages::listed(smartsheet, &["sheets", id, "automationrules"], &[]).await;
    let rules = match rules {
        Err(fault) if fault.class == FaultClass::Invalid && fault.message.contains(NOT_SHOWN) => {
            vec![json!({"id": "workflows", "name": "workflows of several steps, which the API does not show"})]
        }
        other => answers.listed("automation rules", other)?,
    };
    answers.inventory.extend(rules.into_iter().map(|rule| typed(rule, "automation rule")));
    proofs::ask(smartsheet, id, &mut answers).await?;
    update_requests(smartsheet, id, &mut answers).await?;
    Ok(answers)
}

/// Asks for the requests that are sent to people at certain times, and for those that have been sent. Lists of them are
/// summaries; which rows and columns one asks about is told with it alone, and worth it for those yet to be sent.
async fn update_requests(smartsheet: &Smartsheet, id: &str, answers: &mut Answers) -> Result<(), ApiFault> {
    let listed = pages::listed(smartsheet, &["sheets", id, "updaterequests"], &[]).await;
    for summary in answers.listed("update requests", listed)? {
        let path = ["sheets", id, "updaterequests", text(&summary, "id")];
        let whole = smartsheet.get(&path, &[]).await.and_then(|whole| Ok(vec![thing(whole, "id")?]));
        let what = format!("rows and columns of the update request {}", text(&summary, "subject"));
        let whole = answers.side(&what, whole)?.pop().unwrap_or(summary);
        answers.inventory.push(named(whole, "update request"));
    }
    let sent = pages::listed(smartsheet, &["sheets", id, "sentupdaterequests"], &[]).await;
    let sent = answers.listed("sent update requests", sent)?;
    answers.inventory.extend(sent.into_iter().map(|request| named(request, "sent update request")));
    Ok(())
}

/// A request is known by its subject.
fn named(request: Value, kind: &str) -> Value {
    let mut request = object(typed(request, kind));
    let subject = text_of(&request, "subject").to_owned();
    request.insert("name".to_owned(), json!(subject));
    Value::Object(request)
}

impl Answers {
    /// The entries of a list of things that are only kept, as far as they came.
    fn listed(&mut self, what: &str, asked: Result<Listed, ApiFault>) -> Result<Vec<Value>, ApiFault> {
        let Listed { entries, short, .. } = match asked {
            Ok(listed) => listed,
            Err(fault) => return self.side(what, Err(fault)),
        };
        self.lacks(what, short);
        Ok(entries)
    }

    fn lacks(&mut self, what: &str, fault: Option<ApiFault>) {
        let missing = |fault: ApiFault| Missing { key: None, what: format!("the sheet's {what}"), why: fault.to_string() };
        self.missing.extend(fault.map(missing));
    }

    /// The entries of something beside the rows; what the account may not see is no reason to lose the sheet.
    fn side(&mut self, what: &str, asked: Result<Vec<Value>, ApiFault>) -> Result<Vec<Value>, ApiFault> {
        match asked {
            Err(fault) if is_refusal(&fault) => {
                self.lacks(what, Some(fault));
                Ok(Vec::new())
            }
            other => other,
        }
    }
}

fn typed(asset: Value, kind: &str) -> Value {
    let mut asset = object(asset);
    asset.insert("resourceType".to_owned(), json!(kind));
    Value::Object(asset)
}

/// The sheet with all of its rows. One answer holds them all, as far as is known; its own count tells.
pub(super) async fn whole(smartsheet: &Smartsheet, id: &str) -> Result<Value, ApiFault> {
    let mut sheet = thing(smartsheet.get(&["sheets", id], WHOLE).await?, "id")?;
    let total = sheet.get("totalRowCount").and_then(Value::as_u64).unwrap_or_default();
    if list(&sheet, "rows").len() as u64 >= total {
        return Ok(sheet);
    }
    let (mut rows, mut seen) = (Vec::new(), HashSet::new());
    for page in 1_u64.. {
        let page = page.to_string();
        let mut query = WHOLE.to_vec();
        query.extend([("pageSize", ROWS), ("page", page.as_str())]);
        let answer = smartsheet.get(&["sheets", id], &query).await?;
        let before = rows.len();
        let fresh = take_list(&mut object(answer), "rows");
        rows.extend(fresh.into_iter().filter(|row| seen.insert(text(row, "id").to_owned())));
        // A page beyond the last one is the last one again.
        if rows.len() == before || rows.len() as u64 >= total {
            break;
        }
    }
    if let Value::Object(sheet) = &mut sheet {
        sheet.insert("rows".to_owned(), Value::Array(rows));
    }
    Ok(sheet)
}

/// What a sheet says that it has.
struct Promised {
    rows: Option<u64>,
    discussions: u64,
    comments: Option<u64>,
}

impl Promised {
    fn of(answers: &Answers) -> Self {
        let sheet = &answers.sheet;
        let own = list(sheet, "discussions").iter();
        let of_rows = list(sheet, "rows").iter().flat_map(|row| list(row, "discussions"));
        let all: Vec<&Value> = own.chain(of_rows).collect();
        let ids: HashSet<&str> = all.iter().map(|discussion| text(discussion, "id")).collect();
        let replies = |discussion: &&Value| {
            Some(discussion.get("commentCount")?.as_u64()?.saturating_sub(1))
        };
        Self {
            rows: sheet.get("totalRowCount").and_then(Value::as_u64),
            discussions: ids.len().max(answers.discussions_promised.unwrap_or_default()) as u64,
            comments: if ids.len() == all.len() { all.iter().map(replies).sum() } else { None },
        }
    }

    fn coverage(&self, splitter: &Splitter) -> Coverage {
        let expected = |kind| match kind {
            Kind::Item => self.rows,
            Kind::Discussion => Some(self.discussions),
            Kind::Comment => self.comments,
            _ => None,
        };
        let counts = Kind::ALL
            .iter()
            .filter(|kind| kind.rank() >= Kind::Container.rank())
            .map(|kind| Count { kind: *kind, expected: expected(*kind), got: splitter.count(*kind) })
            .collect();
        let mut missing = splitter.missing.clone();
        for (kind, what) in [(Kind::Item, "rows of the sheet"), (Kind::Discussion, "the sheet's discussions")] {
            let got = splitter.count(kind);
            let is_named = missing.iter().any(|missing| missing.what == what);
            if let Some(promised) = expected(kind).filter(|promised| *promised > got && !is_named) {
                let why = format!("only {got} of {promised} came");
                missing.push(Missing { key: None, what: what.to_owned(), why });
            }
        }
        Coverage { counts, missing, ..Coverage::default() }
    }
}

#[cfg(test)]
mod tests;
