//! `rust-clients hyper|reqwest URL`: one GET over HTTP/2 in clear text, with prior knowledge. The
//! exit status is 0 if the response was read to its end.

use std::error::Error;
use std::process::ExitCode;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match &arguments[..] {
        [client, url] if client == "hyper" => with_hyper(url).await,
        [client, url] if client == "reqwest" => with_reqwest(url).await,
        _ => Err("expected hyper or reqwest, and a URL".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rust-clients: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn with_hyper(url: &str) -> Result<(), Box<dyn Error>> {
    let uri: hyper::Uri = url.parse()?;
    let authority = uri.authority().ok_or("the URL has no authority")?.as_str();
    let stream = TcpStream::connect(authority).await?;
    let (mut requests, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let request = Request::get(uri).body(Empty::<Bytes>::new())?;
    let response = requests.send_request(request).await?;
    response.into_body().collect().await?;
    drop(requests);
    // The response was read, whatever becomes of the connection.
    let _ = connection.await;
    Ok(())
}

async fn with_reqwest(url: &str) -> Result<(), Box<dyn Error>> {
    let client = reqwest::Client::builder().http2_prior_knowledge().build()?;
    client.get(url).send().await?.bytes().await?;
    Ok(())
}
