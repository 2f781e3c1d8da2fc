//! Draws the dashboard's panels as one SVG, from what a Prometheus server answers to their queries.
//!
//! ```text
//! picture [--prometheus 127.0.0.1:9090] [--minutes 5] > dashboard.svg
//! ```
//!
//! It is no Grafana: the same titles, queries and legends, drawn plainly. It is for the picture in
//! `docs`, and shows that every query of `grafana/dashboard.json` has an answer.

use std::fmt::Write;
use std::process::ExitCode;

use downstream_observability::Error;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

const DASHBOARD: &str = include_str!("../../grafana/dashboard.json");

/// The width of the whole picture, in pixels.
const WIDTH: f64 = 1240.0;
const PANEL: (f64, f64) = (600.0, 250.0);

/// Colours of Grafana's classic palette, more or less.
const COLORS: [&str; 8] = ["#7eb26d", "#eab839", "#6ed0e0", "#ef843c", "#e24d42", "#1f78c1", "#ba43a9", "#705da0"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (mut server, mut minutes) = ("127.0.0.1:9090".to_owned(), 5.0);
    for pair in arguments.chunks(2) {
        match (pair[0].as_str(), pair.get(1), pair.get(1).and_then(|value| value.parse::<f64>().ok())) {
            ("--prometheus", Some(address), _) => server = address.clone(),
            ("--minutes", _, Some(value)) => minutes = value,
            _ => {
                eprintln!("expected: [--prometheus ADDRESS:PORT] [--minutes NUMBER]");
                return ExitCode::from(2);
            }
        }
    }
    match draw(&server, minutes).await {
        Ok(picture) => {
            print!("{picture}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("picture: FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn draw(server: &str, minutes: f64) -> Result<String, Error> {
    let dashboard: Value = serde_json::from_str(DASHBOARD)?;
    let panels = dashboard["panels"].as_array().ok_or("the dashboard has no panels")?;
    let height = 40.0 + (PANEL.1 + 15.0) * panels.len().div_ceil(2) as f64;
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"11\">\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#f4f5f5\"/>\n\
         <text x=\"13\" y=\"25\" font-size=\"16\">{}</text>\n",
        escape(dashboard["title"].as_str().unwrap_or_default())
    );
    for (n, panel) in panels.iter().enumerate() {
        let at = (13.0 + (n % 2) as f64 * (PANEL.0 + 14.0), 40.0 + (n / 2) as f64 * (PANEL.1 + 15.0));
        let mut lines = Vec::new();
        for target in panel["targets"].as_array().into_iter().flatten() {
            let query = target["expr"].as_str().ok_or("a target has no query")?;
            let legend = target["legendFormat"].as_str().unwrap_or_default();
            lines.extend(ask(server, &complete(query), legend, minutes).await?);
        }
        draw_panel(&mut picture, at, panel, &lines)?;
    }
    picture.push_str("</svg>\n");
    Ok(picture)
}

/// A query with the dashboard's variables set to everything.
fn complete(query: &str) -> String {
    let query = query.replace("$__rate_interval", "10s");
    ["$job", "$instance", "$label"].iter().fold(query, |query, variable| query.replace(variable, ".*"))
}

struct Line {
    name: String,
    points: Vec<(f64, f64)>,
}

async fn ask(server: &str, query: &str, legend: &str, minutes: f64) -> Result<Vec<Line>, Error> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs_f64();
    let from = now - minutes * 60.0;
    let encoded: String = query.bytes().map(|octet| format!("%{octet:02x}")).collect();
    let path = format!("/api/v1/query_range?query={encoded}&start={from}&end={now}&step={}", minutes / 2.0);
    let (mut requests, connection) = http1::handshake(TokioIo::new(TcpStream::connect(server).await?)).await?;
    tokio::spawn(async move { drop(connection.await) });
    let request = http::Request::get(path).header("host", server).body(Empty::<bytes::Bytes>::new())?;
    let content = requests.send_request(request).await?.into_body().collect().await?.to_bytes();
    let answer: Value = serde_json::from_slice(&content)?;
    if answer["status"] != "success" {
        return Err(format!("{query}: {answer}").into());
    }
    let results = answer["data"]["result"].as_array().ok_or("an answer without a result")?;
    let line = |result: &Value| {
        let labels = result["metric"].as_object()?;
        let name = labels.iter().fold(legend.to_owned(), |name, (label, value)| {
            name.replace(&format!("{{{{{label}}}}}"), value.as_str().unwrap_or_default())
        });
        let points = result["values"].as_array()?.iter().filter_map(|point| {
            let value: f64 = point[1].as_str()?.parse().ok()?;
            Some(((point[0].as_f64()? - from) / (now - from), value)).filter(|(_, value)| value.is_finite())
        });
        Some(Line { name: name.replace("{{label}}", "-"), points: points.collect() })
    };
    Ok(results.iter().filter_map(line).collect())
}

fn draw_panel(picture: &mut String, (x, y): (f64, f64), panel: &Value, lines: &[Line]) -> Result<(), Error> {
    let (left, top, right, bottom) = (x + 58.0, y + 30.0, x + PANEL.0 - 250.0, y + PANEL.1 - 15.0);
    let unit = panel["fieldConfig"]["defaults"]["unit"].as_str().unwrap_or_default();
    let highest = lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(0.0, f64::max);
    let scale = if highest > 0.0 { highest * 1.1 } else { 1.0 };
    let title = escape(panel["title"].as_str().unwrap_or_default());
    let (width, height) = PANEL;
    writeln!(
        picture,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"#fff\" stroke=\"#ddd\"/>"
    )?;
    writeln!(
        picture,
        "<text x=\"{}\" y=\"{}\" font-weight=\"bold\" font-size=\"12\">{title}</text>",
        x + 10.0,
        y + 18.0
    )?;
    for step in 0..=4 {
        let share = f64::from(step) / 4.0;
        let at = bottom - share * (bottom - top);
        writeln!(picture, "<line x1=\"{left}\" y1=\"{at:.1}\" x2=\"{right}\" y2=\"{at:.1}\" stroke=\"#eee\"/>")?;
        let value = in_unit(share * scale, unit);
        writeln!(picture, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{value}</text>", left - 5.0, at + 4.0)?;
    }
    if lines.is_empty() {
        writeln!(
            picture,
            "<text x=\"{}\" y=\"{}\" fill=\"#888\">nothing, all the time</text>",
            left + 20.0,
            top + 60.0
        )?;
    }
    for (line, color) in lines.iter().zip(COLORS.iter().cycle()) {
        let points: Vec<String> = line
            .points
            .iter()
            .map(|(at, value)| {
                format!("{:.1},{:.1}", left + at * (right - left), bottom - value / scale * (bottom - top))
            })
            .collect();
        let points = points.join(" ");
        writeln!(picture, "<polyline points=\"{points}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.3\"/>")?;
    }
    for (n, (line, color)) in lines.iter().zip(COLORS.iter().cycle()).enumerate().take(14) {
        let at = top + 8.0 + 14.0 * n as f64;
        writeln!(
            picture,
            "<rect x=\"{}\" y=\"{:.1}\" width=\"10\" height=\"3\" fill=\"{color}\"/>",
            right + 10.0,
            at - 4.0
        )?;
        writeln!(picture, "<text x=\"{}\" y=\"{at:.1}\" font-size=\"9\">{}</text>", right + 24.0, escape(&line.name))?;
    }
    Ok(())
}

fn in_unit(value: f64, unit: &str) -> String {
    let binary = |suffix: &str| match value {
        v if v >= 1024.0 * 1024.0 => format!("{:.0} MiB{suffix}", v / 1024.0 / 1024.0),
        v if v >= 1024.0 => format!("{:.0} KiB{suffix}", v / 1024.0),
        v => format!("{v:.0} B{suffix}"),
    };
    match unit {
        "bytes" => binary(""),
        "Bps" => binary("/s"),
        "s" if value < 1.0 => format!("{:.0} ms", value * 1e3),
        "s" => format!("{value:.1} s"),
        "ops" => format!("{value:.1}/s"),
        _ if value < 10.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
