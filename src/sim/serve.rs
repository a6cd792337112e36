//! Serving a sandbox on loopback under two host names.

use tokio::net::TcpListener;

/// A socket on loopback and the two addresses under which clients reach it.
#[derive(Debug)]
pub struct Bound {
    /// The listening socket.
    pub listener: TcpListener,
    /// Address of the API: `http://127.0.0.1:4001`.
    pub origin: String,
    /// Address of the file storage, another host name for the same socket: `http://localhost:4001`.
    pub storage_origin: String,
}

/// Listens on loopback only: a sandbox hands out its credentials freely. Port 0 takes any free port.
pub async fn bind(port: u16) -> std::io::Result<Bound> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let port = listener.local_addr()?.port();
    Ok(Bound {
        listener,
        origin: format!("http://127.0.0.1:{port}"),
        storage_origin: format!("http://localhost:{port}"),
    })
}

/// Serves until `stop` completes.
pub async fn serve(
    listener: TcpListener,
    router: axum::Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}
