//! Discussions and comments.

use serde_json::{Value, json};

use super::access::{Level, mini};
use super::call::{Answer, Call, done_at, success};
use super::input;
use super::paging;
use super::refusal::Refusal;
use super::state::{ATTACHMENT, COMMENT, DISCUSSION, PROOF, SHEET, State, USER};
use crate::sim::world::text;

/// A discussion is named after so many characters of its first comment.
const TITLE: usize = 100;

impl State {
    /// Begins a discussion on a row, or on the sheet itself. It is nothing without a comment.
    pub(super) fn new_discussion(
        &mut self,
        user: &str,
        sheet: &str,
        row: Option<&str>,
        comment: &str,
    ) -> (String, String) {
        let title: String = comment.chars().take(TITLE).collect();
        let parent = row.unwrap_or(sheet);
        let discussion = json!({
            "title": title, "parentType": if row.is_some() { "ROW" } else { "SHEET" }, "parentId": parent,
            "_sheet": sheet, "_createdBy": user, "readOnly": false,
        });
        let parents: &[&str] = if row.is_some() { &[sheet, parent] } else { &[sheet] };
        let id = self.add(DISCUSSION, parents, discussion);
        let comment = self.new_comment(user, sheet, &id, comment);
        (id, comment)
    }

    /// Begins a discussion about a proof. The documents name rows and sheets as what a discussion can be about, so
    /// this one does not say.
    pub(super) fn new_proof_discussion(
        &mut self,
        user: &str,
        sheet: &str,
        proof: &str,
        comment: &str,
    ) -> (String, String) {
        let title: String = comment.chars().take(TITLE).collect();
        let discussion = json!({
            "title": title, "parentId": proof, "_sheet": sheet, "_createdBy": user, "readOnly": false,
        });
        let id = self.add(DISCUSSION, &[proof], discussion);
        let comment = self.new_comment(user, sheet, &id, comment);
        (id, comment)
    }

    /// Whether a comment was made in a discussion about a proof.
    pub(super) fn is_about_proof(&self, comment: &str) -> bool {
        let comment = self.world.get(COMMENT, comment);
        let discussion = comment.and_then(|comment| self.world.get(DISCUSSION, text(comment, "discussionId")));
        discussion.is_some_and(|discussion| self.world.get(PROOF, text(discussion, "parentId")).is_some())
    }

    pub(super) fn new_comment(&mut self, user: &str, sheet: &str, discussion: &str, words: &str) -> String {
        let comment = json!({
            "text": words, "createdAt": self.date(), "modifiedAt": self.date(), "_createdBy": user,
            "discussionId": discussion, "_sheet": sheet,
        });
        let about = self.world.get(DISCUSSION, discussion).map(|about| text(about, "parentId").to_owned());
        let on_proof = about.is_some_and(|about| self.world.get(PROOF, &about).is_some());
        let parents: &[&str] = if on_proof { &[discussion] } else { &[sheet, discussion] };
        self.add(COMMENT, parents, comment)
    }
}

