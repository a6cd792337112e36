//! Proofs: a file that people look over, what they say about it, its versions, and who has approved it.

use serde_json::Value;

use super::access::Level;
use super::call::{Answer, Call};
use super::input;
use super::paging;
use super::refusal::Refusal;
use super::state::{PROOF, items};
use crate::sim::world::text;

/// A proof as it is now: under the id of its newest version, and with that of its first one.
fn proof_view(proof: &Value) -> Value {
    let mut view = proof.clone();
    view["originalId"] = proof["id"].clone();
    if !proof["_newest"].is_null() {
        view["id"] = proof["_newest"].clone();
    }
    view
}

impl Call<'_> {
    /// The proof that had this id from its beginning.
    fn proof(&self, sheet: &str, id: &str) -> Result<&Value, Refusal> {
        self.state.sheet(self.caller, sheet, Level::Viewer)?;
        let found = self.state.listed(sheet, PROOF).into_iter().find(|proof| text(proof, "id") == id);
        found.ok_or_else(|| Refusal::of(1006))
    }

    pub(super) fn get_proofs(&mut self, sheet: &str) -> Answer {
        self.state.sheet(self.caller, sheet, Level::Viewer)?;
        let views = self.state.listed(sheet, PROOF).into_iter().map(proof_view).collect();
        paging::numbered(self.query, &self.state.rules, views)
    }

    pub(super) fn get_proof(&mut self, sheet: &str, id: &str) -> Answer {
        let include = input::words(self.query, "include", &["attachments", "discussions"])?;
        let mut view = proof_view(self.proof(sheet, id)?);
        if include.contains("attachments") {
            view["attachments"] = self.attachments_on(id).into();
        }
        if include.contains("discussions") {
            view["discussions"] = self.discussions_on(id, false, false).into();
        }
        Ok(view)
    }

    /// Its own files, without those of comments.
    pub(super) fn get_proof_attachments(&mut self, sheet: &str, id: &str) -> Answer {
        self.proof(sheet, id)?;
        paging::numbered(self.query, &self.state.rules, self.attachments_on(id))
    }

    pub(super) fn get_proof_discussions(&mut self, sheet: &str, id: &str) -> Answer {
        let include = input::words(self.query, "include", &["comments", "attachments"])?;
        self.proof(sheet, id)?;
        let [comments, attachments] = ["comments", "attachments"].map(|part| include.contains(part));
        let views = self.discussions_on(id, comments, comments && attachments);
        paging::numbered(self.query, &self.state.rules, views)
    }

    /// From the newest one to the oldest.
    pub(super) fn get_proof_versions(&mut self, sheet: &str, id: &str) -> Answer {
        let proof = self.proof(sheet, id)?;
        let earlier = items(proof, "_versions").iter().rev().cloned();
        let versions = std::iter::once(proof_view(proof)).chain(earlier).collect();
        paging::numbered(self.query, &self.state.rules, versions)
    }

    pub(super) fn get_proof_actions(&mut self, sheet: &str, id: &str) -> Answer {
        let actions = items(self.proof(sheet, id)?, "_actions").to_vec();
        paging::numbered(self.query, &self.state.rules, actions)
    }
}
