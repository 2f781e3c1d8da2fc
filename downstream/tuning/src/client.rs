//! Clients that never name h2, each with one connection and its library's defaults.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Body;
use hyper::{Request, Response};
use tonic::client::GrpcService;
use tonic::transport::Channel;

use crate::server::read;
use crate::{in_time, Error};

/// A client of one server.
#[derive(Clone, Debug)]
pub struct Client {
    server: SocketAddr,
    library: Library,
}

#[derive(Clone, Debug)]
enum Library {
    Reqwest(reqwest::Client),
    Tonic(Channel),
}

/// A response whose content is not read, for as long as this lives.
#[derive(Debug)]
pub struct Held {
    _response: Response<Content>,
}

/// Content of a response of either library.
type Content = http_body_util::combinators::UnsyncBoxBody<Bytes, Error>;

impl Client {
    /// A client of reqwest; it connects when it is used.
    ///
    /// # Errors
    /// When reqwest cannot make one.
    pub fn of_reqwest(server: SocketAddr) -> Result<Client, Error> {
        let client = reqwest::Client::builder().http2_prior_knowledge().no_proxy().build()?;
        Ok(Client { server, library: Library::Reqwest(client) })
    }

    /// A channel of tonic; it connects when it is used.
    ///
    /// # Errors
    /// When tonic cannot make one.
    pub fn of_tonic(server: SocketAddr) -> Result<Client, Error> {
        let channel = Channel::from_shared(format!("http://{server}"))?.connect_lazy();
        Ok(Client { server, library: Library::Tonic(channel) })
    }

    /// Sends that many octets and reads as many.
    ///
    /// # Errors
    /// When that fails or takes too long, or another number of octets comes.
    pub async fn exchange(&self, octets: usize) -> Result<(), Error> {
        let coming = async { read(self.send(&format!("/{octets}"), octets).await?.into_body()).await };
        match in_time("an exchange", coming).await?? {
            came if came == octets => Ok(()),
            came => Err(format!("{came} octets came, expected {octets}").into()),
        }
    }

    /// Returns when all that was sent before on the connection has arrived on the other side, both
    /// ways.
    ///
    /// What a side does because of what the other sent is on the wire after one round trip, and has
    /// arrived after two.
    ///
    /// # Errors
    /// As those of [`exchange`](Self::exchange).
    pub async fn settle(&self) -> Result<(), Error> {
        self.exchange(0).await?;
        self.exchange(0).await
    }

    /// Asks for that many octets and does not read them.
    ///
    /// # Errors
    /// When the response does not come.
    pub async fn hold(&self, octets: usize) -> Result<Held, Error> {
        let path = format!("/{octets}");
        let _response = in_time("a response", self.send(&path, 0)).await??;
        Ok(Held { _response })
    }

    /// Sends a request with that many octets of content, and waits for its response.
    ///
    /// # Errors
    /// Those of the library.
    pub async fn send(&self, path: &str, octets: usize) -> Result<Response<Content>, Error> {
        let url = format!("http://{}{path}", self.server);
        let content = Bytes::from(vec![0; octets]);
        Ok(match &self.library {
            Library::Reqwest(client) => {
                let response = client.post(url).body(content).send().await?.error_for_status()?;
                in_a_box(Response::<reqwest::Body>::from(response))
            }
            Library::Tonic(channel) => {
                let mut channel = channel.clone();
                std::future::poll_fn(|cx| channel.poll_ready(cx)).await?;
                let request = Request::post(url).body(tonic::body::Body::new(Full::new(content)))?;
                in_a_box(channel.call(request).await?)
            }
        })
    }
}

fn in_a_box<B>(response: Response<B>) -> Response<Content>
where
    B: Body<Data = Bytes, Error: Into<Error>> + Send + 'static,
{
    response.map(|body| body.map_err(Into::into).boxed_unsync())
}
