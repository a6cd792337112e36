//! Discussions: the opening comment is the discussion's text, all others are replies.

use serde_json::{Map, Value};

use super::super::json::{object, take_list, text, text_of};
use super::split::{Splitter, with};
use crate::model::Kind;

impl Splitter {
    /// Splits a discussion with its comments and their files.
    pub(super) fn discussion(&mut self, mut discussion: Map<String, Value>) {
        let id = text_of(&discussion, "id").to_owned();
        let mut comments: Vec<Map<String, Value>> =
            take_list(&mut discussion, "comments").into_iter().map(object).collect();
        // Told again with each comment.
        let told_here = take_list(&mut discussion, "commentAttachments");
        comments.sort_by(|a, b| text_of(a, "createdAt").cmp(text_of(b, "createdAt")));
        if text_of(&discussion, "parentType") == "ROW" {
            let row = text_of(&discussion, "parentId").to_owned();
            discussion = with(discussion, "rowId", &row);
        }
        let mut comments = comments.into_iter();
        let mut opening = comments.next().unwrap_or_default();
        let opening_id = text_of(&opening, "id").to_owned();
        let mut files = files_of(&mut opening);
        self.open(&mut discussion, opening);
        let mut replies = Vec::new();
        for mut comment in comments {
            files.extend(files_of(&mut comment));
            let author = self.author(&comment);
            comment.insert("authorId".to_owned(), author);
            replies.push(with(comment, "discussionId", &id));
        }
        self.add(Kind::Discussion, discussion);
        for reply in replies {
            self.add(Kind::Comment, reply);
        }
        let told_here = told_here.into_iter().map(|file| (text(&file, "parentId").to_owned(), file));
        for (comment, file) in files.into_iter().chain(told_here) {
            let on = if comment == opening_id { ("discussionId", &id) } else { ("commentId", &comment) };
            self.file(Kind::Enclosure, object(file), &[(on.0, on.1)]);
        }
    }

    /// Lets the discussion say what its opening comment says.
    fn open(&self, discussion: &mut Map<String, Value>, mut opening: Map<String, Value>) {
        discussion.insert("authorId".to_owned(), self.author(&opening));
        for (from, to) in OPENING {
            if let Some(value) = opening.remove(from) {
                discussion.insert(to.to_owned(), value);
            }
        }
    }
}

/// What of the opening comment is told of the discussion, and under which name.
const OPENING: [(&str, &str); 5] = [
    ("id", "commentId"),
    ("text", "text"),
    ("createdAt", "createdAt"),
    ("createdBy", "createdBy"),
    ("modifiedAt", "modifiedAt"),
];

/// A comment's files, each with the comment's id.
fn files_of(comment: &mut Map<String, Value>) -> Vec<(String, Value)> {
    let id = text_of(comment, "id").to_owned();
    take_list(comment, "attachments").into_iter().map(|file| (id.clone(), file)).collect()
}
