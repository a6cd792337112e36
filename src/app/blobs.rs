//! Stored attachments as streams, for uploads.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::sync::mpsc;

use crate::model::BlobRef;
use crate::platforms::connector::BlobSource;
use crate::snapshot::BlobReader;
use crate::store::chunks::Chunks;

/// Pieces that are read ahead of the network.
const AHEAD: usize = 2;

/// Gives the vault's attachments.
pub(super) struct VaultBlobs {
    chunks: Arc<dyn Chunks>,
}

impl VaultBlobs {
    /// Attachments in `chunks`.
    pub(super) fn new(chunks: Arc<dyn Chunks>) -> Self {
        Self { chunks }
    }
}

impl BlobSource for VaultBlobs {
    fn open(&self, blob: BlobRef) -> BoxStream<'static, std::io::Result<Bytes>> {
        let (sender, mut pieces) = mpsc::channel(AHEAD);
        let chunks = self.chunks.clone();
        // Reading and decrypting is work for a thread of its own, not for one that drives the network.
        tokio::task::spawn_blocking(move || {
            let send = |piece: std::io::Result<Bytes>| sender.blocking_send(piece).is_ok();
            match BlobReader::open(chunks, blob) {
                Ok(reader) => {
                    for piece in reader {
                        if !send(piece.map(Bytes::from).map_err(std::io::Error::other)) {
                            break;
                        }
                    }
                }
                Err(error) => drop(send(Err(std::io::Error::other(error)))),
            }
        });
        futures_util::stream::poll_fn(move |context| pieces.poll_recv(context)).boxed()
    }
}
