//! Proofs: files that people look over and approve. They are kept for information, with the files and what was said:
//! a proof can be created on a row, but nothing tells on which row one is.

use serde_json::{Map, Value};

use super::super::json::{object, take_list, text, text_of};
use super::super::{Smartsheet, pages};
use super::Answers;
use super::split::{Splitter, with};
use crate::http::client::Query;
use crate::http::fault::ApiFault;
use crate::model::Kind;

/// What hangs on a proof names it here.
const PROOF: &str = "proofId";
/// What it is stands here.
const TYPE: &str = "resourceType";

/// A proof and all that hangs on it.
#[derive(Debug, Default)]
pub(super) struct Proof {
    /// The id of its first version, which stays the same.
    pub(super) id: String,
    /// The proof, with its `versions` and the `requestActions` of those who were asked.
    pub(super) native: Map<String, Value>,
    /// Its files.
    pub(super) files: Vec<Value>,
    /// Its discussions with their comments.
    pub(super) discussions: Vec<Value>,
}

/// Asks for the sheet's proofs: three requests for each, and one more for one that has several versions.
pub(super) async fn ask(smartsheet: &Smartsheet, sheet: &str, answers: &mut Answers) -> Result<(), ApiFault> {
    let listed = pages::listed(smartsheet, &["sheets", sheet, "proofs"], &[]).await;
    for proof in answers.listed("proofs", listed)? {
        let ids = ["originalId", "id"].map(|key| text(&proof, key));
        let id = ids.into_iter().find(|id| !id.is_empty()).unwrap_or_default().to_owned();
        let mut proof = Proof { id, native: object(proof), ..Proof::default() };
        let mut part = Part { smartsheet, sheet, proof: &proof.id, name: text_of(&proof.native, "name"), answers: &mut *answers };
        let files = part.list("attachments", "files", &[]).await?;
        let discussions =
            part.list("discussions", "discussions", &[("include", "comments,attachments")]).await?;
        let actions = part.list("requestactions", "approvals", &[]).await?;
        let is_first = proof.native.get("version").is_none_or(|version| version.as_u64() == Some(1));
        let versions = if is_first { Vec::new() } else { part.list("versions", "versions", &[]).await? };
        for (key, entries) in [("requestActions", actions), ("versions", versions)] {
            if !entries.is_empty() {
                proof.native.insert(key.to_owned(), entries.into());
            }
        }
        answers.proofs.push(Proof { files, discussions, ..proof });
    }
    Ok(())
}

/// The proof that is asked about.
struct Part<'a> {
    smartsheet: &'a Smartsheet,
    sheet: &'a str,
    proof: &'a str,
    name: &'a str,
    answers: &'a mut Answers,
}

impl Part<'_> {
    async fn list(&mut self, route: &str, what: &str, query: &Query<'_>) -> Result<Vec<Value>, ApiFault> {
        let path = ["sheets", self.sheet, "proofs", self.proof, route];
        let listed = pages::listed(self.smartsheet, &path, query).await;
        self.answers.listed(&format!("{what} of the proof {}", self.name), listed)
    }
}

impl Splitter {
    /// Splits a proof into itself, its discussions and its files, which have their bytes.
    pub(super) fn proof(&mut self, proof: Proof) {
        let Proof { id, native, files, discussions } = proof;
        self.known_as(&id, with(native, TYPE, "proof"));
        let mut files: Vec<Map<String, Value>> = files.into_iter().map(object).collect();
        for discussion in discussions {
            let mut discussion = object(discussion);
            let mut comments: Vec<Map<String, Value>> =
                take_list(&mut discussion, "comments").into_iter().map(object).collect();
            let mut told = take_list(&mut discussion, "commentAttachments");
            for comment in &mut comments {
                told.extend(take_list(comment, "attachments"));
            }
            files.extend(told.into_iter().map(object));
            let title = text_of(&discussion, "title").to_owned();
            discussion.insert("comments".to_owned(), comments.into());
            let discussion = with(with(discussion, PROOF, &id), "name", &title);
            self.add(Kind::Inventory, with(discussion, TYPE, "proof discussion"));
        }
        for file in files {
            self.file(Kind::Inventory, with(file, TYPE, "proof file"), &[(PROOF, &id)]);
        }
    }
}
