//! Files and links.

use serde_json::Value;

use super::calls::{Ids, not_offered, refusal};
use crate::http::types::{Body, FilePart, Intent, Method, Request};
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, WriteError};
use crate::platforms::asana::Asana;
use crate::platforms::asana::dialect::LARGEST_FILE;
use crate::platforms::asana::json::{data, gid};
use crate::platforms::connector::BlobSource;

/// Attaches or removes a file or a link; gives its gid.
pub(super) async fn write(
    asana: &Asana,
    mutation: &Mutation,
    blobs: &dyn BlobSource,
) -> Result<String, WriteError> {
    match mutation.verb {
        Verb::Create => create(asana, mutation, blobs).await,
        Verb::Update => Err(not_offered(mutation)),
        Verb::Delete => {
            let attachment = mutation.own()?;
            asana.remove(&["attachments", attachment]).await.map_err(|fault| refusal(&fault))?;
            Ok(attachment.to_owned())
        }
    }
}

async fn create(asana: &Asana, mutation: &Mutation, blobs: &dyn BlobSource) -> Result<String, WriteError> {
    let parent = parent(mutation)?.to_owned();
    let name = mutation.said("name").unwrap_or_default().to_owned();
    let mut fields = vec![("parent", parent)];
    let request = Request::new(Method::Post, asana.client.url(&["attachments"], &[]), Intent::WriteOnce);
    let answer = if let Some(blob) = mutation.blob {
        if blob.len > LARGEST_FILE {
            let why = format!("\"{name}\" has {} bytes; Asana takes no file of more than 100 MB", blob.len);
            return Err(WriteError::Refused(why));
        }
        let open = || blobs.open(blob);
        let file_name = escaped(&name);
        let file = FilePart { field: "file", file_name, media_type: None, len: blob.len, open: &open };
        asana.client.json(&request.with_body(Body::Form { fields, file: Some(file) })).await
    } else {
        let Some(url) = mutation.said("url") else {
            return Err(WriteError::Refused("the attachment's bytes are not in the backup".to_owned()));
        };
        let rest = [("resource_subtype", "external".to_owned()), ("url", url.to_owned()), ("name", name)];
        fields.extend(rest);
        asana.client.json(&request.with_body(Body::Form { fields, file: None })).await
    };
    answer.map(|answer| gid(&data(answer)).to_owned()).map_err(|fault| refusal(&fault))
}

/// What an attachment hangs on: a task, a brief, or the project itself.
pub(super) fn parent(mutation: &Mutation) -> Result<&str, WriteError> {
    mutation.parent.as_ref().map_or_else(|| mutation.within(), |parent| Ok(parent.as_str()))
}

/// A file name as Asana takes it: in ASCII, the rest as in an address.
fn escaped(name: &str) -> String {
    if name.is_ascii() && !name.contains(['%', '"', '\\']) && !name.contains(char::is_control) {
        return name.to_owned();
    }
    let keeps = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~ ()".contains(&byte);
    name.bytes().map(|byte| if keeps(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Whether an attachment is the one that a lost creation made.
pub(super) fn is_it(live: &Value, lost: &Mutation) -> bool {
    let same = |name: &str, other: &str| live.get(name).is_some() && live.get(name) == lost.fields.get(other);
    match lost.blob {
        Some(blob) => same("name", "name") && live.get("size").and_then(Value::as_u64) == Some(blob.len),
        None => same("name", "name") && same("view_url", "url"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_ascii_are_escaped_whole() {
        assert_eq!(escaped("a b.png"), "a b.png");
        assert_eq!(escaped("résumé 1.pdf"), "r%C3%A9sum%C3%A9 1.pdf");
        assert_eq!(escaped("100%.txt"), "100%25.txt");
        assert_eq!(escaped("a\"\r\nx"), "a%22%0D%0Ax");
    }
}
