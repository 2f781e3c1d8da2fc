//! Connections of hyper and tonic have the names that the application gives them, and metrics carry
//! the names.

use std::convert::Infallible;
use std::future::{poll_fn, Ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use downstream_observability::label::{Labelled, Named};
use downstream_observability::{demo, prometheus, Error};
use h2::insight::{connections_labelled, Role};
use http_body_util::BodyExt;
use tokio::net::{TcpListener, TcpStream};
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::server::NamedService;
use tonic::transport::server::{Connected, TcpConnectInfo};
use tonic::transport::{Channel, Server};

fn roles(label: &str) -> Vec<Role> {
    connections_labelled(label).iter().map(h2::insight::Connection::role).collect()
}

#[tokio::test]
async fn hypers_server_and_client_are_named() -> Result<(), Error> {
    let address = demo::serve("hyper-listener", 10).await?;
    let mut requests = demo::connect("hyper-client", address).await?;
    let request = http::Request::get("http://localhost/").body(http_body_util::Empty::new())?;
    let response = requests.send_request(request).await?;
    assert_eq!(roles("hyper-listener"), [Role::Server]);
    assert_eq!(roles("hyper-client"), [Role::Client]);
    let snapshot = connections_labelled("hyper-client")[0].snapshot().expect("it is open");
    assert_eq!(snapshot.label.as_deref(), Some("hyper-client"));
    response.into_body().collect().await?;
    Ok(())
}

/// A service of tonic that answers every call with nothing.
#[derive(Clone, Debug)]
struct Nothing;

impl NamedService for Nothing {
    const NAME: &'static str = "test.Nothing";
}

impl tonic::codegen::Service<http::Request<Body>> for Nothing {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Request<Body>) -> Self::Future {
        std::future::ready(Ok(http::Response::new(Body::empty())))
    }
}

/// The transport that tonic's server gets: the name, and what tonic asks of a transport.
struct Transport(Named<TcpStream>);

impl Connected for Transport {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.0.transport().connect_info()
    }
}

impl tokio::io::AsyncRead for Transport {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut tokio::io::ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl tokio::io::AsyncWrite for Transport {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// A server of tonic whose connections are named by their transports.
async fn serve(label: &'static str) -> Result<SocketAddr, Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let (give, mut take) = tokio::sync::mpsc::channel::<Result<Transport, std::io::Error>>(1);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            if give.send(Ok(Transport(Named::new(label, socket)))).await.is_err() {
                return;
            }
        }
    });
    let incoming = futures_util::stream::poll_fn(move |cx| take.poll_recv(cx));
    tokio::spawn(Server::builder().add_service(Nothing).serve_with_incoming(incoming));
    Ok(address)
}

#[tokio::test]
async fn tonics_server_and_channel_are_named() -> Result<(), Error> {
    let address = serve("tonic-listener").await?;
    let endpoint = Channel::from_shared(format!("http://{address}"))?.executor(Labelled("tonic-channel".into()));
    let mut channel = endpoint.connect_lazy();
    poll_fn(|cx| channel.poll_ready(cx)).await?;
    let request = http::Request::post(format!("http://{address}/test.Nothing/Call")).body(Body::empty())?;
    let response = channel.call(request).await?;
    assert_eq!(response.status(), 200);
    assert_eq!(roles("tonic-listener"), [Role::Server]);
    assert_eq!(roles("tonic-channel"), [Role::Client]);
    Ok(())
}

#[tokio::test]
async fn a_scrape_has_the_names_and_the_ends_of_stalls() -> Result<(), Error> {
    let handle = prometheus::install()?;
    demo::run(std::time::Duration::from_millis(300)).await?;
    let text = prometheus::scrape(&handle);
    let has = |name: &str, labels: &[&str]| {
        text.lines().any(|line| line.starts_with(name) && labels.iter().all(|label| line.contains(label)))
    };
    assert!(has("h2_stall_seconds_count", &["role=\"server\"", "end=\"resumed\"", "label=\"web\""]), "{text}");
    assert!(has("h2_stall_seconds_count", &["role=\"server\"", "end=\"reset\"", "label=\"web\""]), "{text}");
    assert!(
        has("h2_stall_seconds_count", &["role=\"client\"", "on=\"stream-limit\"", "label=\"batch-client\""]),
        "{text}"
    );
    assert!(has("h2_stalled_streams", &["on=\"stream-limit\""]), "{text}");
    assert!(has("h2_process_receive_buffer_max_bytes", &[]), "{text}");
    Ok(())
}

/// Every metric that the dashboard and the alerts ask for is one that a scrape has.
#[tokio::test]
async fn dashboard_and_alerts_use_names_that_exist() -> Result<(), Error> {
    let exported = include_str!("../../../h2-patched/modules/insight/metrics.rs");
    for text in [include_str!("../grafana/dashboard.json"), include_str!("../prometheus/alerts.yml")] {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let metrics: Vec<&str> = words.filter(|word| word.starts_with("h2_")).collect();
        assert!(metrics.len() > 5);
        for metric in metrics {
            let name = metric.trim_end_matches("_bucket").trim_end_matches("_count").trim_end_matches("_sum");
            assert!(exported.contains(&format!("\"{name}\"")), "{metric}");
        }
    }
    Ok(())
}
