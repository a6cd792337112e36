//! Serves a platform's sandbox on loopback.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::error::Error;
use crate::base::clock::Clock;
use crate::platforms;
use crate::platforms::platform::{Sandbox, SandboxAccount, SandboxSettings};

/// Which sandbox to serve.
#[derive(Debug, Clone)]
pub struct SandboxChoice {
    /// Platform id.
    pub platform: String,
    /// World name.
    pub world: String,
    /// Everything in the world follows from this number.
    pub seed: u64,
    /// Port on 127.0.0.1; 0 lets the system choose.
    pub port: u16,
}

/// A sandbox that answers until it is dropped or its runtime ends.
pub struct Running {
    /// For `connection add --base-url`.
    pub base_url: String,
    /// `http://127.0.0.1:PORT`: the control calls lie below `/_sandbox/`.
    pub origin: String,
    /// Who can log in.
    pub accounts: Vec<SandboxAccount>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Running {
    /// Returns when `stop` says so.
    pub async fn until(self, mut stop: watch::Receiver<bool>) {
        // An error means that nobody can ask us to stop any more, which is a reason to stop.
        let _ = stop.wait_for(|stopped| *stopped).await;
    }
}

/// Starts a sandbox.
pub async fn start(choice: &SandboxChoice, clock: Arc<dyn Clock>) -> Result<Running, Error> {
    let platform = platforms::find(&choice.platform)
        .ok_or_else(|| super::connections::unknown_platform(&choice.platform))?;
    let listener = TcpListener::bind(("127.0.0.1", choice.port)).await.map_err(|error| {
        Error::failed(format!("cannot listen on 127.0.0.1:{}: {error}", choice.port))
            .hint("Choose another `--port`, or 0 for any free one.")
    })?;
    let port = listener.local_addr().map_err(|error| Error::failed(error.to_string()))?.port();
    let origin = format!("http://127.0.0.1:{port}");
    let settings = SandboxSettings {
        origin: origin.clone(),
        storage_origin: format!("http://localhost:{port}"),
        world: choice.world.clone(),
        seed: choice.seed,
        clock,
    };
    let Sandbox { router, base_url, accounts } = (platform.sandbox)(settings).map_err(Error::usage)?;
    let server = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the sandbox stopped");
        }
    });
    Ok(Running { base_url, origin, accounts, server })
}
