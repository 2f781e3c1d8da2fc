//! Heads of messages: as the `http` crate has them, and as fields that are compared.

use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Request, Response};

use crate::legal::fields::{field, regular, Fields};
use crate::legal::plan::Draw;

/// Octets of fields that a message of the application may have, by RFC 9113 section 6.5.2.
const ROOM: usize = 900;

pub(super) fn header_map(fields: &[(Vec<u8>, Vec<u8>)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in fields {
        let name = HeaderName::from_bytes(name).expect("names are tokens in lower case");
        map.append(name, HeaderValue::from_bytes(value).expect("values hold no control characters"));
    }
    map
}

pub(super) fn trailer_fields(map: &HeaderMap) -> Fields {
    map.iter().map(|(name, value)| (name.as_str().into(), value.as_bytes().to_vec())).collect()
}

pub(super) fn request_fields<B>(request: &Request<B>) -> Fields {
    let uri = request.uri();
    let mut fields = vec![field(":method", request.method().as_str())];
    fields.extend(uri.scheme_str().map(|scheme| field(":scheme", scheme)));
    fields.extend(uri.authority().map(|authority| field(":authority", authority.as_str())));
    fields.extend(uri.path_and_query().map(|path| field(":path", path.as_str())));
    fields.extend(trailer_fields(request.headers()));
    fields
}

pub(super) fn promise_fields(request: &Request<()>) -> Fields {
    request_fields(request)
}

pub(super) fn response_fields<B>(response: &Response<B>) -> Fields {
    let mut fields = vec![field(":status", response.status().as_str())];
    fields.extend(trailer_fields(response.headers()));
    fields
}

/// A request, its fields, and whether it may have content.
pub(super) fn request(draw: &mut Draw, method: Option<&str>) -> (Request<()>, Fields, bool) {
    let method =
        method.unwrap_or_else(|| draw.one(&["GET", "GET", "HEAD", "POST", "POST", "PUT", "OPTIONS", "CONNECT"]));
    let uri = match method {
        "CONNECT" => "example.test:443",
        _ => draw.one(&["http://example.test/", "https://example.test/a/b?c=d", "http://example.test:8080/%20"]),
    };
    let extra = regular(draw, ROOM);
    let mut request = Request::builder().method(method).uri(uri).body(()).expect("a request");
    *request.headers_mut() = header_map(&extra);
    let fields = request_fields(&request);
    (request, fields, matches!(method, "POST" | "PUT" | "OPTIONS" | "CONNECT"))
}

/// A response, its fields, and whether it may have content.
pub(super) fn response(draw: &mut Draw, may_have: bool, is_tunnel: bool) -> (Response<()>, Fields, bool) {
    let status = if is_tunnel { "200" } else { draw.one(&["200", "200", "200", "204", "304", "404", "500"]) };
    let may_have = may_have && !matches!(status, "204" | "304");
    let mut extra = regular(draw, ROOM);
    if !may_have && status != "204" && draw.chance(50) {
        // The length that a GET request would have had.
        extra.push(field("content-length", "1234"));
    }
    let mut response = Response::new(());
    *response.status_mut() = status.parse().expect("a status code");
    *response.headers_mut() = header_map(&extra);
    let fields = response_fields(&response);
    (response, fields, may_have)
}
