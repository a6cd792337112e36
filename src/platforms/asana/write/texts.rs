//! Comments, status updates and briefs.

use super::calls::{Ids, Params, not_offered, params, refusal, set};
use crate::http::fault::ApiFault;
use crate::model::Kind;
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, WriteError};
use crate::platforms::asana::Asana;
use crate::platforms::asana::json::gid;

/// Creates, changes or removes a text; gives its gid.
pub(super) async fn write(asana: &Asana, mutation: &Mutation) -> Result<String, WriteError> {
    let refused = |fault: ApiFault| refusal(&fault);
    let route = match mutation.kind {
        Kind::Comment => "stories",
        Kind::StatusUpdate => "status_updates",
        Kind::Brief => "project_briefs",
        _ => return Err(not_offered(mutation)),
    };
    let changed = match mutation.verb {
        Verb::Create => {
            return create(asana, mutation, set(mutation.fields.clone())).await;
        }
        Verb::Update if mutation.kind == Kind::StatusUpdate => return Err(not_offered(mutation)),
        Verb::Update => asana.change(&[route, mutation.own()?], mutation.fields.clone()).await.map(drop),
        Verb::Delete => asana.remove(&[route, mutation.own()?]).await,
    };
    changed.map_err(refused)?;
    Ok(mutation.own()?.to_owned())
}

async fn create(asana: &Asana, mutation: &Mutation, mut body: Params) -> Result<String, WriteError> {
    let created = match mutation.kind {
        Kind::Comment => asana.create(&["tasks", mutation.above()?, "stories"], body).await,
        Kind::StatusUpdate => {
            body.extend(params([("parent", mutation.within()?.into())]));
            asana.create(&["status_updates"], body).await
        }
        _ => asana.create(&["projects", mutation.within()?, "project_briefs"], body).await,
    };
    created.map(|text| gid(&text).to_owned()).map_err(|fault| refusal(&fault))
}

/// What people read of a text: nothing of its tags, some of which Asana writes itself.
pub(super) fn plain(html: &str) -> String {
    let mut plain = String::with_capacity(html.len());
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' if inside => inside = false,
            other if !inside => plain.push(other),
            _ => {}
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_reads_the_same_whatever_its_tags() {
        let sent = plain("<body>By <a data-asana-gid=\"5\">@Ada</a>\n\nhi</body>");
        let got = plain("<body>By <a href=\"https://app.asana.com/0/5\" data-asana-gid=\"5\">@Ada</a>\n\nhi</body>");
        assert_eq!((sent.as_str(), sent == got), ("By @Ada hi", true));
    }
}