impl Call<'_> {
    pub(super) fn comment_view(&self, comment: &Value, attachments: bool) -> Value {
        let mut view = comment.clone();
        view["createdBy"] = mini(self.state.world.get(USER, text(comment, "_createdBy")));
        let files = if attachments { self.attachments_on(text(comment, "id")) } else { Vec::new() };
        if !files.is_empty() {
            view["attachments"] = files.into();
        }
        view
    }

    fn discussion_view(&self, discussion: &Value, comments: bool, attachments: bool) -> Value {
        let id = text(discussion, "id");
        let all = self.state.listed(id, COMMENT);
        let mut view = discussion.clone();
        let level =
            self.state.level(SHEET, text(discussion, "_sheet"), &self.caller.user).unwrap_or(Level::Viewer);
        view["accessLevel"] = level.shown(0).into();
        view["commentCount"] = all.len().into();
        view["createdBy"] = mini(self.state.world.get(USER, text(discussion, "_createdBy")));
        if let Some(last) = all.last() {
            view["lastCommentedAt"] = last["createdAt"].clone();
            view["lastCommentedUser"] = mini(self.state.world.get(USER, text(last, "_createdBy")));
        }
        let files: Vec<Value> =
            all.iter().flat_map(|comment| self.attachments_on(text(comment, "id"))).collect();
        if !files.is_empty() && (attachments || !comments) {
            view["commentAttachments"] = files.into();
        }
        if comments {
            view["comments"] =
                all.into_iter().map(|comment| self.comment_view(comment, attachments)).collect();
        }
        view
    }

    /// The discussions about a row, or about the sheet alone.
    pub(super) fn discussions_on(&self, parent: &str, comments: bool, attachments: bool) -> Vec<Value> {
        let discussions = self.state.listed(parent, DISCUSSION).into_iter();
        let own = discussions.filter(|discussion| text(discussion, "parentId") == parent);
        own.map(|discussion| self.discussion_view(discussion, comments, attachments)).collect()
    }

    pub(super) fn get_discussions(&mut self, sheet: &str, row: Option<&str>) -> Answer {
        self.state.sheet(self.caller, sheet, Level::Viewer)?;
        let include = input::words(self.query, "include", &["comments", "attachments"])?;
        let (comments, attachments) = (include.contains("comments"), include.contains("attachments"));
        if let Some(row) = row {
            self.state.row(sheet, row)?;
        }
        let found = self.state.listed(row.unwrap_or(sheet), DISCUSSION);
        let views = found
            .into_iter()
            .map(|one| self.discussion_view(one, comments, comments && attachments))
            .collect();
        paging::numbered(self.query, &self.state.rules, views)
    }

    fn discussion(&self, sheet: &str, id: &str, least: Level) -> Result<&Value, Refusal> {
        self.state.sheet(self.caller, sheet, least)?;
        let found = self.state.world.get(DISCUSSION, id).filter(|found| text(found, "_sheet") == sheet);
        found.ok_or_else(|| Refusal::of(1006))
    }

    fn comment(&self, sheet: &str, id: &str, least: Level) -> Result<&Value, Refusal> {
        self.state.sheet(self.caller, sheet, least)?;
        let found = self.state.world.get(COMMENT, id).filter(|found| text(found, "_sheet") == sheet);
        found.ok_or_else(|| Refusal::of(1006))
    }

    pub(super) fn get_discussion(&mut self, sheet: &str, id: &str) -> Answer {
        Ok(self.discussion_view(self.discussion(sheet, id, Level::Viewer)?, true, true))
    }

    pub(super) fn get_discussion_attachments(&mut self, sheet: &str, id: &str) -> Answer {
        self.discussion(sheet, id, Level::Viewer)?;
        let comments = self.state.listed(id, COMMENT).into_iter();
        let files = comments.flat_map(|comment| self.attachments_on(text(comment, "id"))).collect();
        paging::numbered(self.query, &self.state.rules, files)
    }

    pub(super) fn get_comment(&mut self, sheet: &str, id: &str) -> Answer {
        Ok(self.comment_view(self.comment(sheet, id, Level::Viewer)?, true))
    }

    pub(super) fn post_discussion(&mut self, sheet: &str, row: Option<&str>) -> Answer {
        self.state.sheet(self.caller, sheet, Level::Commenter)?;
        if let Some(row) = row {
            self.state.row(sheet, row)?;
        }
        let given = if self.file.is_some() { &self.body["discussion"] } else { self.body };
        input::only(given, &["title", "comment"])?;
        let words = words_of(&given["comment"])?;
        let (id, comment) = self.state.new_discussion(&self.caller.user, sheet, row, &words);
        if let Err(refusal) = self.attach_along(sheet, &comment) {
            self.state.erase_discussion(&id);
            return Err(refusal);
        }
        let version = self.state.bump(sheet);
        self.state.note(&self.caller.user, "DISCUSSION", "CREATE", &id);
        Ok(done_at(version, self.discussion_view(self.discussion(sheet, &id, Level::Viewer)?, true, true)))
    }

    pub(super) fn post_comment(&mut self, sheet: &str, discussion: &str) -> Answer {
        let found = self.discussion(sheet, discussion, Level::Commenter)?;
        if found["readOnly"] == true {
            return Err(Refusal::of(1045));
        }
        let given = if self.file.is_some() { &self.body["comment"] } else { self.body };
        let words = words_of(given)?;
        let id = self.state.new_comment(&self.caller.user, sheet, discussion, &words);
        if let Err(refusal) = self.attach_along(sheet, &id) {
            self.state.world.remove(COMMENT, &id);
            return Err(refusal);
        }
        let version = self.state.bump(sheet);
        Ok(done_at(version, self.comment_view(self.comment(sheet, &id, Level::Viewer)?, true)))
    }

    /// Attaches the file that came with a comment in the same request.
    fn attach_along(&mut self, sheet: &str, comment: &str) -> Result<(), Refusal> {
        match self.file {
            Some(file) => self.attach_file(sheet, "COMMENT", comment, file).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Comments are changed and deleted by who wrote them only.
    fn own_comment(&self, sheet: &str, id: &str) -> Result<String, Refusal> {
        let comment = self.comment(sheet, id, Level::Commenter)?;
        if text(comment, "_createdBy") == self.caller.user {
            Ok(text(comment, "discussionId").to_owned())
        } else {
            Err(Refusal::of(1081))
        }
    }

    pub(super) fn put_comment(&mut self, sheet: &str, id: &str) -> Answer {
        self.own_comment(sheet, id)?;
        let words = words_of(self.body)?;
        self.state.change(COMMENT, id, |comment| comment["text"] = words.into());
        self.state.touch(COMMENT, id);
        let version = self.state.bump(sheet);
        Ok(done_at(version, self.comment_view(self.comment(sheet, id, Level::Viewer)?, true)))
    }

    pub(super) fn delete_comment(&mut self, sheet: &str, id: &str) -> Answer {
        let discussion = self.own_comment(sheet, id)?;
        for attachment in self.state.world.ids_of(id, ATTACHMENT) {
            self.state.blobs.remove(&attachment);
            self.state.world.remove(ATTACHMENT, &attachment);
        }
        self.state.world.remove(COMMENT, id);
        // A discussion without a comment is none.
        if self.state.world.count_of(&discussion, COMMENT) == 0 {
            self.state.world.remove(DISCUSSION, &discussion);
        }
        self.state.bump(sheet);
        Ok(success())
    }

    pub(super) fn delete_discussion(&mut self, sheet: &str, id: &str) -> Answer {
        let discussion = self.discussion(sheet, id, Level::Commenter)?;
        let admin = self.state.level(SHEET, sheet, &self.caller.user) >= Some(Level::Admin);
        if text(discussion, "_createdBy") != self.caller.user && !admin {
            return Err(Refusal::of(1081));
        }
        self.state.erase_discussion(id);
        self.state.bump(sheet);
        self.state.note(&self.caller.user, "DISCUSSION", "DELETE", id);
        Ok(success())
    }
}

/// The words of a comment, which must be some.
fn words_of(comment: &Value) -> Result<String, Refusal> {
    if comment.is_null() {
        return Err(Refusal::about(1012, "comment"));
    }
    input::only(comment, &["text"])?;
    let words = comment["text"].as_str().filter(|words| !words.trim().is_empty());
    words.map(str::to_owned).ok_or_else(|| Refusal::about(1012, "comment.text"))
}
